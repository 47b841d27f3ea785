//! The statement of a page: the user's query, sought, sorted, limited, with the keys selected behind the row.

use std::sync::Arc;
use std::sync::atomic::Ordering as Atomic;

use diesel::dsl::{AsSelect, Filter, Select};
use diesel::expression::{Expression, Selectable};
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;
use diesel::query_dsl::methods::{FilterDsl, SelectDsl};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::BigInt;

use super::ordering::OrderingOn;
pub use super::plan::Bounds;
use super::plan::{PART, Plan, Role};
pub use super::row::{Keyed, KeyedRow};
pub use super::seek::Alone;
use super::seek::{Seek, Selected};
use crate::backend::Dialect;

/// A backend that can read the query `Q` in pages of `T`. The one bound on the query; Diesel's own bounds hide in its impl.
///
/// On the backend, not on the query: until the compiler knows the connection it then looks no further, where it would
/// otherwise try every backend on the whole query. That is a hundred times as long for a page of a join.
#[diagnostic::on_unimplemented(
    message = "this query cannot be paged as `{T}`",
    note = "the keys of the ordering and the columns of `{T}` must come from the tables of the query, and `{T}` needs `#[derive(Selectable)]`"
)]
pub trait Pages<Q, O, T>: Dialect {
    /// The statement: it selects the row, then the keys.
    type Statement;

    /// The statement.
    fn page(query: Q, ordering: O, bounds: Bounds) -> Self::Statement;
}

/// A selection that says which rows it makes: `as_select()`, or a tuple of these. A page selects its keys behind them, so it
/// makes the selection anew from its type.
#[diagnostic::on_unimplemented(
    message = "the rows of this page are not known",
    label = "the selection does not say which model its rows are",
    note = "select them with `.select(Post::as_select())`, or with a tuple of models: `.select((Post::as_select(), User::as_select()))`",
    note = "any other selection is given to the builder: `.keyset(..).select((posts::id, posts::title)).first(20).load_page::<(i32, String)>(conn)`"
)]
pub trait SelectedRow<DB> {
    /// The row.
    type Row;
}

impl<T: Selectable<DB>, DB: Dialect> SelectedRow<DB> for AsSelect<T, DB> {
    type Row = T;
}

// SELECT row.*, keys FROM .. WHERE (..) AND (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT 21
#[diagnostic::do_not_recommend]
impl<Q, DB, O, T> Pages<Q, O, T> for DB
where
    DB: Dialect,
    T: Selectable<DB>,
    Q: FilterDsl<Seek<O>>,
    Selected<T::SelectExpression, O>: Expression,
    Filter<Q, Seek<O>>: SelectDsl<Selected<T::SelectExpression, O>>,
{
    type Statement = Page<Select<Filter<Q, Seek<O>>, Selected<T::SelectExpression, O>>, O>;

    fn page(query: Q, ordering: O, bounds: Bounds) -> Self::Statement {
        page(query, T::construct_selection(), ordering, bounds)
    }
}

/// A backend that can read a selection `S` of the query `Q` in pages.
#[diagnostic::on_unimplemented(
    message = "`{S}` cannot be selected from a page of this query",
    note = "the keys of the ordering and the selected expressions must come from the tables of the query"
)]
pub trait PagesOf<Q, O, S>: Dialect {
    /// The statement: it selects the selection, then the keys.
    type Statement;

    /// The statement.
    fn page_of(query: Q, selection: S, ordering: O, bounds: Bounds) -> Self::Statement;
}

#[diagnostic::do_not_recommend]
impl<Q, DB, O, S> PagesOf<Q, O, S> for DB
where
    DB: Dialect,
    Q: FilterDsl<Seek<O>>,
    Selected<S, O>: Expression,
    Filter<Q, Seek<O>>: SelectDsl<Selected<S, O>>,
{
    type Statement = Page<Select<Filter<Q, Seek<O>>, Selected<S, O>>, O>;

    fn page_of(query: Q, selection: S, ordering: O, bounds: Bounds) -> Self::Statement {
        page(query, selection, ordering, bounds)
    }
}

fn page<Q, O, S>(
    query: Q,
    selection: S,
    ordering: O,
    bounds: Bounds,
) -> Page<Select<Filter<Q, Seek<O>>, Selected<S, O>>, O>
where
    Q: FilterDsl<Seek<O>>,
    Selected<S, O>: Expression,
    Filter<Q, Seek<O>>: SelectDsl<Selected<S, O>>,
{
    let plan = Arc::new(Plan::new(ordering, bounds));
    let query = FilterDsl::filter(query, Seek(plan.clone()));
    Page { query: SelectDsl::select(query, Selected { selection, plan: plan.clone() }), plan }
}

/// The statement of one page.
///
/// Where one range serves it is the query itself. Otherwise the query stands once for each range, and once for each question
/// what is beyond:
///
/// ```sql
/// (query, range 0) UNION ALL (query, range 1) ORDER BY keyset_1 DESC, keyset_2 ASC LIMIT 21
/// (query) UNION ALL (query, before its start, LIMIT 1) ORDER BY keyset_part, keyset_1 DESC, keyset_2 ASC LIMIT 25
/// ```
///
/// Each range is ordered and limited by itself, so each is read from an index, and the union sorts no more than a few
/// pages. There is one query value; it is written several times. That is why it need not be `Clone`, and may be boxed.
#[derive(Debug)]
pub struct Page<Q, O> {
    pub(super) query: Q,
    pub(super) plan: Arc<Plan<O>>,
}

impl<Q: Query, O> Query for Page<Q, O> {
    type SqlType = Q::SqlType;
}

impl<Q, O> QueryId for Page<Q, O> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q, O, Conn> RunQueryDsl<Conn> for Page<Q, O> {}

impl<Q, O> Page<Q, O> {
    /// `query [HAVING seek] ORDER BY .. LIMIT ..`: what follows WHERE and GROUP BY.
    fn push_range<'b, DB: Dialect>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        Q: QueryFragment<DB>,
        O: OrderingOn<DB>,
        i64: ToSql<BigInt, DB>,
    {
        self.query.walk_ast(out.reborrow())?;
        if self.plan.is_sought() && self.plan.is_aggregate::<DB>() {
            out.push_sql(if self.plan.bounds.having { " AND " } else { " HAVING " });
            self.plan.push_seek(out.reborrow())?;
        }
        out.push_sql(" ORDER BY ");
        self.plan.order_by(false, out.reborrow())?;
        if self.plan.part::<DB>().role != Role::Page {
            out.push_sql(" LIMIT 1");
            return Ok(());
        }
        out.push_sql(" LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.plan.bounds.limit)
    }
}

impl<Q, O, DB> QueryFragment<DB> for Page<Q, O>
where
    DB: Dialect,
    Q: QueryFragment<DB>,
    O: OrderingOn<DB>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let parts = self.plan.parts::<DB>().len();
        if parts <= 1 {
            return self.push_range(out);
        }
        for part in 0..parts {
            self.plan.part.store(part, Atomic::Relaxed);
            out.push_sql(if part > 0 { " UNION ALL " } else { "" });
            out.push_sql(if DB::UNION_OF_PARENTHESES { "(" } else { "SELECT * FROM (" });
            self.push_range(out.reborrow())?;
            out.push_sql(")");
        }
        self.plan.part.store(0, Atomic::Relaxed);
        out.push_sql(" ORDER BY ");
        if self.plan.is_marked() {
            // The answers first: the limit must not cut them off.
            out.push_sql(PART);
            out.push_sql(", ");
        }
        self.plan.order_by(true, out.reborrow())?;
        out.push_sql(" LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.plan.bounds.limit_of_all)
    }
}
