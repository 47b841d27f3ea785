//! The sample domain: a blog with users, posts, comments, tags and translations, on SQLite, PostgreSQL, MySQL and
//! MariaDB, filled with as many rows as wanted.
//!
//! Each shape that a relation can have occurs once:
//!
//! | shape | where |
//! |---|---|
//! | has many | users and their [`Post`]s, posts and their [`Comment`]s |
//! | has one | users and their [`Profile`] |
//! | two keys to one table, one of them NULL | posts: `author_id` ([`Post`]), `editor_id` ([`EditedPost`]) |
//! | a key to its own table | comments: `parent_id` ([`Reply`]) |
//! | many to many, with a column on the link | posts, [`PostTag`], [`Tag`] |
//! | composite primary key, composite foreign key | [`Translation`], [`TranslationReview`] |
//!
//! ```
//! use blog::{models::Post, schema::posts};
//! use diesel::prelude::*;
//!
//! let conn = &mut blog::example()?;
//! let newest = posts::table.order(posts::created_at.desc()).select(Post::as_select()).first(conn)?;
//! assert!(newest.author_id > 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Diesel only: nothing here knows of the crate that is shown and tested on it.
//!
//! [`Post`]: models::Post
//! [`EditedPost`]: models::EditedPost
//! [`Comment`]: models::Comment
//! [`Reply`]: models::Reply
//! [`Profile`]: models::Profile
//! [`PostTag`]: models::PostTag
//! [`Tag`]: models::Tag
//! [`Translation`]: models::Translation
//! [`TranslationReview`]: models::TranslationReview
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
mod explain;
mod log;
pub mod migrations;
pub mod models;
mod relations;
/// The tables, as the diesel CLI prints them.
#[expect(missing_docs, reason = "the names are the documentation")]
pub mod schema;
mod seed;

pub use connection::BlogConnection;
pub use error::Error;
pub use log::{Statement, StatementLog};
pub use seed::{Counts, Seed, rows};

use diesel::prelude::*;

/// Creates the tables: runs the migrations that have not run yet.
///
/// # Errors
///
/// A migration fails.
pub fn create(conn: &mut impl BlogConnection) -> Result<(), Error> {
    conn.create()
}

/// Fills empty tables with the rows that a [`Seed`] describes, the same on every backend, in one transaction.
///
/// # Errors
///
/// The tables are missing or not empty, or the database fails: no row stays behind.
pub fn seed(conn: &mut impl BlogConnection, seed: &Seed) -> QueryResult<Counts> {
    conn.seed(seed)
}

/// Fills empty tables with one user and `n` posts, made by the database itself: a million in seconds.
///
/// The same rows on every backend: about three posts share a `created_at`, three in ten have no score.
///
/// # Errors
///
/// The tables are missing or not empty, or the database fails: no row stays behind.
pub fn seed_posts(conn: &mut impl BlogConnection, n: usize) -> QueryResult<Counts> {
    conn.seed_posts(n)
}

/// Has the database gather the statistics that its planner works with, as a server does by itself after a while.
///
/// On MySQL and MariaDB this ends an open transaction.
///
/// # Errors
///
/// The database fails.
pub fn analyze(conn: &mut impl BlogConnection) -> QueryResult<()> {
    conn.analyze()
}

/// The database's plan for a recorded statement, in its own words: JSON of the servers, and of SQLite the rows of EXPLAIN
/// QUERY PLAN, one a line, as `id|parent|notused|detail`.
///
/// ```
/// # use blog::{StatementLog, schema::posts};
/// # use diesel::prelude::*;
/// let conn = &mut blog::example()?;
/// let log = StatementLog::install(conn);
/// posts::table.find(1).select(posts::title).first::<String>(conn)?;
///
/// assert!(blog::explain(conn, &log.take()[0])?.ends_with("|SEARCH posts USING INTEGER PRIMARY KEY (rowid=?)\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// The database refuses to plan the statement.
pub fn explain(conn: &mut impl BlogConnection, statement: &Statement) -> QueryResult<String> {
    conn.explain(statement)
}

/// A small seeded database in memory, for examples.
///
/// # Errors
///
/// None that is known of.
pub fn example() -> Result<SqliteConnection, Error> {
    let mut conn = SqliteConnection::establish(":memory:")?;
    conn.create()?;
    conn.seed(&Seed::default())?;
    Ok(conn)
}
