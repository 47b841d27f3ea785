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

mod connects;
mod sends;
mod snapshot;
#[cfg(any(feature = "plan", feature = "repository"))]
mod transaction;
mod under_way;

use std::future::Future;

use diesel_async::{AsyncConnection, AsyncConnectionCore};

pub(crate) use connects::BackendOf;
pub use connects::{Connects, Itself, Lent, Through};
#[cfg(feature = "repository")]
pub use sends::Executes;
pub use sends::Sends;
pub(crate) use snapshot::{in_snapshot, read_in_snapshot};
#[cfg(any(feature = "plan", feature = "repository"))]
pub(crate) use transaction::transacted;
pub(crate) use under_way::UnderWay;

use crate::backend::Dialect;
use crate::error::Result;
use crate::one_load;

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
                return in_turn(&mut one, first, second).await;
            }
            futures_util::future::try_join(first.run(&mut one), second.run(&mut two)).await
        }
    }
}

/// Runs both, one after the other.
#[cfg(any(feature = "mysql", feature = "sqlite", all(feature = "postgres", feature = "plan")))]
async fn in_turn<D: Driver, A: Task<D>, B: Task<D>>(
    conn: &mut D::Lent<'_>,
    first: A,
    second: B,
) -> Result<(A::Output, B::Output)> {
    let first = first.run(conn).await?;
    Ok((first, second.run(conn).await?))
}

/// A connection that answers before it is sent more.
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
            in_turn(conn, first, second)
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
