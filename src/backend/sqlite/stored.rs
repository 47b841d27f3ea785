//! Stored values on SQLite: by storage class.

use std::any::TypeId;

use diesel::backend::Backend;
use diesel::deserialize;
use diesel::query_builder::AstPass;
use diesel::result::QueryResult;
use diesel::sql_types::{self, BigInt, Binary, Double, Text};
use diesel::sqlite::{Sqlite, SqliteType};

use crate::backend::StoredKey;
use crate::keyset::stored::{Stored, WireType};

/// The value by its storage class.
pub(super) fn read(mut value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<(Stored, WireType)> {
    let stored = match value.value_type() {
        None => Stored::Null,
        Some(SqliteType::Text) => {
            let text = value.read_text().to_owned();
            // Diesel replaces what is not UTF-8, and the position would be another one.
            if text.contains(char::REPLACEMENT_CHARACTER) && value.read_blob() != text.as_bytes() {
                return Err("a key of the ordering is text that is not UTF-8".into());
            }
            Stored::Text(text)
        }
        Some(SqliteType::Binary) => Stored::Bytes(value.read_blob().to_vec()),
        Some(SqliteType::Float | SqliteType::Double) => {
            Stored::float(value.read_double()).ok_or("SQLite has no NaN")?
        }
        Some(SqliteType::SmallInt | SqliteType::Integer | SqliteType::Long) => Stored::Int(value.read_long()),
    };
    Ok((stored, WireType::default()))
}

impl<ST: 'static> StoredKey<ST> for Sqlite {
    // Columns have no fixed class: an INTEGER column can hold 1.5, a TIMESTAMP column text, a number or both. Refused is
    // what the column's affinity would never have stored.
    fn canonical(value: Stored) -> Option<Stored> {
        let declared = TypeId::of::<ST>();
        let is = |types: &[TypeId]| types.contains(&declared);
        let float = is(&[TypeId::of::<sql_types::Float>(), TypeId::of::<Double>()]);
        let integer = is(&[
            TypeId::of::<sql_types::SmallInt>(),
            TypeId::of::<sql_types::Integer>(),
            TypeId::of::<BigInt>(),
            TypeId::of::<sql_types::Bool>(),
        ]);
        match value {
            Stored::Text(_) | Stored::Bytes(_) => (!float && !integer).then_some(value),
            Stored::Int(_) | Stored::Float(_) if is(&[TypeId::of::<Text>(), TypeId::of::<Binary>()]) => None,
            // 5 and 5.0 are equal wherever both can stand.
            Stored::Int(int) if float => Some(exact_float(int).map_or(Stored::Int(int), Stored::Float)),
            Stored::Int(int) => Some(Stored::Int(int)),
            Stored::Float(number) if float => Stored::float(number),
            Stored::Float(number) => exact_int(number).map(Stored::Int).or_else(|| Stored::float(number)),
            Stored::Null | Stored::Unsigned(_) | Stored::Decimal(_) | Stored::Time(_) => None,
        }
    }

    // Bound by its own class, not as `ST`: Diesel refuses a bind whose value is not of the declared type.
    fn push_stored<'b>(value: &'b Stored, mut out: AstPass<'_, 'b, Self>) -> QueryResult<()> {
        match value {
            Stored::Int(int) => out.push_bind_param::<BigInt, _>(int),
            Stored::Float(float) => out.push_bind_param::<Double, _>(float),
            Stored::Text(text) => out.push_bind_param::<Text, _>(text),
            Stored::Bytes(bytes) => out.push_bind_param::<Binary, _>(bytes),
            Stored::Null | Stored::Unsigned(_) | Stored::Decimal(_) | Stored::Time(_) => {
                out.push_sql("NULL");
                Ok(())
            }
        }
    }
}

/// The float of the same value.
fn exact_float(int: i64) -> Option<f64> {
    let float = int as f64;
    (float as i128 == i128::from(int)).then_some(float)
}

/// The integer of the same value.
fn exact_int(float: f64) -> Option<i64> {
    let int = float as i64;
    // A float beyond the integers becomes the last one of them, which is not its value.
    (int as f64 == float && int as i128 == float as i128).then_some(int)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_are_one_key() {
        let as_integer = |value| <Sqlite as StoredKey<BigInt>>::canonical(value);
        let as_float = |value| <Sqlite as StoredKey<Double>>::canonical(value);
        assert_eq!(as_integer(Stored::Float(5.0)), Some(Stored::Int(5)));
        assert_eq!(as_integer(Stored::Float(5.5)), Some(Stored::Float(5.5)));
        assert_eq!(as_integer(Stored::Float(-0.0)), Some(Stored::Int(0)));
        assert_eq!(as_float(Stored::Int(5)), Some(Stored::Float(5.0)));
        assert_eq!(as_float(Stored::Int(i64::MAX)), Some(Stored::Int(i64::MAX)));
        // 2^63 is a float, and one more than the largest integer.
        assert_eq!(
            as_integer(Stored::Float(9_223_372_036_854_775_808.0)),
            Some(Stored::Float(9_223_372_036_854_775_808.0))
        );
        assert_eq!(as_integer(Stored::Float(f64::INFINITY)), Some(Stored::Float(f64::INFINITY)));
        assert_eq!(as_integer(Stored::Text("5".into())), None);
        assert_eq!(<Sqlite as StoredKey<Text>>::canonical(Stored::Int(5)), None);
    }
}
