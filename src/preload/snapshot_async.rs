//! Loads that are awaited and see the database at one moment. With feature `async`.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use diesel::dsl::Limit;
use diesel::query_builder::AsQuery;
use diesel::query_dsl::methods::LimitDsl;
use diesel_async::AsyncConnectionCore;

use super::Preloading;
use super::asynchronous::Load;
use super::plumbing::fetch_async::FetchAll;
use super::relation::{Relations, RootRow};
use super::snapshot::InSnapshot;
use crate::backend::Snapshots;
use crate::driver::{self, BackendOf, Connects, Sends};
use crate::error::Result;
use crate::mode::Async;

impl<Q, S> InSnapshot<Preloading<Q, S, Async>> {
    /// [`Preloading::load`], from one snapshot. On PostgreSQL relations are on their way together here too.
    ///
    /// # Errors
    ///
    /// As the load; an open transaction that gives no snapshot. No transaction is left open: a connection that is dropped with one
    /// is [broken](crate::driver#cancellation).
    #[track_caller]
    pub fn load<'q, K, Conn, R, Row>(self, conn: &mut Conn) -> impl Future<Output = Result<Vec<Row>>> + Send
    where
        Conn: Connects<K, Driver: FetchAll<'q, S, R, <Q::SqlType as RootRow<R>>::Lens>>,
        Conn::Driver: AsyncConnectionCore<Backend: Snapshots>,
        Q: AsQuery<SqlType: RootRow<R>> + Sends<'q, BackendOf<Conn, K>, R>,
        S: Relations<R, <Q::SqlType as RootRow<R>>::Lens, Row = Row> + Send,
        R: Send,
        Row: Send,
    {
        let Preloading { query, relations, .. } = self.load;
        driver::in_snapshot(conn, Load { query, relations, marker: PhantomData })
    }

    /// [`Preloading::load_optional`], from one snapshot.
    ///
    /// # Errors
    ///
    /// As [`load`](InSnapshot::load).
    #[track_caller]
    pub fn load_optional<'q, K, Conn, R, Row>(self, conn: &mut Conn) -> impl Future<Output = Result<Option<Row>>> + Send
    where
        Conn: Connects<K, Driver: FetchAll<'q, S, R, <<Limit<Q> as AsQuery>::SqlType as RootRow<R>>::Lens>>,
        Conn::Driver: AsyncConnectionCore<Backend: Snapshots>,
        Q: LimitDsl,
        Limit<Q>: AsQuery<SqlType: RootRow<R>> + Sends<'q, BackendOf<Conn, K>, R>,
        S: Relations<R, <<Limit<Q> as AsQuery>::SqlType as RootRow<R>>::Lens, Row = Row> + Send,
        R: Send,
        Row: Send,
    {
        let Preloading { query, relations, mode } = self.load;
        let limited = InSnapshot { load: Preloading { query: LimitDsl::limit(query, 1), relations, mode } };
        let rows = limited.load(conn);
        async move { Ok(rows.await?.into_iter().next()) }
    }
}

/// What a function of yours returns to [`in_snapshot`]: `Box::pin(async move { .. })`.
pub type Reading<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// [`in_snapshot`](super::in_snapshot()), with a function that is awaited.
///
/// ```text
/// let (page, count) = in_snapshot(conn, |conn| {
///     Box::pin(async move {
///         let page = posts::table.select(Post::as_select()).keyset(posts::id.asc()).first(20).load(conn).await?;
///         Ok((page, posts::table.count().get_result::<i64>(conn).await?))
///     })
/// })
/// .await?;
/// ```
///
/// # Errors
///
/// Those of the function; an open transaction that gives no snapshot
/// ([`is_weak_isolation`](crate::Error::is_weak_isolation)).
pub fn in_snapshot<K, Conn, T, F>(conn: &mut Conn, f: F) -> impl Future<Output = Result<T>> + Send
where
    Conn: Connects<K, Driver: AsyncConnectionCore<Backend: Snapshots>>,
    F: for<'a> FnOnce(&'a mut Conn::Driver) -> Reading<'a, T> + Send,
    T: Send,
{
    driver::read_in_snapshot(conn, f)
}
