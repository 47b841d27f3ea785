//! **Diesel's typed queries, plus the two things every data layer needs and Diesel leaves to hand-written code: eager
//! loading without N+1, and keyset pagination.** Both are checked by the compiler and proven by query plans, on SQLite,
//! PostgreSQL and MariaDB. It is a small crate over Diesel: it extends the query builder and replaces nothing.
//!
//! ```
//! use blog::{models::*, schema::*}; // your own schema.rs and models
//! use diesel::prelude::*;
//! use turbodiesel::prelude::*;
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let conn = &mut blog::example()?; // any Diesel connection
//!
//!     let feed: Vec<(User, Vec<(Post, Vec<Comment>)>, Option<Profile>)> = users::table
//!         .filter(users::active.eq(true))
//!         .select(User::as_select())
//!         .preload(
//!             has_many::<Post>()
//!                 .filter(posts::published.eq(true))
//!                 .order(posts::created_at.desc())
//!                 .preload(has_many::<Comment>().order(comments::id)),
//!         )
//!         .preload(has_one::<Profile>())
//!         .load(conn)?; // four statements, never more than seven, for ten users or for a million
//!
//!     assert!(feed.iter().any(|(_, posts, _)| !posts.is_empty()));
//!     Ok(())
//! }
//! ```
//!
//! # Where to look
//!
//! * [`preload`]: eager loading, as a tutorial.
//! * [`keyset`]: pages, as a tutorial.
//! * [`repository`]: the everyday operations of one model.
//! * [`prelude`]: what a program imports with one `use`; [`async_prelude`] to await its loads.
//! * [`dsl`]: names for the types that the methods return.
//! * [`backend`]: where databases differ, and what is sent to each.
//! * [`guide`]: longer examples.
//! * [`plan`]: what the database does with a statement, and how to [insist](guide::index_is_used) on an index.
//! * [`watch`](mod@watch): what a piece of code sends, as a how-to: find an N+1.
//! * [`Error`]: what can go wrong.
//!
//! # Features
//!
//! None is on by default; all of them add up.
//!
//! | feature | what it adds |
//! |---|---|
//! | `sqlite`, `postgres`, `mysql` | the SQL of that database, for any connection of its Diesel backend; `postgres` and `mysql` link no client library |
//! | `chrono`, `uuid`, `numeric` | dates and times, `Uuid`, `BigDecimal` as [keys](preload::Key) of relations |
//! | `signing` | [`keyset::CursorSecret`]: cursors that nobody can make or change without the key |
//! | `serde` | cursors as their text, pages with their rows and cursors |
//! | `repository` | [`repository`]: get, find, create, update, delete, over any model |
//! | `migrations` | [`migrate`]: migrations at start-up and in operations, with a lock, a history and checks |
//! | `r2d2` | [`pool`]: set-up for the connections of a pool, and watching them |
//! | `testing` | [`testing::TestDb`]: a fresh, migrated database for each test |
//! | `watch` | [`watch`](mod@watch): what code sends, and the line of an N+1 |
//! | `plan` | [`plan`]: query plans as values, with questions and assertions |
//! | `async` | [`async_prelude`]: the same loads and pages, awaited, on the connections of diesel-async |
//! | `tracing` | a span for each statement that is watched |
//! | `migrations` or `testing` | [`SqlMigrations`]: migrations that keep the text of their SQL |
#![cfg_attr(
    not(all(feature = "testing", feature = "signing", feature = "watch", feature = "plan", feature = "async")),
    allow(rustdoc::broken_intra_doc_links)
)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

#[cfg(feature = "async")]
#[cfg_attr(docsrs, doc(cfg(feature = "async")))]
pub mod async_prelude;
pub mod backend;
mod clauses;
#[cfg(feature = "async")]
#[cfg_attr(docsrs, doc(cfg(feature = "async")))]
pub mod driver;
pub mod dsl;
pub mod error;
pub mod guide;
mod index;
pub mod keyset;
#[cfg(feature = "migrations")]
pub mod migrate;
pub mod mode;
mod nesting;
mod one_load;
#[cfg(feature = "plan")]
pub mod plan;
#[cfg(feature = "r2d2")]
pub mod pool;
pub mod preload;
pub mod prelude;
#[cfg(feature = "repository")]
pub mod repository;
#[cfg(any(feature = "testing", feature = "migrations"))]
mod sql_migrations;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "watch")]
pub mod watch;

pub use error::{Constraint, ConstraintKind, Error, ErrorKind, Result};
#[cfg(any(feature = "testing", feature = "migrations"))]
pub use sql_migrations::{SqlMigration, SqlMigrations};

/// The code of the README, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
