//! Plans that are awaited: `.explain(conn).await` on queries, preloads and pages. With feature `async`.
//!
//! ```text
//! use diesel::prelude::*;
//! use turbodiesel::async_prelude::*;
//!
//! let plan = posts::table.filter(posts::author_id.eq(1)).explain(conn).await?;
//! plan.assert_uses_index("posts_author_id_idx").assert_no_full_scan();
//!
//! let feed = users::table.find(1).select(User::as_select()).preload(has_many::<Post>());
//! feed.explain(conn).await?.assert_uses_index("posts_author_id_idx");
//! ```

use std::future::{Future, poll_fn};
use std::pin::pin;

use diesel::query_builder::{QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel_async::AsyncConnectionCore;

#[cfg(feature = "postgres")]
use super::record::is_recording;
use super::record::{Recording, replace};
use super::script::{Question, Script, Sql, Then};
use super::{How, Plan, Plans};
use crate::backend::Dialect;
use crate::driver::{self, BackendOf, Connects, Driver, Task};
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::preload::plumbing::again::Kept;

/// `.explain(conn)` on every Diesel query, awaited: the blocking [`ExplainDsl`](super::ExplainDsl), with the same statements.
///
/// A query that is to be loaded afterwards is cloned, or explained by reference: `(&query).explain(conn)`.
pub trait ExplainDsl: QueryId + Sized {
    /// What the database will do with this statement and its values. The statement is not run.
    ///
    /// # Errors
    ///
    /// The database's, for a statement that it cannot plan.
    fn explain<K, Conn>(self, conn: &mut Conn) -> impl Future<Output = Result<Plan>> + Send
    where
        Conn: Connects<K>,
        Self: QueryFragment<BackendOf<Conn, K>> + Send,
    {
        one(conn.driver(), How::Values, self)
    }

    /// What the database does for values that it does not know.
    ///
    /// # Errors
    ///
    /// The database's.
    fn explain_generic<K, Conn>(self, conn: &mut Conn) -> impl Future<Output = Result<Plan>> + Send
    where
        Conn: Connects<K>,
        Self: QueryFragment<BackendOf<Conn, K>> + Send,
    {
        one(conn.driver(), How::Generic, self)
    }

    /// **Runs** the statement, in a transaction that is rolled back, and counts at each step what it did.
    ///
    /// # Errors
    ///
    /// [`is_no_analyze`](Error::is_no_analyze) on SQLite, which has no such statement; the database's.
    fn explain_analyze<K, Conn>(self, conn: &mut Conn) -> impl Future<Output = Result<Plan>> + Send
    where
        Conn: Connects<K>,
        Self: QueryFragment<BackendOf<Conn, K>> + Send,
    {
        one(conn.driver(), How::Analyze, self)
    }
}

impl<Q: QueryId> ExplainDsl for Q {}

/// The plan of one statement.
pub(crate) fn one<D, S>(conn: &mut D, how: How, statement: S) -> impl Future<Output = Result<Plan>> + Send
where
    D: Driver,
    S: QueryFragment<<D as AsyncConnectionCore>::Backend> + Send,
{
    under_way(conn, how, Explains { statement, how })
}

struct Explains<S> {
    statement: S,
    how: How,
}

impl<D, S> Task<D> for Explains<S>
where
    D: Driver,
    S: QueryFragment<<D as AsyncConnectionCore>::Backend> + Send,
{
    type Output = Plan;

    async fn run<'c>(self, conn: &mut D::Lent<'c>) -> Result<Plan> {
        Ok(plan(self.statement, conn, self.how).await?.0)
    }
}

/// The plan of each statement of a load.
pub(crate) fn all<D, T>(conn: &mut D, how: How, load: T) -> impl Future<Output = Result<Plans>> + Send
where
    D: Driver,
    T: Task<D>,
{
    under_way(conn, how, Recorded { load, how })
}

struct Recorded<T> {
    load: T,
    how: How,
}

impl<D: Driver, T: Task<D>> Task<D> for Recorded<T> {
    type Output = Plans;

    /// The thread has the recording while the load is polled, and only then: others are polled in between.
    async fn run<'c>(self, conn: &mut D::Lent<'c>) -> Result<Plans> {
        let mut recording = Some(Recording { how: self.how, plans: Vec::new() });
        let mut load = pin!(self.load.run(conn));
        let loaded = poll_fn(|context| {
            let _outer = Swapped::enter(&mut recording);
            load.as_mut().poll(context)
        })
        .await;
        loaded?;
        Ok(recording.map(|recording| recording.plans).unwrap_or_default().into())
    }
}

/// A recording that is this thread's until this is dropped, also by a panic.
struct Swapped<'r> {
    ours: &'r mut Option<Recording>,
    outer: Option<Recording>,
}

impl<'r> Swapped<'r> {
    fn enter(ours: &'r mut Option<Recording>) -> Self {
        let outer = replace(ours.take());
        Swapped { ours, outer }
    }
}

impl Drop for Swapped<'_> {
    fn drop(&mut self) {
        *self.ours = replace(self.outer.take());
    }
}

/// Whether what this thread polls is explained.
#[cfg(feature = "postgres")]
pub(crate) fn is_explained() -> bool {
    is_recording()
}

/// Asks for the plan of a statement that is about to be sent, if its load is explained.
pub(crate) async fn note<S, V>(statement: S, conn: &mut V) -> Result<S>
where
    V: AsyncConnectionCore<Backend: Dialect>,
    S: QueryFragment<V::Backend> + Send,
{
    // Taken out while the database is asked: nothing is noted twice.
    let Some(mut recording) = replace(None) else { return Ok(statement) };
    let (plan, statement) = plan(statement, conn, recording.how).await?;
    recording.plans.push(plan);
    replace(Some(recording));
    Ok(statement)
}

/// Does the task. What is taken back needs a transaction, the caller's or one of its own.
#[expect(
    clippy::manual_async_fn,
    reason = "of an `async fn`, callers with a task of their own could not tell that it is `Send`"
)]
fn under_way<D, T>(conn: &mut D, how: How, task: T) -> impl Future<Output = Result<T::Output>> + Send
where
    D: Driver,
    T: Task<D>,
{
    async move {
        match how {
            How::Values => driver::on(conn, task).await,
            How::Generic | How::Analyze => driver::transacted(conn, task).await,
        }
    }
}

/// A statement that is given once more each time. Without its type: what asks is compiled once, not for each statement.
type Again<'s, DB> = Box<dyn Fn() -> Box<dyn QueryFragment<DB> + Send + 's> + Send + Sync + 's>;

fn again<'s, DB: Dialect, S: QueryFragment<DB> + Send + 's>(kept: Kept<S>) -> Again<'s, DB> {
    Box::new(move || Box::new(kept.again()))
}

/// Asks for the plan of a statement, and gives it back.
async fn plan<S, V>(statement: S, conn: &mut V, how: How) -> Result<(Plan, S)>
where
    V: AsyncConnectionCore<Backend: Dialect>,
    S: QueryFragment<V::Backend> + Send,
{
    let sql = Sql::of::<V::Backend>(&statement)?;
    let script = V::Backend::explain(how)?;
    let kept = Kept::new(statement);
    let raw = run(&script, &sql, again(kept.same()), conn).await?;
    Ok((Plan::parse::<V::Backend>(sql.text, raw), kept.again().into_statement()?))
}

async fn run<V>(script: &Script, sql: &Sql, statement: Again<'_, V::Backend>, conn: &mut V) -> QueryResult<String>
where
    V: AsyncConnectionCore<Backend: Dialect>,
{
    if !script.is_taken_back {
        return questions(script, sql, &statement, conn).await;
    }
    conn.batch_execute("SAVEPOINT turbodiesel_taken_back").await?;
    let raw = questions(script, sql, &statement, conn).await;
    let back = conn.batch_execute("ROLLBACK TO SAVEPOINT turbodiesel_taken_back").await;
    let raw = raw?;
    back?;
    Ok(raw)
}

async fn questions<V>(
    script: &Script,
    sql: &Sql,
    statement: &Again<'_, V::Backend>,
    conn: &mut V,
) -> QueryResult<String>
where
    V: AsyncConnectionCore<Backend: Dialect>,
{
    let first = match (script.first)(sql) {
        Some(question) => guarded(question, sql, statement, conn).await?.unwrap_or_default(),
        None => Vec::new(),
    };
    let Then { set_up, question, tear_down } = (script.then)(sql, first);
    for statement in set_up {
        conn.batch_execute(&statement).await?;
    }
    let Some(tear_down) = tear_down else {
        return Ok(V::Backend::lines_awaited(sql.asked(question, statement), conn).await?.concat());
    };
    let raw = guarded(question, sql, statement, conn).await?;
    conn.batch_execute(&tear_down).await?;
    Ok(raw?.concat())
}

/// A question that may fail: the transaction is of use afterwards.
async fn guarded<V>(
    question: Question,
    sql: &Sql,
    statement: &Again<'_, V::Backend>,
    conn: &mut V,
) -> QueryResult<QueryResult<Vec<String>>>
where
    V: AsyncConnectionCore<Backend: Dialect>,
{
    conn.batch_execute("SAVEPOINT turbodiesel_question").await?;
    let answer = V::Backend::lines_awaited(sql.asked(question, statement), conn).await;
    if answer.is_err() {
        conn.batch_execute("ROLLBACK TO SAVEPOINT turbodiesel_question").await?;
    }
    Ok(answer)
}
