//! The statement: your query, written for one parent, inside of what asks it for every parent.

use std::any::TypeId;
use std::ops::Range;
use std::sync::Arc;

use diesel::associations::HasTable;
use diesel::dsl::{AsSelect, Filter, Select};
use diesel::expression::{Expression, Selectable, SelectableHelper};
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;
use diesel::query_dsl::methods::{FilterDsl, SelectDsl};
use diesel::query_source::{QuerySource, Table};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Text};

use super::plan::{Chosen, Plan, columns_of, ties};
use crate::backend::{Dialect, KeyTable, TopN};
use crate::error::{Error, ErrorKind, Result};
use crate::preload::Key;
use crate::preload::plumbing::again::{Again, Kept};
use crate::preload::plumbing::at_key::{Asked, AtKey, Parent};
use crate::preload::plumbing::batch::{refuse_inexact, refuse_strategy};
use crate::preload::plumbing::clauses;
use crate::preload::plumbing::keys::Keys;
use crate::preload::plumbing::statement::column_name;
use crate::preload::relation::Statements;
use crate::preload::strategy::Strategy;

/// How many parents one UNION ALL asks for: more arms cost more to prepare than they save in round trips.
const ARMS: usize = Statements::CHUNK;

/// How many children of each parent, and from which on.
#[derive(Debug, Clone, Copy)]
pub struct Cut {
    pub(crate) limit: u32,
    pub(crate) offset: u32,
    pub(crate) form: Option<TopN>,
}

/// A child query that can be written for one parent. Diesel's bounds hide in its impl.
#[diagnostic::on_unimplemented(
    message = "the first `{C}` of each parent cannot be loaded by this query",
    note = "the key column and the order must come from the tables of the query, and all columns of `{C}` from its own table",
    note = "`{C}` needs `#[derive(Selectable)]`"
)]
pub trait TopOf<DB: Dialect, N, K, C, E> {
    /// The statements, one after the other.
    type Statements;

    /// The statements for these keys: one, or one for each chunk.
    ///
    /// # Errors
    ///
    /// The backend does not know the form or the strategy, or they do not go together.
    fn top(self, columns: N, keys: Keys<K>, order: E, cut: Cut, strategy: Strategy) -> Result<Self::Statements>;
}

type From<C> = <<C as HasTable>::Table as QuerySource>::FromClause;

#[diagnostic::do_not_recommend]
impl<Q, DB, N, K, C, E> TopOf<DB, N, K, C, E> for Q
where
    DB: KeyTable<K, N::SqlType>,
    K: Key,
    N: Copy + Expression + QueryFragment<DB>,
    E: QueryFragment<DB>,
    C: Selectable<DB> + HasTable<Table: Table<PrimaryKey: QueryFragment<DB>>>,
    AsSelect<C, DB>: diesel::SelectableExpression<C::Table>,
    Q: QueryFragment<DB> + FilterDsl<AtKey<N, K>>,
    Filter<Q, AtKey<N, K>>: SelectDsl<Chosen<E, N, K, AsSelect<C, DB>>>,
{
    type Statements = TopStatements<Q, N, K, C, E, AsSelect<C, DB>>;

    fn top(self, columns: N, keys: Keys<K>, order: E, cut: Cut, strategy: Strategy) -> Result<Self::Statements> {
        first_of_each::<DB, _, _, _, C, _, _>(self, columns, keys, order, C::as_select, (cut, strategy), true)
    }
}

pub(crate) type OneParentOf<Q, N, K, E, Child> = Select<Filter<Q, AtKey<N, K>>, Chosen<E, N, K, Child>>;
pub(crate) type TopStatements<Q, N, K, C, E, Child> = Tops<OneParentOf<Q, N, K, E, Child>, E, N, K, Child, From<C>>;

/// The statements that read the first rows of each parent, of whatever selection. An order that is total needs nothing that
/// cuts ties.
pub(crate) fn first_of_each<DB, Q, N, K, C, E, Child>(
    query: Q,
    columns: N,
    keys: Keys<K>,
    order: E,
    child: impl Fn() -> Child,
    (cut, strategy): (Cut, Strategy),
    cuts_ties: bool,
) -> Result<TopStatements<Q, N, K, C, E, Child>>
where
    DB: KeyTable<K, N::SqlType> + Dialect,
    K: Key,
    N: Copy + Expression + QueryFragment<DB>,
    E: QueryFragment<DB>,
    C: HasTable<Table: Table<PrimaryKey: QueryFragment<DB>>>,
    Child: diesel::SelectableExpression<C::Table>,
    Q: QueryFragment<DB> + FilterDsl<AtKey<N, K>>,
    Filter<Q, AtKey<N, K>>: SelectDsl<Chosen<E, N, K, Child>>,
{
    let primary_key = columns_of::<DB>(&C::table().primary_key());
    let foreign_key = columns_of::<DB>(&columns);
    let named = column_name::<DB>(&columns);
    clauses::refuse::<DB>(&query, &named)?;
    refuse_inexact::<DB, K>(&DB::types(), &named)?;
    refuse_strategy::<DB, K>(&keys, &DB::types(), strategy, &named, None)?;
    if strategy != Strategy::Auto {
        keys.choose(strategy);
    }
    let form = cut.form.unwrap_or_else(|| match DB::top_n(cut.limit, cut.offset, primary_key.len()) {
        _ if strategy == Strategy::Scan => TopN::Window,
        // A table of binds is longer to prepare than a few queries.
        TopN::Single if keys.strategy::<DB>(&DB::types()) == Strategy::Binds => TopN::Union,
        form => form,
    });
    if !DB::knows(form) {
        return Err(Error::new(ErrorKind::UnsupportedQuery, format!("this backend has no strategy {form:?}")));
    }
    if strategy == Strategy::Scan && form != TopN::Window {
        let message =
            format!("{named}: {form:?} looks each key up, and Scan reads all of the table: choose one of them");
        return Err(Error::new(ErrorKind::UnsupportedStrategy, message));
    }
    if form == TopN::Single && (cut.limit, cut.offset) != (1, 0) {
        let message = "the strategy Single reads the first child of each parent, and no other";
        return Err(Error::new(ErrorKind::UnsupportedQuery, message));
    }
    let ordered = columns_of::<DB>(&order);
    let descending = ordered.last().is_some_and(|key| key.contains(" DESC"));
    let ties = if cuts_ties { ties(&primary_key, &ordered) } else { Vec::new() };
    let asked = match form {
        TopN::Window => Asked::List,
        TopN::Union => Asked::Bind,
        _ => Asked::Row,
    };
    let chunks = match form {
        TopN::Union => keys.list().len().div_ceil(ARMS),
        _ => keys.chunks::<DB>(&DB::types()),
    };
    let parent = Parent::new(asked, keys);
    let plan = Arc::new(Plan {
        form,
        order,
        columns,
        parent: parent.clone(),
        foreign_key,
        primary_key,
        spelled: DB::types().contains(&TypeId::of::<Text>()),
        descending,
        ties,
        limit: cut.limit.into(),
        offset: cut.offset.into(),
        end: i64::from(cut.offset) + i64::from(cut.limit),
    });
    let query = FilterDsl::filter(query, AtKey::new(columns, parent));
    let query = SelectDsl::select(query, Chosen { plan: plan.clone(), child: child() });
    let written = Kept::new(Written { query, child: child(), table: C::table().from_clause(), plan });
    Ok(Tops { written, chunks: 0..chunks })
}

/// How many queries ask for so many parents: 1, 4, 16 or 64, so that there are four texts and no more. Those that are too
/// many ask for no children.
fn arms(parents: usize) -> usize {
    [1, 4, 16].into_iter().find(|arms| parents <= *arms).unwrap_or(ARMS)
}

/// What is written once for each chunk.
#[derive(Debug)]
struct Written<Q, E, N, K, Child, Source> {
    query: Q,
    child: Child,
    table: Source,
    plan: Arc<Plan<E, N, K>>,
}

/// The statements of all chunks: each is there when the one before it was sent, as all are one value.
#[derive(Debug)]
pub struct Tops<Q, E, N, K, Child, Source> {
    written: Kept<Written<Q, E, N, K, Child, Source>>,
    chunks: Range<usize>,
}

impl<Q, E, N, K, Child, Source> Iterator for Tops<Q, E, N, K, Child, Source> {
    type Item = Top<Q, E, N, K, Child, Source>;

    fn next(&mut self) -> Option<Self::Item> {
        let chunk = self.chunks.next()?;
        Some(Top { written: self.written.again(), chunk })
    }
}

/// One statement: it selects the position among the children of the parent, the parent's key, the child.
#[derive(Debug)]
pub struct Top<Q, E, N, K, Child, Source> {
    written: Again<Written<Q, E, N, K, Child, Source>>,
    chunk: usize,
}

impl<Q, E, N, K, Child, Source> Query for Top<Q, E, N, K, Child, Source>
where
    N: Expression,
    Child: Expression,
{
    type SqlType = (BigInt, N::SqlType, Child::SqlType);
}

// The text depends on the strategy and the number of arms.
impl<Q, E, N, K, Child, Source> QueryId for Top<Q, E, N, K, Child, Source> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q, E, N, K, Child, Source, Conn> RunQueryDsl<Conn> for Top<Q, E, N, K, Child, Source> {}

impl<Q, E, N, K, Child, Source, DB> QueryFragment<DB> for Top<Q, E, N, K, Child, Source>
where
    DB: Dialect + KeyTable<K, N::SqlType>,
    K: Key,
    Q: QueryFragment<DB>,
    E: QueryFragment<DB>,
    N: Expression + QueryFragment<DB>,
    Child: QueryFragment<DB>,
    Source: QueryFragment<DB>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let Written { query, child, table, plan } = self.written.statement()?;
        let keys = plan.parent.keys();
        if plan.form != TopN::Union {
            keys.show(self.chunk);
        }
        match plan.form {
            // SELECT _t.* FROM unnest($1) AS _k(v)
            //  CROSS JOIN LATERAL (SELECT ROW_NUMBER() OVER (), _k.v, _q.* FROM (query) AS _q) AS _t
            TopN::Lateral => {
                out.push_sql("SELECT _t.* FROM ");
                DB::push_key_table(keys, out.reborrow())?;
                out.push_sql(" CROSS JOIN LATERAL (SELECT ROW_NUMBER() OVER (), ");
                DB::push_row_key(keys, out.reborrow())?;
                out.push_sql(", _q.* FROM (");
                query.walk_ast(out.reborrow())?;
                plan.push_cut(out.reborrow())?;
                out.push_sql(") AS _q) AS _t");
            }
            // SELECT _t.n, _k.v, posts.* FROM unnest($1) AS _k(v)
            //  CROSS JOIN LATERAL (SELECT ROW_NUMBER() OVER () AS n, _q.* FROM (query) AS _q) AS _t
            //  INNER JOIN posts ON posts.id = _t.p0
            TopN::LateralKeys => {
                out.push_sql("SELECT _t.n, ");
                DB::push_row_key(keys, out.reborrow())?;
                out.push_sql(", ");
                child.walk_ast(out.reborrow())?;
                out.push_sql(" FROM ");
                DB::push_key_table(keys, out.reborrow())?;
                out.push_sql(" CROSS JOIN LATERAL (SELECT ROW_NUMBER() OVER () AS n, _q.* FROM (");
                query.walk_ast(out.reborrow())?;
                plan.push_cut(out.reborrow())?;
                out.push_sql(") AS _q) AS _t");
                out.push_sql(DB::JOIN_ROWS);
                table.walk_ast(out.reborrow())?;
                plan.push_rows(|i| format!("_t.p{i}"), &mut out);
            }
            // SELECT _t.key, _k.value, posts.* FROM json_each(?) AS _k
            //  CROSS JOIN json_each((SELECT json_group_array(_q.p0) FROM (query) AS _q)) AS _t
            //  CROSS JOIN posts ON posts.id = _t.value
            TopN::KeyArray => {
                let one = plan.primary_key.len() == 1;
                let columns: Vec<_> = (0..plan.primary_key.len()).map(|i| format!("_q.p{i}")).collect();
                out.push_sql("SELECT _t.key, ");
                DB::push_row_key(keys, out.reborrow())?;
                out.push_sql(", ");
                child.walk_ast(out.reborrow())?;
                out.push_sql(" FROM ");
                DB::push_key_table(keys, out.reborrow())?;
                out.push_sql(" CROSS JOIN json_each((SELECT json_group_array(");
                out.push_sql(if one { "" } else { "json_array(" });
                out.push_sql(&columns.join(", "));
                out.push_sql(if one { ") FROM (" } else { ")) FROM (" });
                query.walk_ast(out.reborrow())?;
                plan.push_cut(out.reborrow())?;
                out.push_sql(") AS _q)) AS _t");
                out.push_sql(DB::JOIN_ROWS);
                table.walk_ast(out.reborrow())?;
                plan.push_rows(|i| if one { "_t.value".into() } else { format!("_t.value ->> {i}") }, &mut out);
            }
            // SELECT 0, _k.id, posts.* FROM JSON_TABLE(? ..) AS _k STRAIGHT_JOIN posts ON posts.id = (query)
            TopN::Single => {
                out.push_sql("SELECT 0, ");
                DB::push_row_key(keys, out.reborrow())?;
                out.push_sql(", ");
                child.walk_ast(out.reborrow())?;
                out.push_sql(" FROM ");
                DB::push_key_table(keys, out.reborrow())?;
                out.push_sql(DB::JOIN_ROWS);
                table.walk_ast(out.reborrow())?;
                out.push_sql(" ON (");
                out.push_sql(&plan.primary_key.join(", "));
                out.push_sql(") = (");
                query.walk_ast(out.reborrow())?;
                plan.push_cut(out.reborrow())?;
                out.push_sql(")");
            }
            // (query) UNION ALL (query) .., each with the key of one parent
            TopN::Union => {
                let first = self.chunk * ARMS;
                let parents = keys.list().len().saturating_sub(first).min(ARMS);
                for arm in 0..arms(parents) {
                    plan.parent.ask(first + arm);
                    out.push_sql(if arm > 0 { " UNION ALL (" } else { "(" });
                    query.walk_ast(out.reborrow())?;
                    plan.push_cut_at(if arm < parents { &plan.limit } else { &0 }, out.reborrow())?;
                    out.push_sql(")");
                }
                plan.parent.ask(0);
            }
            // SELECT _w.n, _w.f0, posts.* FROM (query with ROW_NUMBER() OVER (PARTITION BY ..) AS n) AS _w
            //  INNER JOIN posts ON posts.id = _w.p0 WHERE _w.n > ? AND _w.n <= ?
            TopN::Window => {
                let of_row: Vec<_> = (0..plan.foreign_key.len()).map(|i| format!("_w.f{i}")).collect();
                out.push_sql("SELECT _w.n, ");
                if plan.spelled {
                    DB::push_row_key(keys, out.reborrow())?;
                } else {
                    out.push_sql(&of_row.join(", "));
                }
                out.push_sql(", ");
                child.walk_ast(out.reborrow())?;
                out.push_sql(" FROM (");
                query.walk_ast(out.reborrow())?;
                out.push_sql(") AS _w");
                out.push_sql(DB::JOIN_ROWS);
                table.walk_ast(out.reborrow())?;
                plan.push_rows(|i| format!("_w.p{i}"), &mut out);
                // INNER JOIN unnest($1) AS _k(v) ON _w.f0 = _k.v
                if plan.spelled {
                    let (before, between, after) = if of_row.len() > 1 { ("(", ") = (", ")") } else { ("", " = ", "") };
                    out.push_sql(" INNER JOIN ");
                    DB::push_key_table(keys, out.reborrow())?;
                    out.push_sql(" ON ");
                    out.push_sql(before);
                    out.push_sql(&of_row.join(", "));
                    out.push_sql(between);
                    DB::push_compared_key(&plan.columns, keys, out.reborrow())?;
                    out.push_sql(after);
                }
                out.push_sql(" WHERE _w.n > ");
                out.push_bind_param::<BigInt, _>(&plan.offset)?;
                out.push_sql(" AND _w.n <= ");
                out.push_bind_param::<BigInt, _>(&plan.end)?;
            }
        }
        Ok(())
    }
}

/// The rows with the key of each, those of one parent in their order.
pub(crate) fn by_position<K: PartialEq, C>(mut rows: Vec<(i64, K, C)>) -> impl Iterator<Item = Result<(K, C)>> {
    if !in_order(&rows) {
        rows.sort_by_key(|(position, _, _)| *position);
    }
    rows.into_iter().map(|(_, key, child)| Ok((key, child)))
}

/// Whether the children of each parent stand together and in order, by their positions.
///
/// They do in every plan that was seen. But no standard promises the order of a join, so it is looked at, not trusted.
fn in_order<K: PartialEq, C>(rows: &[(i64, K, C)]) -> bool {
    let first = rows.iter().map(|row| row.0).min().unwrap_or(0);
    let mut previous: Option<&(i64, K, C)> = None;
    rows.iter().all(|row| {
        let follows = previous.is_some_and(|previous| previous.1 == row.1 && previous.0 + 1 == row.0);
        previous = Some(row);
        row.0 == first || follows
    })
}

#[cfg(test)]
mod tests {
    use super::{ARMS, arms, in_order};

    #[test]
    fn arms_come_in_four_sizes() {
        assert_eq!([1, 2, 4, 5, 17, 63, 64].map(arms), [1, 4, 4, 16, 64, 64, 64]);
        assert_eq!(ARMS % 64, 0);
    }

    #[test]
    fn rows_out_of_order_are_seen() {
        assert!(in_order::<i32, ()>(&[]));
        assert!(in_order(&[(1, 7, ()), (2, 7, ()), (1, 8, ()), (2, 8, ())]));
        assert!(in_order(&[(3, 7, ()), (4, 7, ()), (3, 8, ())]));
        assert!(in_order(&[(0, 7, ()), (0, 7, ()), (0, 8, ())]));
        assert!(!in_order(&[(2, 7, ()), (1, 8, ()), (1, 7, ())]));
        assert!(!in_order(&[(1, 7, ()), (1, 8, ()), (2, 7, ())]));
    }
}
