//! Stored values on MySQL and MariaDB: by the type that the server sent.

use std::any::TypeId;
use std::io::Write;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql};
use diesel::mysql::data_types::{MysqlTime, MysqlTimestampType};
use diesel::mysql::sql_types::{Datetime, Unsigned};
use diesel::mysql::{Mysql, MysqlType};
use diesel::query_builder::AstPass;
use diesel::result::QueryResult;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{self, BigInt, Binary, Date, Double, Float, Numeric, Text, Time, Timestamp};

use super::decimals;
use super::keys::{is_signed, is_unsigned};
use crate::backend::StoredKey;
use crate::backend::keys::push_cast;
use crate::keyset::stored::{Decimal, Moment, MomentKind, Stored, WireType};

/// The value by the type that the server sent.
pub(super) fn read(value: <Mysql as Backend>::RawValue<'_>) -> deserialize::Result<(Stored, WireType)> {
    let bytes = value.as_bytes();
    let wire = match value.value_type() {
        MysqlType::Enum | MysqlType::Set => LISTED,
        _ => WireType::default(),
    };
    let stored = match value.value_type() {
        MysqlType::Tiny => Stored::Int(i8::from_ne_bytes(number(bytes)?).into()),
        MysqlType::Short => Stored::Int(i16::from_ne_bytes(number(bytes)?).into()),
        MysqlType::Long => Stored::Int(i32::from_ne_bytes(number(bytes)?).into()),
        MysqlType::LongLong => Stored::Int(i64::from_ne_bytes(number(bytes)?)),
        MysqlType::UnsignedTiny => Stored::Unsigned(u8::from_ne_bytes(number(bytes)?).into()),
        MysqlType::UnsignedShort => Stored::Unsigned(u16::from_ne_bytes(number(bytes)?).into()),
        MysqlType::UnsignedLong => Stored::Unsigned(u32::from_ne_bytes(number(bytes)?).into()),
        MysqlType::UnsignedLongLong => Stored::Unsigned(u64::from_ne_bytes(number(bytes)?)),
        MysqlType::Float => float(f32::from_ne_bytes(number(bytes)?).into())?,
        MysqlType::Double => float(f64::from_ne_bytes(number(bytes)?))?,
        // Bits are compared as the number that they are.
        MysqlType::Bit => Stored::Unsigned(bytes.iter().fold(0, |number: u64, byte| (number << 8) | u64::from(*byte))),
        MysqlType::Numeric => Stored::Decimal(Decimal::parse(std::str::from_utf8(bytes)?).ok_or("not a decimal")?),
        MysqlType::Date => moment(MomentKind::Date, <MysqlTime as FromSql<Date, Mysql>>::from_sql(value)?),
        MysqlType::Time => moment(MomentKind::Time, <MysqlTime as FromSql<Time, Mysql>>::from_sql(value)?),
        MysqlType::DateTime => moment(MomentKind::DateTime, <MysqlTime as FromSql<Datetime, Mysql>>::from_sql(value)?),
        MysqlType::Timestamp => {
            moment(MomentKind::DateTime, <MysqlTime as FromSql<Timestamp, Mysql>>::from_sql(value)?)
        }
        MysqlType::String | MysqlType::Enum | MysqlType::Set => match std::str::from_utf8(bytes) {
            Ok(text) => Stored::Text(text.to_owned()),
            Err(_) => Stored::Bytes(bytes.to_vec()),
        },
        _ => Stored::Bytes(bytes.to_vec()),
    };
    Ok((stored, wire))
}

/// The bytes of a number. Some clients fill up every integer to eight of them, whatever the type that they name.
fn number<const N: usize>(bytes: &[u8]) -> Result<[u8; N], &'static str> {
    bytes.first_chunk().copied().ok_or("a number of too few bytes")
}

/// ENUM and SET.
const LISTED: WireType = WireType(1);

fn float(float: f64) -> Result<Stored, &'static str> {
    Stored::float(float).ok_or("MySQL has no NaN")
}

fn moment(kind: MomentKind, time: MysqlTime) -> Stored {
    let MysqlTime { year, month, day, hour, minute, second, second_part, neg, .. } = time;
    // The client library's integers are wider than what a date can hold.
    let narrow = |part: u32| u16::try_from(part).unwrap_or(u16::MAX);
    let (day, hour) = match kind {
        MomentKind::Time => (0, day.saturating_mul(24).saturating_add(hour)),
        MomentKind::Date | MomentKind::DateTime => (day, hour),
    };
    Stored::Time(Moment {
        kind,
        negative: neg && ([day, hour, minute, second] != [0; 4] || second_part != 0),
        parts: [year, month, day, hour, minute, second].map(narrow),
        micros: u32::try_from(second_part).unwrap_or(u32::MAX),
    })
}

fn mysql_time(moment: &Moment) -> MysqlTime {
    let [year, month, day, hour, minute, second] = moment.parts.map(u32::from);
    // On the wire an hour has one byte, and days have four.
    let (day, hour) = match moment.kind {
        MomentKind::Time => (hour / 24, hour % 24),
        MomentKind::Date | MomentKind::DateTime => (day, hour),
    };
    let time_type = match moment.kind {
        MomentKind::Date => MysqlTimestampType::MYSQL_TIMESTAMP_DATE,
        MomentKind::Time => MysqlTimestampType::MYSQL_TIMESTAMP_TIME,
        MomentKind::DateTime => MysqlTimestampType::MYSQL_TIMESTAMP_DATETIME,
    };
    MysqlTime::new(year, month, day, hour, minute, second, moment.micros.into(), moment.negative, time_type, 0)
}

macro_rules! moment_to_sql {
    ($($ST:ty),*) => {$(
        impl ToSql<$ST, Mysql> for Moment {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Mysql>) -> serialize::Result {
                <MysqlTime as ToSql<$ST, Mysql>>::to_sql(&mysql_time(self), &mut out.reborrow())
            }
        }
    )*};
}
moment_to_sql!(Date, Time, Datetime);

impl ToSql<Numeric, Mysql> for Decimal {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Mysql>) -> serialize::Result {
        out.write_all(self.as_str().as_bytes())?;
        Ok(serialize::IsNull::No)
    }
}

/// What the values of an SQL type have in common.
#[derive(Clone, Copy)]
enum Family {
    Integer,
    Unsigned,
    Float,
    Numeric,
    Text,
    Binary,
    Time(MomentKind),
    /// A type of the program's own, an ENUM for example: of any form, each bound as itself.
    Other,
}

impl Family {
    fn of<ST: 'static>() -> Self {
        let declared = TypeId::of::<ST>();
        let is = |types: &[TypeId]| types.contains(&declared);
        if is_signed(declared) {
            Family::Integer
        } else if is_unsigned(declared) {
            Family::Unsigned
        } else if is(&[TypeId::of::<Float>(), TypeId::of::<Double>()]) {
            Family::Float
        } else if is(&[TypeId::of::<Numeric>()]) {
            Family::Numeric
        } else if is(&[TypeId::of::<Text>(), TypeId::of::<sql_types::Json>()]) {
            Family::Text
        } else if is(&[TypeId::of::<Binary>()]) {
            Family::Binary
        } else if is(&[TypeId::of::<Date>()]) {
            Family::Time(MomentKind::Date)
        } else if is(&[TypeId::of::<Time>()]) {
            Family::Time(MomentKind::Time)
        } else if is(&[TypeId::of::<Datetime>(), TypeId::of::<Timestamp>()]) {
            Family::Time(MomentKind::DateTime)
        } else {
            Family::Other
        }
    }
}

/// An integer in the smallest form that holds it.
fn integer(value: Stored) -> Option<Stored> {
    match value {
        Stored::Int(_) => Some(value),
        Stored::Unsigned(int) => Some(i64::try_from(int).map_or(value, Stored::Int)),
        // Every integer up to 2^53 is a double of its own; beyond, it is not known which one it was.
        Stored::Float(number) if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 => {
            Some(Stored::Int(number as i64))
        }
        Stored::Decimal(decimal) if decimal.is_integer() => {
            let text = decimal.as_str();
            let narrow = text.parse().map(Stored::Int).or_else(|_| text.parse().map(Stored::Unsigned));
            Some(narrow.unwrap_or(Stored::Decimal(decimal)))
        }
        _ => None,
    }
}

impl<ST: 'static> StoredKey<ST> for Mysql {
    // On the wire a result is of the type that the server made up when it prepared the statement: `small + small` is a
    // BIGINT, a sum of integers a DECIMAL, `id + ?` a DOUBLE. So a number may come as any number, and is kept as what the
    // ordering says it is; but a number is never text, and never a date.
    fn canonical(value: Stored) -> Option<Stored> {
        match (Family::of::<ST>(), value) {
            (_, Stored::Null) => None,
            (Family::Integer, value) => integer(value),
            (Family::Unsigned, value) => integer(value).filter(|value| !matches!(value, Stored::Int(..0))),
            (Family::Float, Stored::Float(number)) => Stored::float(number),
            (Family::Float, Stored::Int(int)) => Stored::float(int as f64),
            (Family::Float, Stored::Unsigned(int)) => Stored::float(int as f64),
            (Family::Float, Stored::Decimal(decimal)) => Stored::float(decimal.as_str().parse().ok()?),
            (Family::Numeric, Stored::Decimal(decimal)) => Some(Stored::Decimal(decimal)),
            (Family::Numeric, Stored::Int(int)) => Decimal::parse(&int.to_string()).map(Stored::Decimal),
            (Family::Numeric, Stored::Unsigned(int)) => Decimal::parse(&int.to_string()).map(Stored::Decimal),
            // The shortest digits that make this double: those of the decimal that it was made from.
            (Family::Numeric, Stored::Float(number)) => Decimal::parse(&number.to_string()).map(Stored::Decimal),
            (Family::Text, Stored::Text(text)) => Some(Stored::Text(text)),
            // A column with a binary collation arrives as bytes.
            (Family::Text, Stored::Bytes(bytes)) => String::from_utf8(bytes).ok().map(Stored::Text),
            (Family::Binary, Stored::Text(text)) => Some(Stored::Bytes(text.into_bytes())),
            (Family::Binary, Stored::Bytes(bytes)) => Some(Stored::Bytes(bytes)),
            (Family::Time(kind), Stored::Time(moment)) => {
                (moment.kind == kind && moment.is_valid()).then_some(Stored::Time(moment))
            }
            (Family::Other, Stored::Time(moment)) => moment.is_valid().then_some(Stored::Time(moment)),
            (Family::Other, Stored::Bytes(bytes)) => Some(match String::from_utf8(bytes) {
                Ok(text) => Stored::Text(text),
                Err(error) => Stored::Bytes(error.into_bytes()),
            }),
            (Family::Other, Stored::Text(text)) => Some(Stored::Text(text)),
            (Family::Other, number) => integer(number.clone()).or(Some(number)),
            _ => None,
        }
    }

    fn misfit(wire: WireType) -> Option<&'static str> {
        (wire == LISTED).then_some(
            "an ENUM or SET sorts by the numbers of its values and compares as text; cast it, \
             `asc(sql::<Text>(\"CAST(kind AS CHAR)\"))`, or order by its number, `asc(sql::<Integer>(\"kind + 0\"))`",
        )
    }

    fn cast_given() -> Option<String> {
        matches!(Family::of::<ST>(), Family::Numeric).then(decimals::type_of_any)
    }

    // By the type of the value, not as `ST`: each form is written and read by one and the same code, so no token can
    // make the client library read more bytes than there are.
    fn push_stored<'b>(value: &'b Stored, mut out: AstPass<'_, 'b, Self>) -> QueryResult<()> {
        match value {
            Stored::Null => {
                out.push_sql("NULL");
                Ok(())
            }
            Stored::Int(int) => out.push_bind_param::<BigInt, _>(int),
            Stored::Unsigned(int) => out.push_bind_param::<Unsigned<BigInt>, _>(int),
            Stored::Float(float) => out.push_bind_param::<Double, _>(float),
            Stored::Decimal(decimal) => {
                let (whole, fraction) = decimal.digits();
                let ty = decimals::type_of(whole, fraction);
                push_cast(&ty, out, |mut out| out.push_bind_param::<Numeric, _>(decimal))
            }
            Stored::Text(text) => out.push_bind_param::<Text, _>(text),
            Stored::Bytes(bytes) => out.push_bind_param::<Binary, _>(bytes),
            Stored::Time(moment) => match moment.kind {
                MomentKind::Date => out.push_bind_param::<Date, _>(moment),
                MomentKind::Time => out.push_bind_param::<Time, _>(moment),
                MomentKind::DateTime => out.push_bind_param::<Datetime, _>(moment),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_one_key() {
        let decimal = |text| Stored::Decimal(Decimal::parse(text).unwrap());
        let as_integer = |value| <Mysql as StoredKey<BigInt>>::canonical(value);
        assert_eq!(as_integer(Stored::Unsigned(5)), Some(Stored::Int(5)));
        assert_eq!(as_integer(Stored::Unsigned(u64::MAX)), Some(Stored::Unsigned(u64::MAX)));
        assert_eq!(as_integer(decimal("5.0")), Some(Stored::Int(5)));
        assert_eq!(as_integer(decimal("99999999999999999999")), Some(decimal("99999999999999999999")));
        assert_eq!(as_integer(decimal("5.5")), None);
        assert_eq!(as_integer(Stored::Float(-5.0)), Some(Stored::Int(-5)));
        assert_eq!(as_integer(Stored::Float(5.5)), None);
        assert_eq!(as_integer(Stored::Float(1e17)), None);
        assert_eq!(<Mysql as StoredKey<Numeric>>::canonical(Stored::Float(12.34)), Some(decimal("12.34")));
        assert_eq!(<Mysql as StoredKey<Numeric>>::canonical(Stored::Float(f64::INFINITY)), None);
        assert_eq!(<Mysql as StoredKey<Double>>::canonical(decimal("0.1")), Some(Stored::Float(0.1)));
        assert_eq!(<Mysql as StoredKey<Unsigned<BigInt>>>::canonical(Stored::Int(-1)), None);
        assert_eq!(<Mysql as StoredKey<Numeric>>::canonical(Stored::Int(-1)), Some(decimal("-1")));
        assert_eq!(<Mysql as StoredKey<Text>>::canonical(Stored::Bytes(b"a".into())), Some(Stored::Text("a".into())));
        assert_eq!(<Mysql as StoredKey<Text>>::canonical(Stored::Bytes(b"\xff".into())), None);
        assert_eq!(<Mysql as StoredKey<Binary>>::canonical(Stored::Text("a".into())), Some(Stored::Bytes(b"a".into())));
    }

    #[test]
    fn a_time_is_in_hours_and_zero_is_not_negative() {
        let time = |day, hour, neg| {
            moment(
                MomentKind::Time,
                MysqlTime::new(0, 0, day, hour, 0, 0, 0, neg, MysqlTimestampType::MYSQL_TIMESTAMP_TIME, 0),
            )
        };
        assert_eq!(time(2, 3, true), time(0, 51, true));
        assert_eq!(time(0, 0, true), time(0, 0, false));
        assert_eq!(<Mysql as StoredKey<Time>>::canonical(time(40, 0, false)), None);
    }
}
