//! The statement: your query, written for one parent as a value, beside the key of each parent.

use std::any::TypeId;
use std::marker::PhantomData;
use std::sync::Arc;

use diesel::dsl::{Filter, Select};
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::query_builder::{AsQuery, AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;
use diesel::query_dsl::methods::{FilterDsl, SelectDsl};
use diesel::result::QueryResult;
use diesel::sql_types::{Bool, Integer, SqlType, Text};

use super::measure::{Function, Measure};
use crate::backend::{AggregateForm, Dialect, Extreme, KeyTable};
use crate::error::Result;
use crate::preload::key::{Key, Width};
use crate::preload::per_parent::plan::columns_of;
use crate::preload::plumbing::at_key::{Asked, AtKey, Parent};
use crate::preload::plumbing::batch::Batch;
use crate::preload::plumbing::clauses;
use crate::preload::plumbing::home::Home;
use crate::preload::plumbing::keys::Keys;
use crate::preload::plumbing::statement::column_name;
use crate::preload::strategy::Strategy;

/// What is computed of the rows of each parent, and how.
#[derive(Debug)]
pub(super) struct Plan<E> {
    form: AggregateForm,
    function: Function,
    column: E,
    /// `ORDER BY column LIMIT 1` in place of MAX and MIN.
    first_row: bool,
    /// The columns of the key as SQL, one by one, where the database says which key a group is of. A group is named by one of
    /// its rows, and where a collation takes keys of text for equal that are spelled otherwise it stands for several.
    matched: Vec<String>,
}

/// A child query of which something can be computed for one parent. Diesel's bounds hide in its impl.
#[diagnostic::on_unimplemented(
    message = "no aggregate of this query can be computed for each parent",
    note = "the key column and the column of the aggregate must come from the tables of the query"
)]
pub trait ComputedOf<DB: Dialect, N, K, E, M> {
    /// The statement.
    type Statement;

    /// The statement for these keys.
    ///
    /// # Errors
    ///
    /// Where the backend cannot compare such keys exactly.
    fn computed(
        self,
        columns: N,
        keys: Keys<K>,
        column: E,
        form: Option<AggregateForm>,
        strategy: Strategy,
    ) -> Result<Batch<Self::Statement, K>>;
}

type OneParent<Q, N, K, E> = Select<Filter<Q, Asks<N, K, E>>, Value<N, E>>;

#[diagnostic::do_not_recommend]
impl<Q, DB, N, K, E, M> ComputedOf<DB, N, K, E, M> for Q
where
    DB: KeyTable<K, N::SqlType>,
    K: Key,
    N: Copy + Expression + QueryFragment<DB>,
    M: Measure<E>,
    Q: FilterDsl<Asks<N, K, E>> + QueryFragment<DB>,
    Filter<Q, Asks<N, K, E>>: SelectDsl<Value<N, E>>,
{
    type Statement = Aggregates<OneParent<Q, N, K, E>, E, N, K, M::SqlType>;

    fn computed(
        self,
        columns: N,
        keys: Keys<K>,
        column: E,
        form: Option<AggregateForm>,
        strategy: Strategy,
    ) -> Result<Batch<Self::Statement, K>> {
        let (function, named) = (M::FUNCTION.0, column_name::<DB>(&columns));
        clauses::refuse::<DB>(&self, &named)?;
        // How many keys there are in the column decides nothing here: the index is searched, or all is read in groups.
        keys.choose(if strategy == Strategy::Auto { Strategy::Search } else { strategy });
        let strategy = if strategy == Strategy::Auto { keys.strategy::<DB>(&DB::types()) } else { strategy };
        let form = form.unwrap_or_else(|| choice::<DB, K>(function, &keys, &DB::types()));
        let extreme = matches!(function, Function::Max | Function::Min);
        let first_row = extreme && form == AggregateForm::EachKey && DB::EXTREME == Extreme::FirstRow;
        let text = DB::types().contains(&TypeId::of::<Text>());
        let matched = if form == AggregateForm::Grouped && text { columns_of::<DB>(&columns) } else { Vec::new() };
        let plan = Arc::new(Plan { form, function, column, first_row, matched });
        let asked = if form == AggregateForm::Grouped { Asked::List } else { Asked::Row };
        let parent = Parent::new(asked, keys.clone());
        let asks = Asks { at: AtKey::new(columns, parent.clone()), plan: plan.clone() };
        let query = SelectDsl::select(FilterDsl::filter(self, asks), Value { columns, plan: plan.clone() });
        let statement = Aggregates { query, plan, columns, parent, marker: PhantomData };
        Batch::new::<DB>(statement, keys, DB::types(), strategy, &named, Home::unknown)
    }
}

/// The form, where none was chosen.
fn choice<DB: Dialect, K: Key>(function: Function, keys: &Keys<K>, types: &[TypeId]) -> AggregateForm {
    let adds_up = matches!(function, Function::Sum(_) | Function::Average(_));
    let many = adds_up && keys.list().len() >= DB::GROUPS_FROM;
    // A table of binds has a text for each number of keys, a list of them is filled up; and only a list can be a filter.
    let grouped = many || keys.strategy::<DB>(types) != Strategy::Search;
    // Groups are keyed by what the rows say. Text may be spelled otherwise there, and one group stand for several spellings.
    if grouped && keys.longest() == 0 { AggregateForm::Grouped } else { AggregateForm::EachKey }
}

/// The predicate: `"posts"."author_id" = _k.v`, and for the smallest by an order, that there is a value.
#[derive(Debug)]
pub struct Asks<N, K, E> {
    at: AtKey<N, K>,
    plan: Arc<Plan<E>>,
}

impl<N, K, E> Expression for Asks<N, K, E> {
    type SqlType = Bool;
}
impl<N, K, E, QS> AppearsOnTable<QS> for Asks<N, K, E>
where
    N: AppearsOnTable<QS>,
    E: AppearsOnTable<QS>,
{
}
impl<N, K, E, QS> SelectableExpression<QS> for Asks<N, K, E>
where
    N: SelectableExpression<QS>,
    E: SelectableExpression<QS>,
{
}
impl<N, K, E, GB> ValidGrouping<GB> for Asks<N, K, E> {
    type IsAggregate = is_aggregate::Never;
}
impl<N, K, E> QueryId for Asks<N, K, E> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<N, K, E, DB> QueryFragment<DB> for Asks<N, K, E>
where
    DB: Dialect,
    AtKey<N, K>: QueryFragment<DB>,
    E: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.at.walk_ast(out.reborrow())?;
        // NULLs come first when ascending where the first row stands for the smallest value.
        if self.plan.first_row && self.plan.function == Function::Min {
            out.push_sql(" AND ");
            self.plan.column.walk_ast(out.reborrow())?;
            out.push_sql(" IS NOT NULL");
        }
        Ok(())
    }
}

/// What the query of one parent selects: `SUM("posts"."score")`. In groups, after the key.
#[derive(Debug)]
pub struct Value<N, E> {
    columns: N,
    plan: Arc<Plan<E>>,
}

// Read by the statement around it alone, which has a type of its own.
impl<N, E> Expression for Value<N, E> {
    type SqlType = Integer;
}
impl<N, E, QS> AppearsOnTable<QS> for Value<N, E>
where
    N: AppearsOnTable<QS>,
    E: AppearsOnTable<QS>,
{
}
impl<N, E, QS> SelectableExpression<QS> for Value<N, E>
where
    N: SelectableExpression<QS>,
    E: SelectableExpression<QS>,
{
}
impl<N, E, GB> ValidGrouping<GB> for Value<N, E> {
    type IsAggregate = is_aggregate::Never;
}
impl<N, E> QueryId for Value<N, E> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<N, E, DB> QueryFragment<DB> for Value<N, E>
where
    DB: Dialect,
    N: QueryFragment<DB>,
    E: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let plan = &*self.plan;
        if plan.matched.is_empty() && plan.form == AggregateForm::Grouped {
            self.columns.walk_ast(out.reborrow())?;
            out.push_sql(", ");
        }
        for (i, column) in plan.matched.iter().enumerate() {
            out.push_sql(&format!("{column} AS f{i}, "));
        }
        let named = if plan.matched.is_empty() { "" } else { " AS x" };
        if plan.function == Function::Exists {
            out.push_sql("TRUE");
            out.push_sql(named);
            return Ok(());
        }
        let (before, after) = if plan.first_row { ("", "") } else { plan.function.around::<DB>() };
        out.push_sql(before);
        plan.column.walk_ast(out.reborrow())?;
        out.push_sql(after);
        out.push_sql(named);
        Ok(())
    }
}

/// The statement: it selects the parent's key, and what was computed.
#[derive(Debug)]
pub struct Aggregates<Q, E, N, K, ST> {
    query: Q,
    plan: Arc<Plan<E>>,
    columns: N,
    parent: Arc<Parent<K>>,
    marker: PhantomData<fn() -> ST>,
}

impl<Q, E, N: Expression, K, ST: SqlType> Query for Aggregates<Q, E, N, K, ST> {
    type SqlType = (N::SqlType, ST);
}

// The text depends on the form.
impl<Q, E, N, K, ST> QueryId for Aggregates<Q, E, N, K, ST> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q, E, N, K, ST, Conn> RunQueryDsl<Conn> for Aggregates<Q, E, N, K, ST> {}

impl<Q, E, N, K, ST, DB> QueryFragment<DB> for Aggregates<Q, E, N, K, ST>
where
    DB: Dialect + KeyTable<K, N::SqlType>,
    K: Key,
    Q: QueryFragment<DB>,
    E: QueryFragment<DB>,
    N: Expression + QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let Plan { form, function, column, first_row, matched } = &*self.plan;
        match form {
            // SELECT _k.v, (query) FROM unnest($1) AS _k(v)
            AggregateForm::EachKey => {
                out.push_sql("SELECT ");
                DB::push_row_key(self.parent.keys(), out.reborrow())?;
                out.push_sql(if *function == Function::Exists { ", EXISTS (" } else { ", (" });
                self.query.walk_ast(out.reborrow())?;
                if *first_row {
                    out.push_sql(" ORDER BY ");
                    column.walk_ast(out.reborrow())?;
                    out.push_sql(if *function == Function::Max { " DESC LIMIT 1" } else { " LIMIT 1" });
                }
                out.push_sql(") FROM ");
                DB::push_key_table(self.parent.keys(), out)
            }
            // query GROUP BY "posts"."author_id"
            AggregateForm::Grouped if matched.is_empty() => {
                self.query.walk_ast(out.reborrow())?;
                out.push_sql(" GROUP BY ");
                self.columns.walk_ast(out)
            }
            // SELECT _k.v, _g.x FROM (query GROUP BY "books"."shelf_code") AS _g INNER JOIN unnest($2) AS _k(v) ON _g.f0 = _k.v
            AggregateForm::Grouped => {
                let several = K::Columns::COUNT > 1;
                let named: Vec<_> = (0..matched.len()).map(|i| format!("_g.f{i}")).collect();
                out.push_sql("SELECT ");
                DB::push_row_key(self.parent.keys(), out.reborrow())?;
                out.push_sql(", _g.x FROM (");
                self.query.walk_ast(out.reborrow())?;
                out.push_sql(" GROUP BY ");
                self.columns.walk_ast(out.reborrow())?;
                out.push_sql(") AS _g INNER JOIN ");
                DB::push_key_table(self.parent.keys(), out.reborrow())?;
                out.push_sql(if several { " ON (" } else { " ON " });
                out.push_sql(&named.join(", "));
                out.push_sql(if several { ") = (" } else { " = " });
                DB::push_compared_key(&self.columns, self.parent.keys(), out.reborrow())?;
                out.push_sql(if several { ")" } else { "" });
                Ok(())
            }
        }
    }
}

/// A query without an order: what Diesel's own are, as an order is kept apart from them here.
pub trait Unsorted {}

#[diagnostic::do_not_recommend]
impl<Q: AsQuery> Unsorted for Q {}
