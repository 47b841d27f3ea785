//! Key lists on SQLite: one JSON text, whatever their number.

use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{self, BigInt, Text};
use diesel::sqlite::Sqlite;

use crate::backend::KeyList;
use crate::preload::Key;
use crate::preload::plumbing::keys::Keys;

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
