//! What each database needs for its tables and for the circle of foreign keys between stores and staff.

use crate::{LoadError, Progress};
use diesel::{Connection, QueryResult};
use std::path::Path;

#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
mod sqlite;

/// A connection to a database that can hold Sakila: SQLite, PostgreSQL, MySQL or MariaDB.
///
/// [`create`](crate::create) and [`load`](crate::load) are the same as functions.
pub trait SakilaConnection: Connection {
    /// Creates the tables with their keys and indexes, in a database that has none of them.
    ///
    /// # Errors
    ///
    /// A table exists already, or the database fails. PostgreSQL and SQLite then create none; MySQL keeps those before.
    fn create_sakila(&mut self) -> QueryResult<()>;

    /// Loads the files of a folder into tables that are empty.
    ///
    /// # Errors
    ///
    /// See [`LoadError`]: whatever it is, no row stays behind.
    fn load_sakila(&mut self, dir: &Path, progress: &mut dyn FnMut(Progress)) -> Result<(), LoadError>;
}
