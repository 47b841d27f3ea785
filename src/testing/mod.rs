//! Throw-away databases for tests: fresh, migrated, a database for each test, gone when dropped.
//!
//! ```
//! use diesel::prelude::*;
//! use turbodiesel::testing::TestDb;
//!
//! let mut db = TestDb::<SqliteConnection>::new(blog::migrations::SQLITE)?;
//! assert_eq!(blog::schema::users::table.count().get_result::<i64>(&mut *db)?, 0);
//! # Ok::<(), turbodiesel::Error>(())
//! ```
//!
//! SQLite databases live in memory. PostgreSQL and MySQL or MariaDB need a server: its URL is read from
//! `TURBODIESEL_POSTGRES_URL` or `TURBODIESEL_MYSQL_URL`, and each test gets a new database on it, so that tests run in
//! parallel. The server is one for tests: its user must be allowed to create and drop databases.

mod server;

use std::fmt;
use std::ops::{Deref, DerefMut};

use diesel::connection::Connection;
use diesel::migration::MigrationSource;
use diesel_migrations::MigrationHarness;

use crate::error::{Error, ErrorKind, Result};
pub use server::Server;

/// A fresh, migrated database and a connection to it. Dereferences to the connection.
///
/// It is dropped with this value, also when the test panics.
pub struct TestDb<C> {
    // Fields are dropped in this order: a server refuses to drop a database that is in use.
    connection: C,
    _database: Option<Database>,
}

impl<C> TestDb<C>
where
    C: Connection<Backend: Server> + MigrationHarness<C::Backend>,
{
    /// Makes a database and runs all migrations.
    ///
    /// # Errors
    ///
    /// [`is_test_database`](Error::is_test_database): no URL for a server that needs one, no answer from it, or a
    /// migration that failed. The message says which.
    pub fn new(migrations: impl MigrationSource<C::Backend>) -> Result<Self> {
        let failed = |what: &str, error: &dyn fmt::Display| {
            Error::new(ErrorKind::TestDatabase, format!("{what} ({}): {error}", <C::Backend as Server>::NAME))
        };
        let (url, database) = match <C::Backend as Server>::URL_VARIABLE {
            None => (":memory:".to_owned(), None),
            Some(variable) => {
                let server = std::env::var(variable).map_err(|_| {
                    let message = format!(
                        "{variable} is not set: start {} and set it, for example with `eval \"$(scripts/databases)\"`",
                        <C::Backend as Server>::NAME
                    );
                    Error::new(ErrorKind::TestDatabase, message)
                })?;
                let database =
                    Database::create::<C>(server).map_err(|error| failed("cannot create a database", &error))?;
                (database.url(), Some(database))
            }
        };
        let mut connection = C::establish(&url).map_err(|error| failed("cannot connect", &error))?;
        connection.run_pending_migrations(migrations).map_err(|error| failed("a migration failed", &error))?;
        Ok(TestDb { connection, _database: database })
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
        f.debug_struct("TestDb").finish_non_exhaustive()
    }
}

/// A database on a server.
struct Database {
    server: String,
    name: String,
    drop: fn(&Self),
}

impl Database {
    fn create<C>(server: String) -> Result<Self, Box<dyn std::error::Error>>
    where
        C: Connection<Backend: Server>,
    {
        let name = server::unique_name();
        C::establish(&server)?.batch_execute(&format!("CREATE DATABASE {name}"))?;
        let drop = |database: &Self| {
            // Nobody is left to hear of a failure; the server is one for tests.
            if let Ok(mut connection) = C::establish(&database.server) {
                let _ = connection.batch_execute(&<C::Backend as Server>::drop_database(&database.name));
            }
        };
        Ok(Database { server, name, drop })
    }

    fn url(&self) -> String {
        server::with_database(&self.server, &self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        (self.drop)(self);
    }
}
