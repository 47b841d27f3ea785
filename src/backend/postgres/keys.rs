//! Key lists on PostgreSQL: one array.

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{Array, HasSqlType};

use crate::backend::KeyList;
use crate::preload::Key;
use crate::preload::plumbing::keys::Keys;

// "posts"."author_id" = ANY($1)
impl<K, ST: 'static> KeyList<K, ST> for Pg
where
    K: Key,
    Vec<K>: ToSql<Array<ST>, Pg>,
    Pg: HasSqlType<Array<ST>>,
{
    fn push_key_list<'b, E: QueryFragment<Self>>(
        column: &'b E,
        keys: &'b Keys<K>,
        mut out: AstPass<'_, 'b, Self>,
    ) -> QueryResult<()> {
        column.walk_ast(out.reborrow())?;
        out.push_sql(" = ANY(");
        out.push_bind_param::<Array<ST>, _>(keys.list())?;
        out.push_sql(")");
        Ok(())
    }
}
