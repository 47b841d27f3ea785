//! Set-up for the connections of an r2d2 pool: what every application wants, and nothing more.
//!
//! ```
//! use diesel::prelude::*;
//! use diesel::r2d2::{ConnectionManager, Pool};
//! use turbodiesel::pool::Customizer;
//!
//! # let file = std::env::temp_dir().join(format!("turbodiesel_doc_{}", std::process::id()));
//! # let url = file.to_str().ok_or("no temporary folder")?;
//! let pool = Pool::builder()
//!     .connection_customizer(Customizer::new().boxed())
//!     .build(ConnectionManager::<SqliteConnection>::new(url))?;
//!
//! let mode = diesel::dsl::sql::<diesel::sql_types::Text>("SELECT journal_mode FROM pragma_journal_mode");
//! assert_eq!(mode.get_result::<String>(&mut pool.get()?)?, "wal");
//! # drop(pool);
//! # for end in ["", "-wal", "-shm"] { let _ = std::fs::remove_file(format!("{url}{end}")); }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | database | what a new connection is sent | why |
//! |---|---|---|
//! | SQLite | `PRAGMA busy_timeout = 5000` | a writer waits for another one, where it would fail at once |
//! | | `PRAGMA journal_mode = WAL` | readers and the one writer do not wait for each other; it stays with the file |
//! | | `PRAGMA foreign_keys = ON` | SQLite checks them on request alone, for each connection |
//! | PostgreSQL | nothing; `SET statement_timeout` on request | how long is too long is the application's to say, and a proxy that pools transactions hands the setting to others |
//! | MySQL, MariaDB | nothing | |
//!
//! A transaction that reads first and then writes does not wait on SQLite: if somebody has written since, it fails with
//! "database is locked". `immediate_transaction` is for those.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use diesel::connection::{Connection, Instrumentation};
use diesel::r2d2::{CustomizeConnection, Error as PoolError};

/// What a new connection of a pool is sent before anybody has it. See the [module](self).
#[must_use = "give it to `Pool::builder().connection_customizer(..)`"]
pub struct Customizer<C> {
    pub(crate) set_up: Vec<String>,
    instrument: Option<Instrument>,
    marker: PhantomData<fn(&mut C)>,
}

type Instrument = Arc<dyn Fn() -> Box<dyn Instrumentation> + Send + Sync>;

/// A backend whose connections know how they are set up.
#[diagnostic::on_unimplemented(
    message = "turbodiesel does not know how to set up connections to `{Self}`",
    note = "turn on its feature: `sqlite`, `postgres` or `mysql`"
)]
pub trait SetUp {
    /// The statements.
    const SET_UP: &'static [&'static str];
}

impl<C: Connection<Backend: SetUp>> Customizer<C> {
    /// The set-up of the backend.
    pub fn new() -> Self {
        let set_up = C::Backend::SET_UP.iter().map(|&statement| statement.to_owned()).collect();
        Customizer { set_up, instrument: None, marker: PhantomData }
    }

    /// Gives every new connection an [`Instrumentation`]: so that a whole application can be watched or logged.
    ///
    /// ```
    /// use diesel::connection::{Instrumentation, InstrumentationEvent};
    /// use diesel::prelude::*;
    /// use turbodiesel::pool::Customizer;
    ///
    /// fn log() -> Box<dyn Instrumentation> {
    ///     Box::new(|event: InstrumentationEvent<'_>| println!("{event:?}"))
    /// }
    /// let customizer = Customizer::<SqliteConnection>::new().instrument(log);
    /// # let _ = customizer.boxed();
    /// ```
    pub fn instrument(mut self, make: impl Fn() -> Box<dyn Instrumentation> + Send + Sync + 'static) -> Self {
        self.instrument = Some(Arc::new(make));
        self
    }

    /// Watches every connection of the pool; each check-out is a [`scope`](crate::watch::scope()) of its own.
    ///
    /// In place of [`instrument`](Self::instrument), as a connection has one instrumentation.
    ///
    /// ```
    /// use diesel::prelude::*;
    /// use diesel::r2d2::{ConnectionManager, Pool};
    /// use turbodiesel::{pool::Customizer, watch::Watcher};
    ///
    /// let watcher = Watcher::new();
    /// let customizer = Customizer::new().watch(&watcher).boxed();
    /// let manager = ConnectionManager::<SqliteConnection>::new(":memory:");
    /// let pool = Pool::builder().max_size(1).connection_customizer(customizer).build(manager)?;
    ///
    /// diesel::sql_query("SELECT 2").execute(&mut pool.get()?)?;
    /// watcher.log().assert_statements(1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "watch")]
    #[cfg_attr(docsrs, doc(cfg(feature = "watch")))]
    pub fn watch(self, watcher: &crate::watch::Watcher) -> Self
    where
        C: Connection<Backend: crate::backend::Dialect>,
    {
        let watcher = watcher.clone();
        self.instrument(move || watcher.pooled::<C>())
    }

    /// In the box that the builder of a pool takes.
    pub fn boxed(self) -> Box<dyn CustomizeConnection<C, PoolError>>
    where
        C: 'static,
    {
        Box::new(self)
    }
}

impl<C: Connection<Backend: SetUp>> Default for Customizer<C> {
    fn default() -> Self {
        Customizer::new()
    }
}

impl<C: Connection + 'static> CustomizeConnection<C, PoolError> for Customizer<C> {
    fn on_acquire(&self, conn: &mut C) -> Result<(), PoolError> {
        for statement in &self.set_up {
            conn.batch_execute(statement).map_err(PoolError::QueryError)?;
        }
        if let Some(make) = &self.instrument {
            conn.set_instrumentation(make());
        }
        Ok(())
    }
}

impl<C> fmt::Debug for Customizer<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Customizer").field("set_up", &self.set_up).finish_non_exhaustive()
    }
}
