//! How many rows there are on all pages together.

use std::fmt;

use diesel::connection::Connection;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;
use diesel::query_dsl::methods::LoadQuery;
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::BigInt;

use super::ordering::OrderingOn;
use super::reading::Request;
use super::statement::Page;
use super::{Keyset, KnownSize, PageSize};
use crate::backend::Dialect;
use crate::error::Result;
use crate::preload::plumbing::again::{Again, Kept};

/// How far rows are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// To the last one. It reads them all, or an index of them.
    All,
    /// To so many, and no further: "more than 1,000" is read from 1,001 rows, however many there are.
    UpTo(u32),
}

/// How many rows a query has, on all its pages together: what [`count_total`](Keyset::count_total) asks for.
///
/// Shown as `1234`, or as `1000+` where there are more than were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    rows: u64,
    is_exact: bool,
}

impl Total {
    /// So many rows there are; more, unless it is [exact](Total::is_exact).
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Whether all were counted.
    pub fn is_exact(&self) -> bool {
        self.is_exact
    }

    fn of(found: i64, count: Count) -> Self {
        let found = found.unsigned_abs();
        match count {
            Count::UpTo(most) if found > most.into() => Total { rows: most.into(), is_exact: false },
            _ => Total { rows: found, is_exact: true },
        }
    }
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.rows, if self.is_exact { "" } else { "+" })
    }
}

/// A page of which the size is known, and whose query is counted too.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    size: PageSize,
    count: Count,
}

impl KnownSize for Counted {
    fn size(&self) -> PageSize {
        self.size
    }
}

impl<Q, O, S, M> Keyset<Q, O, PageSize, S, M> {
    /// Counts the rows on all pages together, one statement more: [`Page::total`](super::Page::total). Cursors do not change
    /// the number.
    ///
    /// A count reads what it counts, so it costs more than the page: say how far it is worth to count. It is a statement of its
    /// own, before the page's or, awaited on PostgreSQL, together with it; rows that are written between the two are in one of
    /// them alone.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::Post, schema::posts};
    /// use turbodiesel::{keyset::Count, prelude::*};
    ///
    /// let conn = &mut blog::example()?;
    /// let by_id = || posts::table.select(Post::as_select()).keyset(posts::id.asc()).first(5);
    /// let all = by_id().count_total(Count::All).load(conn)?.total().ok_or("not counted")?;
    /// assert_eq!(all.rows() as i64, posts::table.count().get_result::<i64>(conn)?);
    /// let some = by_id().count_total(Count::UpTo(10)).load(conn)?.total().ok_or("not counted")?;
    /// assert_eq!((some.is_exact(), some.to_string().as_str()), (false, "10+"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// ```sql
    /// SELECT COUNT(*) FROM (SELECT 1 FROM posts WHERE .. LIMIT 11) AS keyset_total
    /// ```
    pub fn count_total(self, count: Count) -> Keyset<Q, O, Counted, S, M> {
        let Keyset { query, ordering, size, request, relations, mode } = self;
        let request = Request { counted: true, ..request };
        Keyset { query, ordering, size: Counted { size, count }, request, relations, mode }
    }
}

/// A connection on which the rows of a page's statement can be counted, where that is asked for.
#[diagnostic::on_unimplemented(
    message = "this page has no size",
    label = "how many rows?",
    note = "say `.first(20)` for the first rows (after a cursor), or `.last(20)` for the last ones (before a cursor)"
)]
pub trait CountTotal<'q, Conn, Statement>: KnownSize {
    /// Counts, and gives the statement back.
    ///
    /// # Errors
    ///
    /// The database's.
    fn total(&self, statement: Statement, conn: &mut Conn) -> Result<(Option<Total>, Statement)>;
}

impl<Conn, Statement> CountTotal<'_, Conn, Statement> for PageSize {
    fn total(&self, statement: Statement, _: &mut Conn) -> Result<(Option<Total>, Statement)> {
        Ok((None, statement))
    }
}

impl<'q, Conn, Q, O> CountTotal<'q, Conn, Page<Q, O>> for Counted
where
    Conn: Connection,
    CountOf<Q, O>: LoadQuery<'q, Conn, i64>,
{
    fn total(&self, statement: Page<Q, O>, conn: &mut Conn) -> Result<(Option<Total>, Page<Q, O>)> {
        let page = Kept::new(statement);
        let found = RunQueryDsl::load::<i64>(self.count_of(&page), conn)?;
        Ok((Some(self.found(&found)), page.again().into_statement()?))
    }
}

impl Counted {
    /// The statement that counts the rows on all pages of this one.
    pub(super) fn count_of<Q, O>(&self, page: &Kept<Page<Q, O>>) -> CountOf<Q, O> {
        let most = match self.count {
            Count::All => None,
            Count::UpTo(most) => Some(i64::from(most) + 1),
        };
        CountOf { page: page.again(), most }
    }

    /// What it says.
    pub(super) fn found(&self, rows: &[i64]) -> Total {
        Total::of(rows.first().copied().unwrap_or_default(), self.count)
    }
}

/// `SELECT COUNT(*) FROM (query) AS keyset_total`
#[derive(Debug)]
pub struct CountOf<Q, O> {
    page: Again<Page<Q, O>>,
    most: Option<i64>,
}

impl<Q, O> Query for CountOf<Q, O> {
    type SqlType = BigInt;
}
impl<Q, O> QueryId for CountOf<Q, O> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<Q, O, Conn> RunQueryDsl<Conn> for CountOf<Q, O> {}

impl<Q, O, DB> QueryFragment<DB> for CountOf<Q, O>
where
    DB: Dialect,
    Q: QueryFragment<DB>,
    O: OrderingOn<DB>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let Page { query, plan } = self.page.statement()?;
        out.push_sql("SELECT COUNT(*) FROM (");
        plan.count(true);
        let written = query.walk_ast(out.reborrow());
        plan.count(false);
        written?;
        if let Some(most) = &self.most {
            out.push_sql(" LIMIT ");
            out.push_bind_param::<BigInt, _>(most)?;
        }
        out.push_sql(") AS keyset_total");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_were_counted() {
        assert_eq!(Total::of(11, Count::UpTo(10)).to_string(), "10+");
        assert_eq!(Total::of(10, Count::UpTo(10)).to_string(), "10");
        assert_eq!(Total::of(0, Count::All), Total { rows: 0, is_exact: true });
    }
}
