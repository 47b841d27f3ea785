//! Throw-away databases for tests: fresh, migrated, a database for each test, gone when dropped.
//!
//! ```
//! use diesel::prelude::*;
//! use turbodiesel::testing::TestDb;
//!
//! // #[test]
//! fn users_can_be_counted() -> Result<(), Box<dyn std::error::Error>> {
//!     let mut db = TestDb::<SqliteConnection>::new(blog::migrations::SQLITE)?;
//!     assert_eq!(blog::schema::users::table.count().get_result::<i64>(&mut *db)?, 0);
//!     Ok(())
//! }
//! # users_can_be_counted()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! With `TestDb::<PgConnection>` or `TestDb::<MysqlConnection>` the same test runs on a server: its URL is read from
//! `TURBODIESEL_POSTGRES_URL` or `TURBODIESEL_MYSQL_URL`, and its user must be allowed to create databases. The
//! [guide](crate::guide::test_databases) runs one test on all three.
//!
//! The migrations run **once** for each set of them, into a template; a test gets a copy:
//!
//! | database | a test gets | afterwards |
//! |---|---|---|
//! | SQLite | a copy of a file, in the folder for temporary files or in `TURBODIESEL_TEST_DIR` | the file is removed |
//! | PostgreSQL | `CREATE DATABASE .. TEMPLATE ..` | the database is dropped |
//! | MySQL, MariaDB | a database of a pool, its rows deleted, the migrations' rows written again; made anew if a test changed the schema, or if there are triggers | it goes back to the pool |
//!
//! Templates and the pool stay, so that the next run is fast from its first test; what nobody has asked for in a fortnight
//! is collected. A set of migrations is known by its SQL, wherever it comes from: [`SqlMigrations`](crate::SqlMigrations),
//! Diesel's `embed_migrations!`, a folder. Change a migration and there is another template. (Diesel's sources hide their
//! SQL, so each migration is run on a connection that was closed, where it can do nothing but say what it would send. A
//! migration written in Rust is known by its name and its first statement.)
//!
//! # Many tests at once, and tests that die
//!
//! Tests may run in any number of threads and processes. What a process leaves behind that was killed is collected by the
//! next one: names of databases say whose they are, `turbodiesel_test_<host>_<process>_<start>_..`, and on MySQL the server
//! itself ends the lease.
//!
//! [`keep_on_failure`](TestDb::keep_on_failure) keeps the database of a test that panics; with `TURBODIESEL_KEEP=1` all are
//! kept. What is kept is named on standard error and is yours to drop.
//!
//! # SQLite: a file or memory
//!
//! A test's database is a file with a write-ahead log, so that [`connect`](TestDb::connect) and `pool` give as many
//! connections as wanted, and readers do not wait for a writer; no cache is shared. [`in_memory`](TestOptions::in_memory)
//! gives one that lives in memory: it runs the migrations itself, has one connection and no address, and its journal is not
//! a write-ahead log. Foreign keys are checked on both, as on the servers.
//!
//! With feature `async`, `connect_async` and `async_manager` give connections of diesel-async to the same database, and pools
//! of them.
//!
//! # Which server
//!
//! Databases are created and dropped there, so it must be on this machine, or be allowed by name:
//! [`allow_host`](TestOptions::allow_host), or `TURBODIESEL_TEST_HOSTS=db.test,10.0.0.7`.

// Without a database nobody makes one.
#![cfg_attr(not(any(feature = "sqlite", feature = "postgres", feature = "mysql")), allow(dead_code))]

pub(crate) mod address;
#[cfg(feature = "async")]
mod asynchronous;
mod identity;
mod options;
// Names of databases that are used again say nothing.
#[cfg_attr(not(any(feature = "sqlite", feature = "postgres")), allow(dead_code))]
pub(crate) mod owner;
pub(crate) mod provide;
mod test_db;

use std::fmt;

use diesel::connection::{Connection, LoadConnection};
use diesel_migrations::MigrationHarness;

use crate::error::{Error, ErrorKind};

#[cfg(feature = "async")]
#[cfg_attr(docsrs, doc(cfg(feature = "async")))]
pub use asynchronous::AsyncServer;
pub use options::TestOptions;
pub use test_db::TestDb;

/// A backend on which [`TestDb`] can make databases: SQLite, PostgreSQL, MySQL and MariaDB.
#[diagnostic::on_unimplemented(
    message = "turbodiesel cannot make test databases on `{Self}`",
    note = "turn on its feature: `sqlite`, `postgres` or `mysql`"
)]
pub trait Server: provide::Provide {}

/// A connection that [`TestDb`] can make: of Diesel's own, or one that waits for an asynchronous one.
pub trait TestConnection:
    Connection<Backend: Server> + LoadConnection + MigrationHarness<Self::Backend> + Send + 'static
{
}

#[diagnostic::do_not_recommend]
impl<C> TestConnection for C where
    C: Connection<Backend: Server> + LoadConnection + MigrationHarness<C::Backend> + Send + 'static
{
}

pub(crate) fn failed<DB: provide::Provide>(what: &str, error: &dyn fmt::Display) -> Error {
    Error::new(ErrorKind::TestDatabase, format!("{what} ({}): {error}", DB::NAME))
}
