//! `.explain(conn)` on every Diesel query.

use diesel::connection::LoadConnection;
use diesel::query_builder::QueryFragment;
use diesel::query_dsl::RunQueryDsl;

use super::{How, Plan, sent};
use crate::backend::Dialect;
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;

/// `.explain(conn)` on every Diesel query: SELECT, INSERT, UPDATE, DELETE, [`sql_query`](diesel::sql_query()), boxed or not.
///
/// It borrows the query, so that what was explained can be loaded. Loads of this crate have methods of the same names,
/// which give the plan of each of their statements: [`Preloading::explain`](crate::preload::Preloading::explain),
/// [`Keyset::explain`](crate::keyset::Keyset::explain).
///
/// A bare table is explained as `SELECT * FROM` it.
pub trait ExplainDsl<Conn: LoadConnection<Backend: Dialect>>: RunQueryDsl<Conn> + Sized {
    /// What the database will do with this statement and its values. The statement is not run.
    ///
    /// ```sql
    /// EXPLAIN (FORMAT JSON) SELECT ..  -- PostgreSQL
    /// EXPLAIN QUERY PLAN SELECT ..     -- SQLite
    /// EXPLAIN FORMAT=JSON SELECT ..    -- MySQL, MariaDB
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::schema::posts;
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let plan = posts::table.filter(posts::author_id.eq(1)).explain(conn)?;
    /// plan.assert_uses_index("posts_author_id_idx").assert_no_full_scan().assert_no_sort();
    /// assert_eq!(plan.to_string(), "QUERY PLAN\n`--SEARCH posts USING INDEX posts_author_id_idx (author_id=?)");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The database's, for a statement that it cannot plan.
    fn explain(&self, conn: &mut Conn) -> Result<Plan>
    where
        Self: QueryFragment<Conn::Backend>,
    {
        sent::plan(self, conn, How::Values)
    }

    /// What the database does for values that it does not know.
    ///
    /// PostgreSQL plans a prepared statement anew for its first five runs, and may then keep one plan for all values. Diesel
    /// prepares every statement, so the plan to judge is this one too. It is forced for one transaction, and nothing of
    /// that is left: neither a setting nor a prepared statement. The other databases have no such plan: there this is
    /// [`explain`](Self::explain).
    ///
    /// ```sql
    /// BEGIN; SELECT pg_typeof($1) ..; -- the types of the values
    /// SET LOCAL plan_cache_mode = force_generic_plan; PREPARE turbodiesel_explain (integer, ..) AS SELECT ..;
    /// EXPLAIN (FORMAT JSON) EXECUTE turbodiesel_explain(NULL, ..); DEALLOCATE turbodiesel_explain; ROLLBACK
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::schema::posts;
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// posts::table.filter(posts::author_id.eq(1)).explain_generic(conn)?.assert_no_full_scan();
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The database's.
    fn explain_generic(&self, conn: &mut Conn) -> Result<Plan>
    where
        Self: QueryFragment<Conn::Backend>,
    {
        sent::plan(self, conn, How::Generic)
    }

    /// **Runs** the statement, and counts at each step what it did: [`Plan::rows_read`], [`Node::actual`](super::Node::actual).
    ///
    /// In a transaction that is rolled back, or a savepoint of the one that is open. What no rollback takes back stays: a
    /// sequence's next value, tables of an engine without transactions.
    ///
    /// ```sql
    /// BEGIN; EXPLAIN (ANALYZE, FORMAT JSON) SELECT ..; ROLLBACK  -- PostgreSQL
    /// BEGIN; ANALYZE FORMAT=JSON SELECT ..; ROLLBACK             -- MariaDB
    /// BEGIN; EXPLAIN ANALYZE FORMAT=JSON SELECT ..; ROLLBACK     -- MySQL, from 8.3 on
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_no_analyze`](Error::is_no_analyze) on SQLite, which has no such statement; the database's.
    fn explain_analyze(&self, conn: &mut Conn) -> Result<Plan>
    where
        Self: QueryFragment<Conn::Backend>,
    {
        sent::plan(self, conn, How::Analyze)
    }
}

impl<Q, Conn> ExplainDsl<Conn> for Q
where
    Q: RunQueryDsl<Conn>,
    Conn: LoadConnection<Backend: Dialect>,
{
}
