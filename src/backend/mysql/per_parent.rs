//! What MySQL and MariaDB are asked for each parent. MariaDB knows no LATERAL, and neither takes a LIMIT inside IN: what
//! both read from an index are a scalar subquery, and a query for each parent in a UNION ALL.

use diesel::mysql::Mysql;
use diesel::query_builder::AstPass;
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Nullable, SqlType, Text, is_nullable};

use super::keys::JsonColumn;
use crate::backend::{KeyTable, PerParentSql, TopN};
use crate::preload::Key;
use crate::preload::plumbing::keys::Keys;

impl PerParentSql for Mysql {
    fn top_n(limit: u32, offset: u32, columns: usize) -> TopN {
        match (limit, offset, columns) {
            (1, 0, 1) => TopN::Single,
            _ => TopN::Union,
        }
    }

    fn knows(form: TopN) -> bool {
        matches!(form, TopN::Union | TopN::Single | TopN::Window)
    }

    const JOIN_ROWS: &'static str = " STRAIGHT_JOIN ";
}

// JSON_TABLE(?, '$[*]' COLUMNS(id BIGINT PATH '$')) AS _k
impl<K, ST> KeyTable<K, ST> for Mysql
where
    K: Key + ToSql<ST, Mysql>,
    ST: JsonColumn + SqlType<IsNull = is_nullable::NotNull>,
    Mysql: HasSqlType<ST>,
{
    fn push_key_table<'b>(keys: &'b Keys<K>, mut out: AstPass<'_, 'b, Self>) -> QueryResult<()> {
        out.push_sql("JSON_TABLE(");
        out.push_bind_param::<Text, _>(keys.json())?;
        out.push_sql(", '$[*]' COLUMNS(id ");
        out.push_sql(ST::column(keys.longest()));
        out.push_sql(" PATH '$')) AS _k");
        Ok(())
    }

    fn push_row_key(mut out: AstPass<'_, '_, Self>) -> QueryResult<()> {
        out.push_sql("_k.id");
        Ok(())
    }

    fn push_bound_key<'b>(key: &'b Option<K>, mut out: AstPass<'_, 'b, Self>) -> QueryResult<()> {
        out.push_bind_param::<Nullable<ST>, _>(key)
    }
}
