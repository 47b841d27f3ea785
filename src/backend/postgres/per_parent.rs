//! What PostgreSQL is asked for each parent: LATERAL over an array.

use diesel::pg::Pg;
use diesel::pg::sql_types::{Citext, Timestamptz};
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;
use diesel::sql_types::{Array, SqlType};

use super::blanks;
use super::keys::{Arrays, name, names, push_values};
use crate::backend::{Around, Extreme, KeyTable, PerParentSql, TopN};
use crate::preload::Strategy;
use crate::preload::aggregate::measure::{Ordered, ordered};
use crate::preload::key::{Key, Width};
use crate::preload::plumbing::keys::Keys;
use crate::preload::plumbing::spell::BindKey;

impl PerParentSql for Pg {
    // Above the average number of children, LATERAL over whole rows sorts every parent in full.
    fn top_n(limit: u32, offset: u32, _: usize) -> TopN {
        if limit <= 10 && offset == 0 { TopN::Lateral } else { TopN::LateralKeys }
    }

    fn knows(form: TopN) -> bool {
        matches!(form, TopN::Lateral | TopN::LateralKeys | TopN::Window)
    }

    const JOIN_ROWS: &'static str = " INNER JOIN ";
    const EXTREME: Extreme = Extreme::Function;
    // A pass over the children is up to four times as fast as a subquery for each parent, where rows must be read to add up.
    const GROUPS_FROM: usize = 1_000;
    const AVERAGE: Around = ("CAST(AVG(", ") AS DOUBLE PRECISION)");
    // SUM of BIGINTs is NUMERIC.
    const BIG_SUM: Around = ("CAST(SUM(", ") AS BIGINT)");
}

ordered! {
    Timestamptz, Citext,
}
impl<ST: Ordered> Ordered for Array<ST> where Array<ST>: SqlType {}

// unnest($1) AS _k(v)
// unnest($1, $2) AS _k(v0, v1)
// (VALUES ($1), ($2)) AS _k(v)
impl<K, ST> KeyTable<K, ST> for Pg
where
    K: Key<Columns: Arrays<K, ST> + BindKey<K, ST, Pg>>,
{
    fn push_key_table<'b>(keys: &'b Keys<K>, mut out: AstPass<'_, 'b, Self>) -> QueryResult<()> {
        if keys.strategy::<Self>(&K::Columns::types()) == Strategy::Binds {
            push_values::<K, ST>(keys.shown().iter(), out.reborrow())?;
            out.push_sql(" AS _k(");
            out.push_sql(&names(K::Columns::COUNT, ""));
            out.push_sql(")");
            return Ok(());
        }
        out.push_sql("unnest(");
        K::Columns::push_arrays(keys, out.reborrow())?;
        out.push_sql(") AS _k(");
        out.push_sql(&names(K::Columns::COUNT, ""));
        out.push_sql(")");
        Ok(())
    }

    fn push_row_key(_: &Keys<K>, mut out: AstPass<'_, '_, Self>) -> QueryResult<()> {
        out.push_sql(&names(K::Columns::COUNT, "_k."));
        Ok(())
    }

    fn push_compared_key<'b>(
        columns: &'b impl QueryFragment<Self>,
        keys: &Keys<K>,
        mut out: AstPass<'_, 'b, Self>,
    ) -> QueryResult<()> {
        let types = K::Columns::types();
        match blanks::compared(columns, keys.list(), &types, |i| format!("_k.{}", name(i, types.len()))) {
            Some(values) => out.push_sql(&values),
            None => Self::push_row_key(keys, out)?,
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
