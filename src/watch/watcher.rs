//! Installing a watcher: for one closure, for connections, for a pool.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[cfg(feature = "r2d2")]
use diesel::connection::Connection;
use diesel::connection::Instrumentation;

use super::journal::Journal;
use super::log::Log;
use super::n_plus_one::NPlusOne;
use super::recorder::Recorder;
use super::watched::Watched;
use crate::backend::Dialect;

/// How many keys make an N+1, if nobody says so.
const THRESHOLD: usize = 3;

type Callback = Box<dyn Fn(&NPlusOne) + Send + Sync>;

pub(super) struct Shared {
    journal: Mutex<Journal>,
    pub(super) threshold: usize,
    pub(super) on_n_plus_one: Option<Callback>,
    #[cfg(feature = "tracing")]
    pub(super) traced: bool,
}

/// How many watchers there are: whether it is worth the time to prepare for one.
static THERE: AtomicUsize = AtomicUsize::new(0);

/// Whether there is a watcher.
#[cfg(all(feature = "async", feature = "sqlite"))]
pub(super) fn is_there_one() -> bool {
    THERE.load(Ordering::Relaxed) > 0
}

impl Drop for Shared {
    fn drop(&mut self) {
        THERE.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Shared {
    pub(super) fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Watches the statements of any number of connections, for as long as it lives.
///
/// A handle: clones see the same log. When the last one is dropped, its connections are as they were before.
///
/// ```
/// use blog::{models::*, schema::*};
/// use diesel::prelude::*;
/// use turbodiesel::{prelude::*, watch::Watcher};
///
/// let conn = &mut blog::example()?;
/// let watcher = Watcher::new();
/// watcher.install(conn);
///
/// users::table.select(User::as_select()).preload(has_many::<Post>()).load(conn)?;
/// let log = watcher.take();
/// log.assert_statements(2);
///
/// conn.transaction(|conn| diesel::delete(comments::table).execute(conn))?;
/// let log = watcher.log();
/// assert_eq!((log.len(), log.transactions().committed()), (1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What it costs
///
/// Each statement is written once more as text, and a few counters move. A statement that is repeated in a scope costs a
/// backtrace more. Where it shows most, a row by its key from SQLite in memory, that is 1.35 times the time of the
/// statement (1 µs more), and 2.7 times in a loop (5 µs more); a server's answer takes longer than both. `cargo bench --bench
/// comparison -- sqlite/watch` measures it.
#[derive(Clone)]
pub struct Watcher {
    pub(super) shared: Arc<Shared>,
}

/// What a [`Watcher`] does beside counting: made by [`Watcher::builder`].
#[must_use = "nothing is watched before `.build()`"]
pub struct WatcherBuilder {
    shared: Shared,
}

impl Watcher {
    /// A watcher that counts.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A watcher that does more: calls back, or writes spans.
    pub fn builder() -> WatcherBuilder {
        THERE.fetch_add(1, Ordering::Relaxed);
        WatcherBuilder {
            shared: Shared {
                journal: Mutex::default(),
                threshold: THRESHOLD,
                on_n_plus_one: None,
                #[cfg(feature = "tracing")]
                traced: false,
            },
        }
    }

    /// Watches `conn` from now on.
    ///
    /// Diesel hands out no instrumentation that is installed, so this one takes its place and forwards each event to a
    /// new one of the process's default. Another one is kept by [`install_over`](Self::install_over).
    pub fn install<Mode, C: Watched<Mode>>(&self, conn: &mut C) {
        conn.instrument(self.recorder::<C::Backend>(None, false));
    }

    /// Watches `conn` from now on, and forwards each event to `inner`.
    pub fn install_over<Mode, C: Watched<Mode>>(&self, conn: &mut C, inner: impl Instrumentation) {
        conn.instrument(self.recorder::<C::Backend>(Some(Box::new(inner)), false));
    }

    pub(super) fn recorder<DB: Dialect>(&self, inner: Option<Box<dyn Instrumentation>>, pooled: bool) -> Recorder {
        Recorder::new(&self.shared, inner, pooled, DB::SYSTEM)
    }

    /// For a connection of a pool.
    #[cfg(feature = "r2d2")]
    pub(crate) fn pooled<C: Connection<Backend: Dialect>>(&self) -> Box<dyn Instrumentation> {
        Box::new(self.recorder::<C::Backend>(None, true))
    }

    /// What was sent since the last [`take`](Self::take).
    #[must_use]
    pub fn log(&self) -> Log {
        Log::new(self.shared.journal().clone(), self.shared.threshold)
    }

    /// The same, and begins anew.
    #[must_use]
    pub fn take(&self) -> Log {
        Log::new(std::mem::take(&mut *self.shared.journal()), self.shared.threshold)
    }
}

impl WatcherBuilder {
    /// How many times a read has to be repeated with other keys, from one place, to be an N+1: 3 if this is not called.
    ///
    /// With 2, the first time is taken to be from the place of the second: a place is only looked for from the second
    /// time on. 0 and 1 are taken as 2.
    pub fn threshold(mut self, times: usize) -> Self {
        self.shared.threshold = times.max(2);
        self
    }

    /// Calls `report` once for each N+1 of a [`scope`](super::scope()), when it reaches the threshold: to log it, or to
    /// fail the request. It runs inside of Diesel's call, so it must not use the connection.
    ///
    /// ```
    /// use diesel::prelude::*;
    /// use turbodiesel::watch::Watcher;
    /// use blog::schema::posts;
    ///
    /// let conn = &mut blog::example()?;
    /// let (send, reports) = std::sync::mpsc::channel();
    /// let watcher = Watcher::builder().on_n_plus_one(move |found| drop(send.send(found.to_string()))).build();
    /// watcher.install(conn);
    ///
    /// for author in 1..=10 {
    ///     posts::table.filter(posts::author_id.eq(author)).select(posts::title).load::<String>(conn)?;
    /// }
    /// let report = reports.try_recv()?;
    /// assert!(report.contains("`posts.author_id`"), "{report}");
    /// assert!(reports.try_recv().is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_n_plus_one(mut self, report: impl Fn(&NPlusOne) + Send + Sync + 'static) -> Self {
        self.shared.on_n_plus_one = Some(Box::new(report));
        self
    }

    /// Opens a `tracing` span for each statement, with the attributes that OpenTelemetry calls stable: `db.system.name`,
    /// `db.operation.name`, `db.collection.name`, `db.query.summary`, `db.query.text`, and `error.type` after a failure.
    ///
    /// The text has no values: those that were bound never leave Diesel, those in the text are written as `?`. A load that is
    /// awaited and dropped ends its spans, without an error.
    #[cfg(feature = "tracing")]
    #[cfg_attr(docsrs, doc(cfg(feature = "tracing")))]
    pub fn traced(mut self) -> Self {
        self.shared.traced = true;
        self
    }

    /// The watcher.
    #[must_use]
    pub fn build(self) -> Watcher {
        Watcher { shared: Arc::new(self.shared) }
    }
}

impl Default for Watcher {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watcher").field("threshold", &self.shared.threshold).finish_non_exhaustive()
    }
}

impl fmt::Debug for WatcherBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatcherBuilder").field("threshold", &self.shared.threshold).finish_non_exhaustive()
    }
}

/// A whole pool: `Pool::builder().connection_customizer(Box::new(watcher.clone()))`. Each check-out is a
/// [`scope`](super::scope()) of its own, as long as the pool checks connections when it hands them out, which is its default.
///
/// Where the pool has the [`Customizer`](crate::pool::Customizer), give it the watcher: [`watch`](crate::pool::Customizer::watch).
/// In a customizer of your own, call [`install`](Watcher::install).
///
/// ```
/// use diesel::prelude::*;
/// use diesel::r2d2::{ConnectionManager, Pool};
/// use turbodiesel::watch::Watcher;
///
/// let watcher = Watcher::new();
/// let manager = ConnectionManager::<SqliteConnection>::new(":memory:");
/// let pool = Pool::builder().max_size(2).connection_customizer(Box::new(watcher.clone())).build(manager)?;
///
/// diesel::sql_query("SELECT 2").execute(&mut pool.get()?)?;
/// watcher.log().assert_statements(1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[cfg(feature = "r2d2")]
#[cfg_attr(docsrs, doc(cfg(feature = "r2d2")))]
impl<C: Connection<Backend: Dialect> + 'static> diesel::r2d2::CustomizeConnection<C, diesel::r2d2::Error> for Watcher {
    fn on_acquire(&self, conn: &mut C) -> Result<(), diesel::r2d2::Error> {
        conn.set_instrumentation(self.pooled::<C>());
        Ok(())
    }
}
