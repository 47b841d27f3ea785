//! What SQLite is asked for each parent: correlated subqueries over a JSON list, as it knows no LATERAL.

use diesel::query_builder::AstPass;
use diesel::result::QueryResult;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;

use super::keys::push_parts;
use crate::backend::{Around, Extreme, KeyList, KeyTable, PerParentSql, TopN};
use crate::preload::Strategy;
use crate::preload::key::{Key, Width};
use crate::preload::plumbing::keys::Keys;
use crate::preload::plumbing::spell::BindKey;

impl PerParentSql for Sqlite {
    fn top_n(_: u32, _: u32, _: usize) -> TopN {
        TopN::KeyArray
    }

    fn knows(form: TopN) -> bool {
        matches!(form, TopN::KeyArray | TopN::Window)
    }

    // CROSS JOIN is a join whose order the planner keeps.
    const JOIN_ROWS: &'static str = " CROSS JOIN ";
    const EXTREME: Extreme = Extreme::Function;
    const GROUPS_FROM: usize = usize::MAX;
    const AVERAGE: Around = ("AVG(", ")");
    const BIG_SUM: Around = ("SUM(", ")");
}

// json_each(?) AS _k
// (VALUES (?), (?)) AS _k
impl<K, ST> KeyTable<K, ST> for Sqlite
where
    K: Key<Columns: BindKey<K, ST, Sqlite>>,
{
    fn push_key_table<'b>(keys: &'b Keys<K>, mut out: AstPass<'_, 'b, Self>) -> QueryResult<()> {
        if keys.strategy::<Self>(&<Self as KeyList<K, ST>>::types()) == Strategy::Binds {
            out.push_sql("(VALUES ");
            for (i, key) in keys.shown().iter().enumerate() {
                out.push_sql(if i > 0 { ", " } else { "" });
                out.push_sql(if K::Columns::COUNT > 1 { "" } else { "(" });
                K::Columns::push_key(key, out.reborrow())?;
                out.push_sql(if K::Columns::COUNT > 1 { "" } else { ")" });
            }
            out.push_sql(") AS _k");
            return Ok(());
        }
        out.push_sql("json_each(");
        out.push_bind_param::<Text, _>(keys.shown_json())?;
        out.push_sql(") AS _k");
        Ok(())
    }

    fn push_row_key(keys: &Keys<K>, mut out: AstPass<'_, '_, Self>) -> QueryResult<()> {
        if keys.strategy::<Self>(&<Self as KeyList<K, ST>>::types()) == Strategy::Binds {
            let columns: Vec<_> = (1..=K::Columns::COUNT).map(|i| format!("_k.column{i}")).collect();
            out.push_sql(&columns.join(", "));
        } else {
            push_parts::<K>("_k.value", &mut out);
        }
        Ok(())
    }

    fn push_bound_key<'b>(key: &'b K, out: AstPass<'_, 'b, Self>) -> QueryResult<()> {
        K::Columns::push_key(key, out)
    }

    fn push_selected_key<'b>(key: &'b K, out: AstPass<'_, 'b, Self>) -> QueryResult<()> {
        K::Columns::push_named(key, &["v0", "v1", "v2"], out)
    }
}
