//! A database for one test, with blocking connections; those that are awaited are in `asynchronous.rs`.

use std::collections::HashSet;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{LazyLock, Mutex, PoisonError};

use diesel::connection::Connection;
use diesel::migration::MigrationSource;
use diesel_migrations::MigrationHarness;

use super::identity::{identity, sorted};
use super::provide::{Fate, Migrate, Provide, Provided, Request};
use super::{TestConnection, TestOptions, failed};
use crate::error::Result;

/// A fresh, migrated database and a connection to it. Dereferences to the connection.
///
/// It is gone when this is dropped, also when the test panics; further connections to it are cut off.
#[must_use = "the database is gone when this is dropped"]
pub struct TestDb<C> {
    // Fields are dropped in this order: a server refuses to drop a database that is in use.
    connection: C,
    pub(super) database: Database,
}

/// What is dropped last.
pub(super) struct Database {
    url: String,
    kept: String,
    server: &'static str,
    keep_on_failure: bool,
    /// None of a database in memory.
    release: Option<Box<dyn FnOnce(Fate) + Send>>,
}

impl<C: TestConnection> TestDb<C> {
    /// A database as the migrations leave it, on the server that the environment names; of SQLite in a file.
    ///
    /// # Errors
    ///
    /// [`is_test_database`](crate::Error::is_test_database): no URL for a server that needs one, a host that is not
    /// allowed, no answer, or a migration that failed. The message says which.
    pub fn new(migrations: impl MigrationSource<C::Backend>) -> Result<Self> {
        Self::with(TestOptions::new(), migrations)
    }

    /// The same, made where the options say.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn with(options: TestOptions, migrations: impl MigrationSource<C::Backend>) -> Result<Self> {
        let place = options.place::<C::Backend>()?;
        if options.in_memory {
            let mut connection = migrated::<C>(":memory:", &migrations)?;
            set_up(&mut connection)?;
            let provided = (":memory:".to_owned(), ":memory:".to_owned(), None);
            return Ok(TestDb { connection, database: Database::new::<C::Backend>(provided) });
        }
        let sorted = sorted(&migrations)?;
        let identity = identity::<C>(&sorted, &place)?;
        let version = sorted.last().map(|last| last.name().version().to_string()).unwrap_or_default();
        let request = Request { place: &place, identity: &identity, version: &version };
        let migrate = |url: &str| migrated::<C>(url, &migrations).map(drop);
        prepare::<C>(&request, &migrate)?;
        let Provided { url, kept, release } = C::Backend::provide::<C>(&request, &migrate)?;
        // From here on a failure gives it back.
        let database = Database::new::<C::Backend>((url, kept, Some(release)));
        let connection = connected(&database.url)?;
        Ok(TestDb { connection, database })
    }

    /// One more connection to the same database.
    ///
    /// ```
    /// use blog::schema::tags;
    /// use diesel::prelude::*;
    /// use turbodiesel::testing::TestDb;
    ///
    /// let mut db = TestDb::<SqliteConnection>::new(blog::migrations::SQLITE)?;
    /// diesel::insert_into(tags::table).values(tags::name.eq("a")).execute(&mut *db)?;
    /// let mut other = db.connect()?;
    /// assert_eq!(tags::table.count().get_result::<i64>(&mut other)?, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_test_database`](crate::Error::is_test_database): no answer, or a database
    /// [in memory](TestOptions::in_memory), which has one connection.
    pub fn connect(&self) -> Result<C> {
        self.database.several::<C::Backend>()?;
        connected(&self.database.url)
    }

    /// Writes the rows that the test starts with.
    ///
    /// For rows that many tests start with, add a migration to the set instead: it runs once, into the template.
    ///
    /// ```
    /// use blog::schema::tags;
    /// use diesel::prelude::*;
    /// use turbodiesel::testing::TestDb;
    ///
    /// let mut db = TestDb::<SqliteConnection>::new(blog::migrations::SQLITE)?
    ///     .seed(|conn| diesel::insert_into(tags::table).values(tags::name.eq("a")).execute(conn))?;
    /// assert_eq!(tags::table.count().get_result::<i64>(&mut *db)?, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `seed`.
    pub fn seed<T, E>(mut self, seed: impl FnOnce(&mut C) -> Result<T, E>) -> Result<Self, E> {
        seed(&mut self.connection)?;
        Ok(self)
    }
}

#[cfg(feature = "r2d2")]
#[cfg_attr(docsrs, doc(cfg(feature = "r2d2")))]
impl<C: TestConnection + diesel::r2d2::R2D2Connection> TestDb<C> {
    /// A pool of at most `size` connections to the database, which are made when they are asked for.
    ///
    /// A pool of another kind, watched or with a set-up of its own, is built over [`url`](Self::url).
    ///
    /// ```
    /// use blog::schema::tags;
    /// use diesel::prelude::*;
    /// use turbodiesel::testing::TestDb;
    ///
    /// let db = TestDb::<SqliteConnection>::new(blog::migrations::SQLITE)?;
    /// let pool = db.pool(2)?;
    /// let (mut one, mut two) = (pool.get()?, pool.get()?);
    /// diesel::insert_into(tags::table).values(tags::name.eq("a")).execute(&mut one)?;
    /// assert_eq!(tags::table.count().get_result::<i64>(&mut two)?, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    pub fn pool(&self, size: u32) -> Result<diesel::r2d2::Pool<diesel::r2d2::ConnectionManager<C>>> {
        self.database.several::<C::Backend>()?;
        diesel::r2d2::Pool::builder()
            .max_size(size.max(1))
            .min_idle(Some(0))
            .connection_customizer(Box::new(SetUp))
            .build(diesel::r2d2::ConnectionManager::new(&self.database.url))
            .map_err(|error| failed::<C::Backend>("cannot make a pool", &error))
    }
}

/// Gives each connection of a pool what the others are given.
#[cfg(feature = "r2d2")]
#[derive(Debug)]
struct SetUp;

#[cfg(feature = "r2d2")]
impl<C: Connection<Backend: Provide> + 'static> diesel::r2d2::CustomizeConnection<C, diesel::r2d2::Error> for SetUp {
    fn on_acquire(&self, conn: &mut C) -> std::result::Result<(), diesel::r2d2::Error> {
        <C::Backend as Provide>::SET_UP
            .map_or(Ok(()), |statements| conn.batch_execute(statements))
            .map_err(diesel::r2d2::Error::QueryError)
    }
}

impl<C> TestDb<C> {
    /// Keeps the database if the test panics, and says its name on standard error. A test that returns an error does not
    /// panic: use `unwrap` in it, or `TURBODIESEL_KEEP=1`.
    pub fn keep_on_failure(mut self) -> Self {
        self.database.keep_on_failure = true;
        self
    }

    /// The URL of this database, for whatever connects by itself; of SQLite the path of the file. It may contain a
    /// password.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.database.url
    }
}

/// Connects, as each connection of a test is.
fn connected<C: Connection<Backend: Provide>>(url: &str) -> Result<C> {
    let mut connection = C::establish(url).map_err(|error| failed::<C::Backend>("cannot connect", &error))?;
    set_up(&mut connection)?;
    Ok(connection)
}

fn set_up<C: Connection<Backend: Provide>>(connection: &mut C) -> Result<()> {
    <C::Backend as Provide>::SET_UP
        .map_or(Ok(()), |statements| connection.batch_execute(statements))
        .map_err(|error| failed::<C::Backend>("cannot set the connection up", &error))
}

/// Connects and runs the migrations, on a connection that is as Diesel makes it.
fn migrated<C>(url: &str, migrations: &impl MigrationSource<C::Backend>) -> Result<C>
where
    C: Connection<Backend: Provide> + MigrationHarness<C::Backend>,
{
    let mut connection = C::establish(url).map_err(|error| failed::<C::Backend>("cannot connect", &error))?;
    // Makes Diesel's table of migrations.
    connection.applied_migrations().map_err(|error| failed::<C::Backend>("cannot run migrations", &error))?;
    for migration in sorted(migrations)? {
        let failed = |error| failed::<C::Backend>(&format!("migration {} failed", migration.name()), &error);
        connection.run_migration(&*migration).map_err(failed)?;
    }
    Ok(connection)
}

/// Once for each place and set of migrations in this process; other threads wait.
fn prepare<C: TestConnection>(request: &Request<'_>, migrate: Migrate<'_>) -> Result<()> {
    static PREPARED: LazyLock<Mutex<HashSet<(String, String)>>> = LazyLock::new(Mutex::default);
    let mut prepared = PREPARED.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (request.place.to_owned(), request.identity.to_owned());
    if !prepared.contains(&key) {
        C::Backend::prepare::<C>(request, migrate)?;
        prepared.insert(key);
    }
    Ok(())
}

impl Database {
    fn new<DB: Provide>((url, kept, release): (String, String, Option<Box<dyn FnOnce(Fate) + Send>>)) -> Self {
        Database { url, kept, server: DB::NAME, keep_on_failure: false, release }
    }

    /// Whether it takes several connections.
    pub(super) fn several<DB: Provide>(&self) -> Result<()> {
        if self.release.is_none() {
            let message = "a database in memory has one connection: leave `in_memory` out";
            return Err(failed::<DB>("cannot connect again", &message));
        }
        Ok(())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some(release) = self.release.take() else { return };
        let all = std::env::var("TURBODIESEL_KEEP").is_ok_and(|keep| !keep.is_empty() && keep != "0");
        if all || (self.keep_on_failure && std::thread::panicking()) {
            release(Fate::Keep);
            eprintln!("turbodiesel: kept the {} database {}", self.server, self.kept);
        } else {
            release(Fate::Drop);
        }
    }
}

impl<C> Deref for TestDb<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.connection
    }
}

impl<C> DerefMut for TestDb<C> {
    fn deref_mut(&mut self) -> &mut C {
        &mut self.connection
    }
}

impl<C> fmt::Debug for TestDb<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestDb").field("kept", &self.database.kept).finish_non_exhaustive()
    }
}
