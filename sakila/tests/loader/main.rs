//! The loader on SQLite: a small set of files that the tests write, the same with mistakes in it, and the real one.

mod bad_files;
mod folder;
mod real;
mod small;

use diesel::{Connection, SqliteConnection};

/// An empty database with the tables.
fn tables() -> SqliteConnection {
    let mut conn = SqliteConnection::establish(":memory:").unwrap();
    sakila::create(&mut conn).unwrap();
    conn
}
