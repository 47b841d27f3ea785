//! What PostgreSQL is asked for each parent: LATERAL over an array.

use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{Array, HasSqlType, Nullable, SqlType, is_nullable};

use crate::backend::{KeyTable, PerParentSql, TopN};
use crate::preload::Key;
use crate::preload::plumbing::keys::Keys;

impl PerParentSql for Pg {
    // Above the average number of children, LATERAL over whole rows sorts every parent in full.
    fn top_n(limit: u32, offset: u32, _: usize) -> TopN {
        if limit <= 10 && offset == 0 { TopN::Lateral } else { TopN::LateralKeys }
    }

    fn knows(form: TopN) -> bool {
        matches!(form, TopN::Lateral | TopN::LateralKeys | TopN::Window)
    }

    const JOIN_ROWS: &'static str = " INNER JOIN ";
}

// unnest($1) AS _k(v)
impl<K, ST> KeyTable<K, ST> for Pg
where
    K: Key + ToSql<ST, Pg>,
    ST: SqlType<IsNull = is_nullable::NotNull> + 'static,
    Vec<K>: ToSql<Array<ST>, Pg>,
    Pg: HasSqlType<Array<ST>> + HasSqlType<ST>,
{
    fn push_key_table<'b>(keys: &'b Keys<K>, mut out: AstPass<'_, 'b, Self>) -> QueryResult<()> {
        out.push_sql("unnest(");
        out.push_bind_param::<Array<ST>, _>(keys.list())?;
        out.push_sql(") AS _k(v)");
        Ok(())
    }

    fn push_row_key(mut out: AstPass<'_, '_, Self>) -> QueryResult<()> {
        out.push_sql("_k.v");
        Ok(())
    }

    fn push_bound_key<'b>(key: &'b Option<K>, mut out: AstPass<'_, 'b, Self>) -> QueryResult<()> {
        out.push_bind_param::<Nullable<ST>, _>(key)
    }
}
