//! A task that sees the database at one moment.

use std::future::Future;
use std::pin::Pin;

use diesel_async::{AsyncConnectionCore, TransactionManager};

use super::under_way::UnderWay;
use super::{Connects, Driver, Task};
use crate::backend::{Snapshots, Transaction};
use crate::error::Result;
use crate::one_load;
use crate::preload::plumbing::snapshot;

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
