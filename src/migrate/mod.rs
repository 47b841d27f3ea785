//! Migrations at start-up and in operations: Diesel's own, with a lock, a history and checks.
//!
//! ```
//! use diesel::prelude::*;
//! use turbodiesel::{SqlMigrations, migrate::Migrator};
//!
//! let mut conn = SqliteConnection::establish(":memory:")?;
//! let mut migrator = Migrator::new(&mut conn, SqlMigrations::from_folder("migrations/sqlite")?)
//!     .on_step(|step| println!("{step}")); // up 2026-01-05-090000_create_users (1 ms)
//!
//! let ran = migrator.up()?; // what a program does when it starts
//! assert_eq!(ran.len(), 4);
//! assert!(migrator.check()?.pending().is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Diesel keeps the record, in its table `__diesel_schema_migrations`, so that this and the diesel CLI can be used side by
//! side. What it lacks is here:
//!
//! * **A lock.** Two processes that start at once do not both migrate: one waits ([`lock_timeout`](Migrator::lock_timeout))
//!   and then finds nothing left to do. PostgreSQL: an advisory lock of the session. MySQL and MariaDB: `GET_LOCK`. SQLite: a
//!   transaction that writes, one for each migration. An advisory lock belongs to a session, so migrate through a direct
//!   connection and not through a proxy that pools transactions.
//! * **The truth after a crash.** On PostgreSQL and SQLite a migration and the record of it are one transaction: a process that
//!   is killed in the middle leaves nothing of it, and [`up`](Migrator::up) goes on. On MySQL and MariaDB each DDL statement
//!   commits by itself, and elsewhere too where `metadata.toml` says `run_in_transaction = false`. There the beginning is
//!   recorded first; a beginning without an end is an error ([`is_migration_interrupted`](crate::Error::is_migration_interrupted))
//!   until somebody has looked and said by [`stamp`](Migrator::stamp) or [`unstamp`](Migrator::unstamp) what is there.
//! * **Checks.** [`check`](Migrator::check) refuses a database that is ahead of the program, a pending migration that is older
//!   than an applied one, and an applied migration whose text has changed since.
//! * **Operations by version**: [`up_to`](Migrator::up_to), [`down`](Migrator::down), [`redo`](Migrator::redo) in one
//!   transaction, [`history`](Migrator::history), [`sql`](Migrator::sql).
//!
//! What is applied when is Diesel's to say; what began and which text ran stand in a table of ours,
//! `__turbodiesel_migrations`. It may be missing: nothing but the check of texts depends on its past.
//!
//! # Which migrations
//!
//! | source | runs | [`sql`](Migrator::sql), and the check of texts |
//! |---|---|---|
//! | [`SqlMigrations::from_folder`](crate::SqlMigrations::from_folder), [`sql_migrations!`](crate::sql_migrations) | yes | yes |
//! | Diesel's `embed_migrations!`, `FileBasedMigrations` | yes | no: they hide their text, and `check` warns of it |
//! | a source of your own | yes | as it implements [`Source`] |
//!
//! `examples/migrate.rs` is all of this as a program. [`from_alembic`] says what each command of Alembic is here.
//!
//! # Linting
//!
//! A migration that is right can still lock a table for an hour. For PostgreSQL there are good linters, and none is built in
//! here:
//!
//! ```sh
//! pip install squawk-cli      # or npm, or a binary: it wants nothing else
//! squawk --assume-in-transaction migrations/postgres/*/up.sql
//!
//! cargo install diesel-guard  # knows Diesel's layout and its metadata.toml
//! diesel-guard check migrations/postgres
//! ```
//!
//! `--assume-in-transaction`, as each migration is one: without it a missing `IF NOT EXISTS` is reported. What they most often
//! say is right once a table has rows: `CREATE INDEX CONCURRENTLY` (in a migration of its own, with
//! `run_in_transaction = false`), `SET lock_timeout` before what waits for other readers, a NOT NULL column in steps. What
//! does not fit is left out by name, `--exclude prefer-bigint-over-int`, in CI as well as by hand. Neither reads the dialects
//! of SQLite and MySQL.

mod check;
mod history;
mod record;
mod redo;
mod run;
mod source;
mod steps;

use std::fmt;
use std::time::Duration;

use diesel::connection::LoadConnection;
use diesel_migrations::MigrationHarness;

use crate::backend::Migrates;

pub use check::Report;
pub use history::{Entry, State};
pub use source::Source;
pub use steps::{Direction, Step};

/// What each command of Alembic is here.
#[doc = include_str!("from-alembic.md")]
pub mod from_alembic {}

/// A connection that can run migrations: of SQLite, PostgreSQL, MySQL or MariaDB, also out of a pool.
#[diagnostic::on_unimplemented(
    message = "migrations cannot be run on `{Self}`",
    note = "turn on the feature of its backend: `sqlite`, `postgres` or `mysql`"
)]
pub trait MigrationConnection: LoadConnection<Backend: Migrates> + MigrationHarness<Self::Backend> {}

#[diagnostic::do_not_recommend]
impl<C: LoadConnection<Backend: Migrates> + MigrationHarness<C::Backend>> MigrationConnection for C {}

/// Runs migrations on a connection. See the [module](self).
#[must_use = "a migrator does nothing by itself: call one of its operations"]
pub struct Migrator<'c, C, S> {
    conn: &'c mut C,
    source: S,
    wait: Duration,
    on_step: Box<dyn FnMut(&Step) + 'c>,
}

impl<'c, C: MigrationConnection, S: Source<C::Backend>> Migrator<'c, C, S> {
    /// For these migrations.
    pub fn new(conn: &'c mut C, source: S) -> Self {
        Migrator { conn, source, wait: Duration::from_secs(60), on_step: Box::new(|_| ()) }
    }

    /// How long to wait for another process that migrates, in place of a minute.
    pub fn lock_timeout(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// Hears of each migration twice: before it runs, and with its time after it has.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use turbodiesel::{SqlMigrations, migrate::Migrator};
    ///
    /// let mut lines = Vec::new();
    /// # let mut conn = SqliteConnection::establish(":memory:")?;
    /// let migrations = SqlMigrations::from_folder("migrations/sqlite")?;
    /// Migrator::new(&mut conn, migrations).on_step(|step| lines.push(step.to_string())).up()?;
    /// assert_eq!(lines[0], "up 2026-01-05-090000_create_users ..");
    /// assert!(lines[1].starts_with("up 2026-01-05-090000_create_users ("));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_step(mut self, on_step: impl FnMut(&Step) + 'c) -> Self {
        self.on_step = Box::new(on_step);
        self
    }
}

impl<C, S> fmt::Debug for Migrator<'_, C, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Migrator").field("lock_timeout", &self.wait).finish_non_exhaustive()
    }
}
