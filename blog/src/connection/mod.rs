//! What each database does in its own way.

use crate::{Counts, Error, Seed, Statement};
use diesel::{Connection, QueryResult};

#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
mod sqlite;

/// A connection to a database that can hold the blog: SQLite, PostgreSQL, MySQL or MariaDB.
///
/// The functions of the crate's root of the same names say more.
pub trait BlogConnection: Connection {
    /// See [`create`](crate::create).
    ///
    /// # Errors
    ///
    /// A migration fails.
    fn create(&mut self) -> Result<(), Error>;

    /// See [`seed`](crate::seed).
    ///
    /// # Errors
    ///
    /// The tables are missing or not empty, or the database fails.
    fn seed(&mut self, seed: &Seed) -> QueryResult<Counts>;

    /// See [`seed_posts`](crate::seed_posts).
    ///
    /// # Errors
    ///
    /// The tables are missing or not empty, or the database fails.
    fn seed_posts(&mut self, n: usize) -> QueryResult<Counts>;

    /// See [`analyze`](crate::analyze).
    ///
    /// # Errors
    ///
    /// The database fails.
    fn analyze(&mut self) -> QueryResult<()>;

    /// See [`explain`](crate::explain).
    ///
    /// # Errors
    ///
    /// The database refuses to plan the statement.
    fn explain(&mut self, statement: &Statement) -> QueryResult<String>;
}

/// The author of all posts of [`seed_posts`](crate::seed_posts).
const ONE_USER: &str = "INSERT INTO users (id, email, name, active, created_at)
    VALUES (1, 'ada1@example.com', 'Ada', TRUE, '2026-01-01 00:00:00')";
