//! The connections of diesel-async, as loads see them. With feature `async`.
//!
//! A load takes `&mut` of a connection, and of whatever leads to one: a connection of a pool, a guard, a box. While it runs
//! it lends the connection to its statements ([`Driver::Lent`]): PostgreSQL's to several at once, which are then on their way
//! together, the others to one after the other.
//!
//! # Cancellation
//!
//! A future that is dropped leaves nothing half-read behind. PostgreSQL's connection reads on by itself what nobody wants any
//! more, and SQLite's ends its statement first: both are of use at once. MySQL's and MariaDB's would hand the rest to the
//! next statement, so it is marked as broken, as any connection is that was dropped with a snapshot open: a pool discards it,
//! and every load here refuses it.

use std::future::Future;
use std::marker::PhantomData;
use std::ops::DerefMut;
use std::pin::Pin;

use diesel::backend::Backend;
use diesel::connection::TransactionManagerStatus;
use diesel::deserialize::FromSqlRow;
use diesel::expression::QueryMetadata;
use diesel::query_builder::{AsQuery, QueryFragment, QueryId};
use diesel::query_dsl::CompatibleType;
use diesel::result::QueryResult;
use diesel_async::methods::LoadQuery;
use diesel_async::{AsyncConnection, AsyncConnectionCore, TransactionManager};
use futures_util::TryStreamExt;

use crate::backend::{Dialect, Snapshots, Transaction};
use crate::error::Result;
use crate::one_load;
use crate::preload::plumbing::snapshot;

/// A connection of diesel-async that this crate knows: `AsyncPgConnection`, `AsyncMysqlConnection`,
/// `SyncConnectionWrapper<SqliteConnection>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no connection that can be awaited here",
    note = "`AsyncPgConnection`, `AsyncMysqlConnection` and `SyncConnectionWrapper<SqliteConnection>` are, and what derefs to one",
    note = "turn on the feature of its backend"
)]
pub trait Driver: AsyncConnection<Backend: Dialect> + 'static {
    /// The connection while a load has it.
    type Lent<'c>: AsyncConnectionCore<Backend = Self::Backend>;

    /// Lends it.
    fn lend(&mut self) -> Self::Lent<'_>;

    /// Runs both: at once where the connection can send before it has an answer, otherwise one after the other.
    fn both<'c, A: Task<Self>, B: Task<Self>>(
        conn: &mut Self::Lent<'c>,
        first: A,
        second: B,
    ) -> impl Future<Output = Result<(A::Output, B::Output)>> + Send;
}

#[cfg(feature = "postgres")]
impl Driver for diesel_async::AsyncPgConnection {
    type Lent<'c> = &'c Self;

    fn lend(&mut self) -> &Self {
        self
    }

    fn both<'c, A: Task<Self>, B: Task<Self>>(
        conn: &mut Self::Lent<'c>,
        first: A,
        second: B,
    ) -> impl Future<Output = Result<(A::Output, B::Output)>> + Send {
        let (mut one, mut two) = (*conn, *conn);
        async move {
            // What asks for plans asks them one by one.
            #[cfg(feature = "plan")]
            if crate::plan::asynchronous::is_explained() {
                let first = first.run(&mut one).await?;
                return Ok((first, second.run(&mut two).await?));
            }
            futures_util::future::try_join(first.run(&mut one), second.run(&mut two)).await
        }
    }
}

/// One after the other.
#[cfg(any(feature = "mysql", feature = "sqlite"))]
macro_rules! in_turn {
    () => {
        type Lent<'c> = &'c mut Self;

        fn lend(&mut self) -> &mut Self {
            self
        }

        fn both<'c, A: Task<Self>, B: Task<Self>>(
            conn: &mut Self::Lent<'c>,
            first: A,
            second: B,
        ) -> impl Future<Output = Result<(A::Output, B::Output)>> + Send {
            async move {
                let first = first.run(conn).await?;
                Ok((first, second.run(conn).await?))
            }
        }
    };
}

#[cfg(feature = "mysql")]
impl Driver for diesel_async::AsyncMysqlConnection {
    in_turn!();
}

#[cfg(feature = "sqlite")]
impl<S> Driver for diesel_async::sync_connection_wrapper::SyncConnectionWrapper<diesel::SqliteConnection, S>
where
    S: diesel_async::sync_connection_wrapper::SpawnBlocking + Send + 'static,
{
    in_turn!();
}

/// Something to be done on a connection that is lent.
pub trait Task<D: Driver>: Send {
    /// What comes of it.
    type Output: Send;

    /// Does it.
    fn run<'c>(self, conn: &mut D::Lent<'c>) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// Two tasks as one.
#[derive(Debug)]
pub(crate) struct Both<A, B>(pub(crate) A, pub(crate) B);

impl<D: Driver, A: Task<D>, B: Task<D>> Task<D> for Both<A, B> {
    type Output = (A::Output, B::Output);

    fn run<'c>(self, conn: &mut D::Lent<'c>) -> impl Future<Output = Result<Self::Output>> + Send {
        D::both(conn, self.0, self.1)
    }
}

/// A connection that is one itself.
#[derive(Debug)]
pub struct Itself;

/// What leads to a connection by `DerefMut`.
#[derive(Debug)]
pub struct Through<K>(PhantomData<K>);

/// A connection, or what leads to one: a pool's, a guard, a box. `K` says which; it is inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no connection that can be awaited here",
    note = "`AsyncPgConnection`, `AsyncMysqlConnection` and `SyncConnectionWrapper<SqliteConnection>` are, and what derefs to one",
    note = "a blocking connection goes with `use turbodiesel::prelude::*`"
)]
pub trait Connects<K>: Send {
    /// The connection.
    type Driver: Driver;

    /// Leads to it.
    fn driver(&mut self) -> &mut Self::Driver;
}

impl<D: Driver> Connects<Itself> for D {
    type Driver = D;

    fn driver(&mut self) -> &mut D {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<C, K> Connects<Through<K>> for C
where
    C: DerefMut<Target: Connects<K>> + Send,
{
    type Driver = <C::Target as Connects<K>>::Driver;

    fn driver(&mut self) -> &mut Self::Driver {
        self.deref_mut().driver()
    }
}

/// A connection while a load has it: what a [loader](crate::preload::asynchronous::load_with) is given.
pub type Lent<'c, D> = <D as Driver>::Lent<'c>;

/// The backend of what leads to a connection.
pub(crate) type BackendOf<C, K> = <<C as Connects<K>>::Driver as AsyncConnectionCore>::Backend;

/// Does the task on the connection, which is then what it was before; if it is dropped meanwhile, it says so.
#[track_caller]
pub(crate) fn run<K, C, T>(conn: &mut C, task: T) -> impl Future<Output = Result<T::Output>> + Send
where
    C: Connects<K>,
    T: Task<C::Driver>,
{
    one_load::awaited(on(conn.driver(), task))
}

/// The same, as a part of something.
#[expect(
    clippy::manual_async_fn,
    reason = "of an `async fn`, callers with a task of their own could not tell that it is `Send`"
)]
pub(crate) fn on<D: Driver, T: Task<D>>(conn: &mut D, task: T) -> impl Future<Output = Result<T::Output>> + Send {
    async move {
        let mut under_way = UnderWay::begin(conn)?;
        let done = task.run(&mut under_way.conn.lend()).await;
        under_way.is_over = true;
        done
    }
}

/// Does the task in a transaction, or a savepoint of the one that is open: all of it or nothing.
#[cfg(any(feature = "plan", feature = "repository"))]
#[expect(
    clippy::manual_async_fn,
    reason = "of an `async fn`, callers with a task of their own could not tell that it is `Send`"
)]
pub(crate) fn transacted<D: Driver, T: Task<D>>(
    conn: &mut D,
    task: T,
) -> impl Future<Output = Result<T::Output>> + Send {
    async move {
        let mut under_way = UnderWay::begin(conn)?;
        under_way.in_transaction = true;
        let done = between_begin_and_end(under_way.conn, task).await;
        under_way.is_over = true;
        done
    }
}

#[cfg(any(feature = "plan", feature = "repository"))]
async fn between_begin_and_end<D: Driver, T: Task<D>>(conn: &mut D, task: T) -> Result<T::Output> {
    D::TransactionManager::begin_transaction(conn).await?;
    let done = task.run(&mut conn.lend()).await;
    match &done {
        // Diesel rolls back where it cannot commit.
        Ok(_) => D::TransactionManager::commit_transaction(conn).await?,
        // The error of a connection that is lost: Diesel knows it as broken, and the caller has the first error.
        Err(_) => drop(D::TransactionManager::rollback_transaction(conn).await),
    }
    done
}

/// Does the task in a transaction that gives one snapshot: the caller's, or one of its own, which is never left open.
#[track_caller]
pub(crate) fn in_snapshot<K, C, T>(conn: &mut C, task: T) -> impl Future<Output = Result<T::Output>> + Send
where
    C: Connects<K, Driver: AsyncConnectionCore<Backend: Snapshots>>,
    T: Task<C::Driver>,
{
    one_load::awaited(snapshot_of(conn.driver(), Lending(task)))
}

/// The same of a function.
pub(crate) fn read_in_snapshot<K, C, T, F>(conn: &mut C, f: F) -> impl Future<Output = Result<T>> + Send
where
    C: Connects<K, Driver: AsyncConnectionCore<Backend: Snapshots>>,
    F: for<'a> FnOnce(&'a mut C::Driver) -> Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>> + Send,
    T: Send,
{
    snapshot_of(conn.driver(), f)
}

#[expect(
    clippy::manual_async_fn,
    reason = "of an `async fn`, callers with a task of their own could not tell that it is `Send`"
)]
fn snapshot_of<D, T>(conn: &mut D, reads: T) -> impl Future<Output = Result<T::Output>> + Send
where
    D: Driver<Backend: Snapshots>,
    T: Reads<D>,
{
    async move {
        let mut under_way = UnderWay::begin(conn)?;
        let done = in_transaction(&mut under_way, reads).await;
        under_way.is_over = true;
        done
    }
}

/// What is read from a snapshot.
trait Reads<D>: Send {
    type Output: Send;

    fn read(self, conn: &mut D) -> impl Future<Output = Result<Self::Output>> + Send;
}

struct Lending<T>(T);

impl<D: Driver, T: Task<D>> Reads<D> for Lending<T> {
    type Output = T::Output;

    async fn read(self, conn: &mut D) -> Result<T::Output> {
        self.0.run(&mut conn.lend()).await
    }
}

impl<D: Driver, T: Send, F> Reads<D> for F
where
    F: for<'a> FnOnce(&'a mut D) -> Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>> + Send,
{
    type Output = T;

    fn read(self, conn: &mut D) -> impl Future<Output = Result<T>> + Send {
        self(conn)
    }
}

async fn in_transaction<D, T>(under_way: &mut UnderWay<'_, D>, reads: T) -> Result<T::Output>
where
    D: Driver<Backend: Snapshots>,
    T: Reads<D>,
{
    // From the question on: SQLite's is a BEGIN.
    under_way.in_transaction = true;
    match D::Backend::transaction_async(under_way.conn).await? {
        Transaction::Snapshot => {
            under_way.in_transaction = false;
            return reads.read(under_way.conn).await;
        }
        Transaction::Weaker(isolation) => return Err(snapshot::weaker(&isolation)),
        Transaction::None => {}
    }
    if let Some(sql) = D::Backend::BEFORE_BEGIN {
        under_way.conn.batch_execute(sql).await?;
    }
    D::TransactionManager::begin_transaction(under_way.conn).await?;
    let begun = match D::Backend::AFTER_BEGIN {
        Some(sql) => under_way.conn.batch_execute(sql).await,
        None => Ok(()),
    };
    let done = match begun {
        Ok(()) => reads.read(under_way.conn).await,
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(value) => {
            // Diesel rolls back where it cannot commit.
            D::TransactionManager::commit_transaction(under_way.conn).await?;
            Ok(value)
        }
        Err(error) => {
            // The error of a connection that is lost: Diesel knows it as broken, and the caller has the first error.
            let _ = D::TransactionManager::rollback_transaction(under_way.conn).await;
            Err(error)
        }
    }
}

/// A connection on which something is under way. Dropped before that is over, it is broken, unless its driver copes.
pub(crate) struct UnderWay<'a, C: AsyncConnection<Backend: Dialect>> {
    pub(crate) conn: &'a mut C,
    pub(crate) is_over: bool,
    /// A transaction of ours is open.
    pub(crate) in_transaction: bool,
}

fn status<C: AsyncConnection>(conn: &mut C) -> &mut TransactionManagerStatus {
    <C::TransactionManager as TransactionManager<C>>::transaction_manager_status_mut(conn)
}

impl<'a, C: AsyncConnection<Backend: Dialect>> UnderWay<'a, C> {
    /// Refuses a connection that is broken.
    pub(crate) fn begin(conn: &'a mut C) -> QueryResult<Self> {
        status(conn).transaction_depth()?;
        Ok(UnderWay { conn, is_over: false, in_transaction: false })
    }
}

impl<C: AsyncConnection<Backend: Dialect>> Drop for UnderWay<'_, C> {
    fn drop(&mut self) {
        if !self.is_over && (self.in_transaction || !C::Backend::SURVIVES_CANCELLATION) {
            status(self.conn).set_in_error();
        }
    }
}

/// A statement whose rows are `U`s.
///
/// Of the backend, not of the connection: one bound serves every connection that a load lends.
pub trait Sends<'q, DB: Backend, U>: Send {
    /// Sends it, and waits for its rows. If its load is explained, it is too.
    fn send<V>(self, conn: &mut V) -> impl Future<Output = Result<Vec<U>>> + Send
    where
        V: AsyncConnectionCore<Backend = DB>;

    /// Sends it, and waits for its rows.
    fn ask<V>(self, conn: &mut V) -> impl Future<Output = QueryResult<Vec<U>>> + Send
    where
        V: AsyncConnectionCore<Backend = DB>;
}

#[diagnostic::do_not_recommend]
impl<'q, DB, T, U, ST> Sends<'q, DB, U> for T
where
    DB: Dialect + QueryMetadata<T::SqlType>,
    T: AsQuery<Query: QueryFragment<DB> + QueryId + Send + 'q, SqlType: CompatibleType<U, DB, SqlType = ST>>
        + Send
        + 'q,
    U: FromSqlRow<ST, DB> + Send + 'static,
    ST: 'static,
{
    fn send<V>(self, conn: &mut V) -> impl Future<Output = Result<Vec<U>>> + Send
    where
        V: AsyncConnectionCore<Backend = DB>,
    {
        let query = self.as_query();
        async move {
            #[cfg(feature = "plan")]
            let query = crate::plan::asynchronous::note(query, conn).await?;
            Ok(query.ask(conn).await?)
        }
    }

    fn ask<V>(self, conn: &mut V) -> impl Future<Output = QueryResult<Vec<U>>> + Send
    where
        V: AsyncConnectionCore<Backend = DB>,
    {
        let sent = LoadQuery::<'q, V, U>::internal_load(self, conn);
        async move { sent.await?.try_collect().await }
    }
}

/// A statement that writes.
#[cfg(feature = "repository")]
pub trait Executes<'q, DB: Backend>: Send {
    /// Sends it, and waits for the number of rows.
    fn execute<V>(self, conn: &mut V) -> impl Future<Output = QueryResult<usize>> + Send
    where
        V: AsyncConnectionCore<Backend = DB>;
}

#[cfg(feature = "repository")]
#[diagnostic::do_not_recommend]
impl<'q, DB: Backend, T: QueryFragment<DB> + QueryId + Send + 'q> Executes<'q, DB> for T {
    async fn execute<V>(self, conn: &mut V) -> QueryResult<usize>
    where
        V: AsyncConnectionCore<Backend = DB>,
    {
        diesel_async::methods::ExecuteDsl::execute(self, conn).await
    }
}
