//! Sakila, the sample database of a DVD rental shop: 15 tables, 46,000 rows, as Diesel models, with a loader for its
//! files on SQLite, PostgreSQL, MySQL and MariaDB.
//!
//! It is real data with the shapes that are hard for a data layer: chains of five tables, two foreign keys to one
//! table, composite primary keys, a circle of foreign keys, a nullable column to order by, heavy ties, decimal money.
//! Diesel only: nothing here knows of the crate that is tested on it.
//!
//! ```no_run
//! use diesel::prelude::*;
//!
//! let mut conn = SqliteConnection::establish(":memory:")?;
//! sakila::create(&mut conn)?;
//! sakila::load(&mut conn, "path/to/the/files", |progress| {
//!     println!("{}: {} of {} rows", progress.table, progress.rows, progress.total);
//! })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The files
//!
//! One tab-separated file a table, `<table>.tsv`, in the text format of PostgreSQL's COPY: the first line names the
//! columns, `\N` is NULL, a tab, a line break or a backslash inside a field is escaped. Times are whole seconds.
//!
//! # What is the same on every database
//!
//! * [`schema`] and [`models`]: the tables are made so that one description fits.
//! * Money: DECIMAL columns, read as [`Money`], exact to the cent even where SQLite keeps a floating-point number.
//! * The order of text: by its bytes.
//! * Primary keys are plain integers that the files give; no sequence counts on from them.
//!
//! # Features
//!
//! `postgres` and `mysql` bring Diesel's connections, which link `libpq` and `libmysqlclient` or `libmariadb`.
//! SQLite is always there, compiled in.

#![forbid(unsafe_code)]

// Only for its feature that compiles SQLite in.
use libsqlite3_sys as _;

mod connection;
mod error;
mod field;
mod load;
pub mod models;
mod money;
mod record;
pub mod schema;
mod source;

pub use connection::SakilaConnection;
pub use error::{FieldProblem, LoadError};
pub use load::Progress;
pub use money::{Money, ParseMoneyError};

use diesel::QueryResult;
use std::path::Path;

/// Creates the 15 tables, in a database that has none of them.
///
/// # Errors
///
/// A table exists already, or the database fails.
pub fn create<C: SakilaConnection>(conn: &mut C) -> QueryResult<()> {
    conn.create_sakila()
}

/// Loads the 15 files of the folder `dir` into the empty tables, in one transaction: all rows or none.
///
/// Every file is opened and its header checked before the first row is sent. `progress` is told after each batch of
/// rows. At the end every foreign key has been checked, on SQLite too.
///
/// # Errors
///
/// A file is missing, has other columns or a bad line, the database refuses rows, or rows point to rows that are not
/// there: see [`LoadError`].
pub fn load<C: SakilaConnection>(
    conn: &mut C,
    dir: impl AsRef<Path>,
    mut progress: impl FnMut(Progress),
) -> Result<(), LoadError> {
    conn.load_sakila(dir.as_ref(), &mut progress)
}
