//! The statement of a page: the user's query, sought, sorted, limited, with the keys selected before the row.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering as Atomic};

use diesel::dsl::{AsSelect, Filter, Limit, Order, Select};
use diesel::expression::{
    AppearsOnTable, Expression, Selectable, SelectableExpression, SelectableHelper, ValidGrouping,
};
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;
use diesel::query_dsl::methods::{FilterDsl, LimitDsl, OrderDsl, SelectDsl};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Bool};
use std::marker::PhantomData;

use super::ordering::OrderingOn;
use super::seek::{Keys, OrderBy, Plan, Seek};
use super::stored::Stored;
use crate::backend::Dialect;
use crate::error::{Error, ErrorKind};

/// What a page is read by, before it is a statement.
#[derive(Debug)]
pub struct Bounds {
    pub(super) start: Option<Vec<Stored>>,
    pub(super) stop: Option<Vec<Stored>>,
    pub(super) backward: bool,
    /// Rows to read: one more than the page has.
    pub(super) limit: i64,
}

/// A backend that can read the query `Q` in pages of `T`. The one bound on the query; Diesel's own bounds hide in its impl.
///
/// On the backend, not on the query: until the compiler knows the connection it then looks no further, where it would
/// otherwise try every backend on the whole query. That is a hundred times as long for a page of a join.
#[diagnostic::on_unimplemented(
    message = "this query cannot be paged as `{T}`",
    note = "the keys of the ordering and the columns of `{T}` must come from the tables of the query, and `{T}` needs `#[derive(Selectable)]`"
)]
pub trait Pages<Q, O, T>: Dialect {
    /// The statement: it selects the keys, then the row.
    type Statement;

    /// The statement.
    fn page(query: Q, ordering: O, bounds: Bounds) -> Self::Statement;
}

/// A selection that says which rows it makes: `as_select()`, or a tuple of these. A page selects its keys before them, so it
/// makes the selection anew from its type.
#[diagnostic::on_unimplemented(
    message = "the rows of this page are not known",
    label = "the selection does not say which model its rows are",
    note = "select them with `.select(Post::as_select())`",
    note = "or with a tuple of models: `.select((Post::as_select(), User::as_select()))`"
)]
pub trait SelectedRow<DB> {
    /// The row.
    type Row;
}

impl<T: Selectable<DB>, DB: Dialect> SelectedRow<DB> for AsSelect<T, DB> {
    type Row = T;
}

type Selected<O, T, DB> = (Keys<O>, AsSelect<T, DB>);
type Sorted<Q, O> = Limit<Order<Filter<Q, Seek<O>>, OrderBy<O>>>;

// SELECT keys, row.* FROM .. WHERE (..) AND (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT 21
#[diagnostic::do_not_recommend]
impl<Q, DB, O, T> Pages<Q, O, T> for DB
where
    DB: Dialect,
    T: Selectable<DB>,
    Q: FilterDsl<Seek<O>>,
    OrderBy<O>: Expression,
    Filter<Q, Seek<O>>: OrderDsl<OrderBy<O>>,
    Order<Filter<Q, Seek<O>>, OrderBy<O>>: LimitDsl,
    Selected<O, T, DB>: Expression,
    Sorted<Q, O>: SelectDsl<Selected<O, T, DB>>,
{
    type Statement = Page<Select<Sorted<Q, O>, Selected<O, T, DB>>, O>;

    fn page(query: Q, ordering: O, bounds: Bounds) -> Self::Statement {
        let Bounds { start, stop, backward, limit } = bounds;
        let plan = Arc::new(Plan { ordering, start, stop, backward, segment: AtomicUsize::new(0) });
        let query = FilterDsl::filter(query, Seek(plan.clone()));
        let query = OrderDsl::order(query, OrderBy(plan.clone()));
        let query = LimitDsl::limit(query, limit);
        Page { query: SelectDsl::select(query, (Keys(plan.clone()), T::as_select())), plan, limit }
    }
}

/// The statement of one page.
///
/// Where one range serves it is the query itself. Otherwise the query stands once for each range:
///
/// ```sql
/// SELECT * FROM (query, range 0) AS s0 UNION ALL SELECT * FROM (query, range 1) AS s1 ORDER BY 1 DESC, 2 ASC LIMIT 21
/// ```
///
/// Each range is ordered and limited by itself, so each is read from an index, and the union sorts no more than a few
/// pages. There is one query value; it is written several times. That is why it need not be `Clone`, and may be boxed.
#[derive(Debug)]
pub struct Page<Q, O> {
    query: Q,
    plan: Arc<Plan<O>>,
    limit: i64,
}

impl<Q: Query, O> Query for Page<Q, O> {
    type SqlType = Q::SqlType;
}

impl<Q, O> QueryId for Page<Q, O> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q, O, Conn> RunQueryDsl<Conn> for Page<Q, O> {}

impl<Q, O, DB> QueryFragment<DB> for Page<Q, O>
where
    DB: Dialect,
    Q: QueryFragment<DB>,
    O: OrderingOn<DB>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let ranges = self.plan.ranges::<DB>();
        if ranges <= 1 {
            return self.query.walk_ast(out);
        }
        for range in 0..ranges {
            self.plan.segment.store(range, Atomic::Relaxed);
            out.push_sql(if range > 0 { " UNION ALL SELECT * FROM (" } else { "SELECT * FROM (" });
            self.query.walk_ast(out.reborrow())?;
            out.push_sql(&format!(") AS s{range}"));
        }
        self.plan.segment.store(0, Atomic::Relaxed);
        out.push_sql(" ORDER BY ");
        self.plan.order_by(true, out.reborrow())?;
        out.push_sql(" LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.limit)
    }
}

/// A predicate on a query of the table `T` alone: the compiler refuses it in a join. It is never sent; that it could be
/// added proves that a primary key of `T` stands in one row of the result.
#[derive(Debug)]
pub struct Alone<T>(PhantomData<fn() -> T>);

impl<T> Expression for Alone<T> {
    type SqlType = Bool;
}
impl<T> AppearsOnTable<T> for Alone<T> {}
impl<T> SelectableExpression<T> for Alone<T> {}
impl<T, GB> ValidGrouping<GB> for Alone<T> {
    type IsAggregate = diesel::expression::is_aggregate::Never;
}
impl<T> QueryId for Alone<T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<T, DB: Dialect> QueryFragment<DB> for Alone<T> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("1 = 1");
        Ok(())
    }
}

/// Refuses a query that has a clause which a page must write itself: Diesel would replace it without a word.
///
/// Diesel's clauses are private types, so this looks at the SQL, outside of parentheses and quotes.
pub(super) fn refuse_clauses<DB: Dialect>(query: &impl QueryFragment<DB>) -> Result<(), Error> {
    let sql = diesel::debug_query::<DB, _>(query).to_string();
    let Some(clause) = forbidden_clause(&sql) else { return Ok(()) };
    let instead = match clause {
        "ORDER BY" => "give the order to `.keyset(..)`",
        "DISTINCT" => "a row must stand once in the result, so group or filter instead",
        _ => "give the size to `.first(..)` or `.last(..)`",
    };
    Err(Error::new(ErrorKind::UnsupportedQuery, format!("a query with {clause} cannot be paged: {instead}")))
}

fn forbidden_clause(sql: &str) -> Option<&'static str> {
    let mut depth = 0usize;
    let mut quote = None;
    let mut word_start = 0;
    let mut previous = "";
    for (i, c) in sql.char_indices().chain([(sql.len(), ' ')]) {
        match (quote, c) {
            (Some(q), c) if q == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '`' | '\'') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, ' ') if depth == 0 => {
                match (previous, &sql[word_start..i]) {
                    // What follows are the values of the binds.
                    (_, "--") => return None,
                    ("ORDER", "BY") => return Some("ORDER BY"),
                    ("SELECT", "DISTINCT") => return Some("DISTINCT"),
                    (_, "LIMIT") => return Some("LIMIT"),
                    (_, "OFFSET") => return Some("OFFSET"),
                    (_, word) => previous = word,
                }
            }
            _ => {}
        }
        if c == ' ' {
            word_start = i + 1;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::forbidden_clause;

    #[test]
    fn clauses_are_found_at_the_top_only() {
        for (sql, clause) in [
            ("SELECT a FROM t ORDER BY a -- binds: []", Some("ORDER BY")),
            ("SELECT a FROM t LIMIT ? -- binds: [1]", Some("LIMIT")),
            ("SELECT a FROM t OFFSET $1 -- binds: [1]", Some("OFFSET")),
            ("SELECT DISTINCT a FROM t -- binds: []", Some("DISTINCT")),
            ("SELECT a FROM t WHERE (a IN (SELECT b FROM u ORDER BY b LIMIT ?)) -- binds: [1]", None),
            ("SELECT count(DISTINCT a) FROM t WHERE a = ' LIMIT ' AND `x ORDER BY y` -- binds: [\" LIMIT \"]", None),
            ("\"posts\" -- binds: []", None),
        ] {
            assert_eq!(forbidden_clause(sql), clause, "{sql}");
        }
    }
}
