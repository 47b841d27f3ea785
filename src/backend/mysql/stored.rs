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
use diesel::sql_types::{
    self, BigInt, Binary, Bool, Date, Double, Float, Integer, Numeric, SmallInt, Text, Time, Timestamp, TinyInt,
};

use crate::backend::StoredKey;
use crate::keyset::stored::{Decimal, Moment, MomentKind, Stored};

impl<ST> FromSql<ST, Mysql> for Stored {
    fn from_sql(value: <Mysql as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let bytes = value.as_bytes();
        Ok(match value.value_type() {
            MysqlType::Tiny => Stored::Int(i8::from_ne_bytes(bytes.try_into()?).into()),
            MysqlType::Short => Stored::Int(i16::from_ne_bytes(bytes.try_into()?).into()),
            MysqlType::Long => Stored::Int(i32::from_ne_bytes(bytes.try_into()?).into()),
            MysqlType::LongLong => Stored::Int(i64::from_ne_bytes(bytes.try_into()?)),
            MysqlType::UnsignedTiny => Stored::Unsigned(u8::from_ne_bytes(bytes.try_into()?).into()),
            MysqlType::UnsignedShort => Stored::Unsigned(u16::from_ne_bytes(bytes.try_into()?).into()),
            MysqlType::UnsignedLong => Stored::Unsigned(u32::from_ne_bytes(bytes.try_into()?).into()),
            MysqlType::UnsignedLongLong => Stored::Unsigned(u64::from_ne_bytes(bytes.try_into()?)),
            MysqlType::Float => Stored::Float(f32::from_ne_bytes(bytes.try_into()?).into()),
            MysqlType::Double => Stored::Float(f64::from_ne_bytes(bytes.try_into()?)),
            MysqlType::Numeric => Stored::Decimal(Decimal::parse(std::str::from_utf8(bytes)?).ok_or("not a decimal")?),
            MysqlType::Date => moment(MomentKind::Date, <MysqlTime as FromSql<Date, Mysql>>::from_sql(value)?),
            MysqlType::Time => moment(MomentKind::Time, <MysqlTime as FromSql<Time, Mysql>>::from_sql(value)?),
            MysqlType::DateTime => {
                moment(MomentKind::DateTime, <MysqlTime as FromSql<Datetime, Mysql>>::from_sql(value)?)
            }
            MysqlType::Timestamp => {
                moment(MomentKind::Timestamp, <MysqlTime as FromSql<Timestamp, Mysql>>::from_sql(value)?)
            }
            MysqlType::String | MysqlType::Enum | MysqlType::Set => match std::str::from_utf8(bytes) {
                Ok(text) => Stored::Text(text.to_owned()),
                Err(_) => Stored::Bytes(bytes.to_vec()),
            },
            _ => Stored::Bytes(bytes.to_vec()),
        })
    }

    fn from_nullable_sql(value: Option<<Mysql as Backend>::RawValue<'_>>) -> deserialize::Result<Self> {
        value.map_or(Ok(Stored::Null), <Self as FromSql<ST, Mysql>>::from_sql)
    }
}

fn moment(kind: MomentKind, time: MysqlTime) -> Stored {
    let MysqlTime { year, month, day, hour, minute, second, second_part, neg, .. } = time;
    // The client library's integers are wider than what a date can hold.
    let narrow = |part: u32| u16::try_from(part).unwrap_or(u16::MAX);
    Stored::Time(Moment {
        kind,
        negative: neg,
        parts: [year, month, day, hour, minute, second].map(narrow),
        micros: u32::try_from(second_part).unwrap_or(u32::MAX),
    })
}

fn mysql_time(moment: &Moment) -> MysqlTime {
    let [year, month, day, hour, minute, second] = moment.parts.map(u32::from);
    let time_type = match moment.kind {
        MomentKind::Date => MysqlTimestampType::MYSQL_TIMESTAMP_DATE,
        MomentKind::Time => MysqlTimestampType::MYSQL_TIMESTAMP_TIME,
        MomentKind::DateTime | MomentKind::Timestamp => MysqlTimestampType::MYSQL_TIMESTAMP_DATETIME,
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
moment_to_sql!(Date, Time, Datetime, Timestamp);

impl ToSql<Numeric, Mysql> for Decimal {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Mysql>) -> serialize::Result {
        out.write_all(self.as_str().as_bytes())?;
        Ok(serialize::IsNull::No)
    }
}

impl<ST: 'static> StoredKey<ST> for Mysql {
    // The server widens results (`small + small` is a BIGINT on the wire), so a key may be any number where the ordering
    // says a number, but never text, and never a date.
    fn accepts(value: &Stored) -> bool {
        let declared = TypeId::of::<ST>();
        let is = |types: &[TypeId]| types.contains(&declared);
        let number = is(&[
            TypeId::of::<Bool>(),
            TypeId::of::<TinyInt>(),
            TypeId::of::<SmallInt>(),
            TypeId::of::<Integer>(),
            TypeId::of::<BigInt>(),
            TypeId::of::<Unsigned<TinyInt>>(),
            TypeId::of::<Unsigned<SmallInt>>(),
            TypeId::of::<Unsigned<Integer>>(),
            TypeId::of::<Unsigned<BigInt>>(),
            TypeId::of::<Float>(),
            TypeId::of::<Double>(),
            TypeId::of::<Numeric>(),
        ]);
        let time =
            is(&[TypeId::of::<Date>(), TypeId::of::<Time>(), TypeId::of::<Datetime>(), TypeId::of::<Timestamp>()]);
        let text = is(&[TypeId::of::<Text>(), TypeId::of::<Binary>(), TypeId::of::<sql_types::Json>()]);
        match value {
            Stored::Null => true,
            Stored::Int(_) | Stored::Unsigned(_) | Stored::Float(_) | Stored::Decimal(_) => !time && !text,
            Stored::Text(_) | Stored::Bytes(_) => !time && !number,
            Stored::Time(_) => !number && !text,
        }
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
            Stored::Decimal(text) => out.push_bind_param::<Numeric, _>(text),
            Stored::Text(text) => out.push_bind_param::<Text, _>(text),
            Stored::Bytes(bytes) => out.push_bind_param::<Binary, _>(bytes),
            Stored::Time(moment) => match moment.kind {
                MomentKind::Date => out.push_bind_param::<Date, _>(moment),
                MomentKind::Time => out.push_bind_param::<Time, _>(moment),
                MomentKind::DateTime => out.push_bind_param::<Datetime, _>(moment),
                MomentKind::Timestamp => out.push_bind_param::<Timestamp, _>(moment),
            },
        }
    }
}
