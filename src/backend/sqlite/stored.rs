//! Stored values on SQLite: by storage class.

use std::any::TypeId;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql};
use diesel::query_builder::AstPass;
use diesel::result::QueryResult;
use diesel::sql_types::{self, BigInt, Binary, Double, Text};
use diesel::sqlite::{Sqlite, SqliteType};

use crate::backend::StoredKey;
use crate::keyset::stored::Stored;

impl<ST> FromSql<ST, Sqlite> for Stored {
    fn from_sql(mut value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(match value.value_type() {
            None => Stored::Null,
            Some(SqliteType::Text) => Stored::Text(value.read_text().to_owned()),
            Some(SqliteType::Binary) => Stored::Bytes(value.read_blob().to_vec()),
            Some(SqliteType::Float | SqliteType::Double) => Stored::Float(value.read_double()),
            Some(SqliteType::SmallInt | SqliteType::Integer | SqliteType::Long) => Stored::Int(value.read_long()),
        })
    }

    fn from_nullable_sql(value: Option<<Sqlite as Backend>::RawValue<'_>>) -> deserialize::Result<Self> {
        value.map_or(Ok(Stored::Null), <Self as FromSql<ST, Sqlite>>::from_sql)
    }
}

impl<ST: 'static> StoredKey<ST> for Sqlite {
    // Columns have no fixed class: an INTEGER column can hold 1.5, a TIMESTAMP column text, a number or both. Refused is
    // what the column's affinity would never have stored.
    fn accepts(value: &Stored) -> bool {
        let declared = TypeId::of::<ST>();
        let is = |types: &[TypeId]| types.contains(&declared);
        match value {
            Stored::Null | Stored::Text(_) | Stored::Bytes(_) => !is(&[
                TypeId::of::<sql_types::SmallInt>(),
                TypeId::of::<sql_types::Integer>(),
                TypeId::of::<BigInt>(),
                TypeId::of::<sql_types::Float>(),
                TypeId::of::<Double>(),
                TypeId::of::<sql_types::Bool>(),
            ]),
            Stored::Int(_) | Stored::Float(_) => !is(&[TypeId::of::<Text>(), TypeId::of::<Binary>()]),
            Stored::Unsigned(_) | Stored::Decimal(_) | Stored::Time(_) => false,
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
