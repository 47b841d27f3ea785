//! Watching code that awaits: [`watch`](watch()), [`scope`](scope()) and [`allow`](allow()) of a future. With feature `async`.
//!
//! A [`Watcher`] is the same for both kinds of connections; [`custom_setup`](Watcher::custom_setup) gives it to a pool.
//!
//! ```text
//! use turbodiesel::watch::asynchronous::watch;
//!
//! let (titles, log) = watch(conn, async |conn| {
//!     let mut titles = Vec::new();
//!     for author in 1..=4 {
//!         titles.push(posts::table.filter(posts::author_id.eq(author)).select(posts::title).load::<String>(conn).await?);
//!     }
//!     QueryResult::Ok(titles)
//! })
//! .await?;
//! log.assert_no_n_plus_one(); // fails, and names the line with `.load(conn)`
//! ```
//!
//! # SQLite
//!
//! `SyncConnectionWrapper` runs a statement on another thread, which knows neither who sent it nor to which load, scope,
//! [`allow`](allow()) or `tracing` span it belongs: there the same statement is taken to come from one place, and a report has
//! no line. A connection with [`Followed`] takes all of it along:
//!
//! ```text
//! type Conn = SyncConnectionWrapper<SqliteConnection, Followed>;
//! ```

use std::future::{Future, poll_fn};
use std::pin::pin;

use diesel::result::ConnectionResult;
use diesel_async::AsyncConnection;
use futures_util::future::BoxFuture;

#[cfg(feature = "sqlite")]
pub use super::followed::{Followed, Runtime, Spawns};
use super::marks::{Allowed, Scope, new_scope};
use super::{Log, WATCHED, Watcher, watcher_of};
use crate::backend::Dialect;

/// Awaits `f` and gives what it returned, with the log of what it sent through `conn`: the blocking
/// [`watch`](super::watch()), awaited.
///
/// Afterwards, and where the future is dropped or panics, nothing is counted any more, and each event goes to a new
/// instrumentation of the process's default. A `watch` within a `watch` of the same connection is seen by both. An
/// instrumentation that `f` itself puts on `conn` stays there.
///
/// # Errors
///
/// The error of `f`; the log is lost then. A [`Watcher`] keeps it.
pub async fn watch<C, T, E>(conn: &mut C, f: impl AsyncFnOnce(&mut C) -> Result<T, E>) -> Result<(T, Log), E>
where
    C: AsyncConnection<Backend: Dialect>,
{
    let watcher = Watcher::new();
    let address = std::ptr::from_mut(conn).addr();
    match watcher_of(address) {
        Some(outer) => watcher.install_over(conn, outer.recorder::<C::Backend>(None, false)),
        None => watcher.install(conn),
    }
    // Nothing is put back at the end: without its watcher, what is installed only forwards. And a guard could not: a
    // connection of SQLite panics when it is given an instrumentation while a statement that was dropped still runs.
    let value = within(|| Watching::enter(address, watcher.clone()), f(conn)).await?;
    Ok((value, watcher.log()))
}

/// Awaits `f` as a unit of its own, such as a request: the blocking [`scope`](super::scope()), awaited.
pub fn scope<F: Future>(f: F) -> impl Future<Output = F::Output> {
    let number = new_scope();
    within(move || Scope::enter(number), f)
}

/// Awaits `f`, and takes none of what it sends for an N+1: the blocking [`allow`](super::allow()), awaited. The reason
/// stands in the [`Log`].
pub fn allow<F: Future>(reason: &str, f: F) -> impl Future<Output = F::Output> + use<F> {
    let reason = reason.into();
    within(move || Allowed::enter(std::sync::Arc::clone(&reason)), f)
}

/// How a pool makes its connections: what [`custom_setup`](Watcher::custom_setup) gives.
pub type Establish<C> = Box<dyn for<'u> Fn(&'u str) -> BoxFuture<'u, ConnectionResult<C>> + Send + Sync>;

impl Watcher {
    /// Watches every connection of a pool of diesel-async. Each check-out is a [`scope`](super::scope()) of its own, as long
    /// as the pool checks connections when it hands them out, which is its default.
    ///
    /// ```text
    /// let mut config = ManagerConfig::<AsyncPgConnection>::default();
    /// config.custom_setup = watcher.custom_setup();
    /// let manager = AsyncDieselConnectionManager::new_with_config(url, config);
    /// let pool = bb8::Pool::builder().build(manager).await?; // or deadpool::Pool::builder(manager).build()?
    /// ```
    #[must_use]
    #[cfg_attr(docsrs, doc(cfg(feature = "async")))]
    pub fn custom_setup<C: AsyncConnection<Backend: Dialect> + 'static>(&self) -> Establish<C> {
        let watcher = self.clone();
        Box::new(move |url| {
            let watcher = watcher.clone();
            Box::pin(async move {
                let mut conn = C::establish(url).await?;
                conn.set_instrumentation(watcher.recorder::<C::Backend>(None, true));
                Ok(conn)
            })
        })
    }
}

/// Polls `f` with a mark on the thread, which others do not see: it is gone between two polls.
async fn within<M, F: Future>(mark: impl Fn() -> M, f: F) -> F::Output {
    let mut f = pin!(f);
    poll_fn(|context| {
        let _mark = mark();
        f.as_mut().poll(context)
    })
    .await
}

/// The connection at an address has this watcher, until this is dropped.
struct Watching;

impl Watching {
    fn enter(address: usize, watcher: Watcher) -> Self {
        WATCHED.with_borrow_mut(|watched| watched.push((address, watcher)));
        Watching
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        WATCHED.with_borrow_mut(|watched| watched.pop());
    }
}
