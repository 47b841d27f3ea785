//! SQLite: one JSON bind for key lists, a range for each key for seeks, values by storage class.

use std::any::TypeId;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql};
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{self, BigInt, Binary, Double, Text};
use diesel::sqlite::{Sqlite, SqliteType};

use super::{Dialect, KeyList, NullsSort, SeekForm, StoredKey};
use crate::keyset::stored::Stored;
use crate::preload::Key;
use crate::preload::plumbing::keys::Keys;

impl Dialect for Sqlite {
    const TAG: u8 = b's';
    // A row value whose last column is the rowid (`id INTEGER PRIMARY KEY`) is a range over the columns before it: every row
    // that shares them with the cursor is read, at each page.
    const UNIFORM_SEEK: SeekForm = SeekForm::Segments;
    const MIXED_SEEK: SeekForm = SeekForm::Segments;
    const NULLS_SORT: NullsSort = NullsSort::Smallest;
    const NULLS_SYNTAX: bool = true;
}

/// SQL types whose values JSON spells as SQLite stores them: integers as numbers, text as strings. (A JSON number never
/// equals a TEXT column, so the spelling follows the column, and the bound on `ToSql` makes the key fit the column.)
pub trait JsonColumn {}
impl JsonColumn for sql_types::SmallInt {}
impl JsonColumn for sql_types::Integer {}
impl JsonColumn for BigInt {}
impl JsonColumn for Text {}

// `posts`.`author_id` IN (SELECT value FROM json_each(?))
impl<K, ST> KeyList<K, ST> for Sqlite
where
    K: Key + ToSql<ST, Sqlite>,
    ST: JsonColumn,
{
    fn push_key_list<'b, E: QueryFragment<Self>>(
        column: &'b E,
        keys: &'b Keys<K>,
        mut out: AstPass<'_, 'b, Self>,
    ) -> QueryResult<()> {
        column.walk_ast(out.reborrow())?;
        out.push_sql(" IN (SELECT value FROM json_each(");
        out.push_bind_param::<Text, _>(keys.json())?;
        out.push_sql("))");
        Ok(())
    }
}

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
