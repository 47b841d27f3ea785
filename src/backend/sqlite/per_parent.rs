//! What SQLite is asked for each parent: correlated subqueries over a JSON list, as it knows no LATERAL.

use diesel::query_builder::AstPass;
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Nullable, SqlType, Text, is_nullable};
use diesel::sqlite::Sqlite;

use super::keys::JsonColumn;
use crate::backend::{KeyTable, PerParentSql, TopN};
use crate::preload::Key;
use crate::preload::plumbing::keys::Keys;

impl PerParentSql for Sqlite {
    fn top_n(_: u32, _: u32, _: usize) -> TopN {
        TopN::KeyArray
    }

    fn knows(form: TopN) -> bool {
        matches!(form, TopN::KeyArray | TopN::Window)
    }

    // CROSS JOIN is a join whose order the planner keeps.
    const JOIN_ROWS: &'static str = " CROSS JOIN ";
}

// json_each(?) AS _k
impl<K, ST> KeyTable<K, ST> for Sqlite
where
    K: Key + ToSql<ST, Sqlite>,
    ST: JsonColumn + SqlType<IsNull = is_nullable::NotNull>,
    Sqlite: HasSqlType<ST>,
{
    fn push_key_table<'b>(keys: &'b Keys<K>, mut out: AstPass<'_, 'b, Self>) -> QueryResult<()> {
        out.push_sql("json_each(");
        out.push_bind_param::<Text, _>(keys.json())?;
        out.push_sql(") AS _k");
        Ok(())
    }

    fn push_row_key(mut out: AstPass<'_, '_, Self>) -> QueryResult<()> {
        out.push_sql("_k.value");
        Ok(())
    }

    fn push_bound_key<'b>(key: &'b Option<K>, mut out: AstPass<'_, 'b, Self>) -> QueryResult<()> {
        out.push_bind_param::<Nullable<ST>, _>(key)
    }
}
