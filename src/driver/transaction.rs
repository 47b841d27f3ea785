//! All of a task or nothing.

use std::future::Future;

use diesel_async::TransactionManager;

use super::under_way::UnderWay;
use super::{Driver, Task};
use crate::error::Result;

/// Does the task in a transaction, or a savepoint of the one that is open: all of it or nothing.
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
