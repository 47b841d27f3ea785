//! What a piece of code sends to the database: how many statements, how long, and whether one is repeated for each row.
//!
//! # Find an N+1
//!
//! Diesel loads nothing by itself, so an N+1 is a loop that somebody wrote, sometimes two functions away from the query.
//! Put [`watch`](watch()) around the code, in a test:
//!
//! ```
//! use blog::{models::*, schema::*};
//! use diesel::prelude::*;
//! use turbodiesel::{prelude::*, watch::watch};
//!
//! fn titles(conn: &mut SqliteConnection, author: &User) -> QueryResult<Vec<String>> {
//!     posts::table.filter(posts::author_id.eq(author.id)).select(posts::title).load(conn)
//! }
//!
//! let conn = &mut blog::example()?;
//! let (_, log) = watch(conn, |conn| {
//!     let authors = users::table.select(User::as_select()).load(conn)?;
//!     authors.iter().map(|author| titles(conn, author)).collect::<QueryResult<Vec<_>>>()
//! })?;
//!
//! // `log.assert_no_n_plus_one()` fails here, and prints this:
//! let report = log.n_plus_ones().remove(0);
//! assert!(report.statement().ends_with("WHERE (`posts`.`author_id` = ?)"));
//! assert!(report.advice().unwrap().contains("load `posts` with the rows"));
//!
//! // All at once:
//! let (_, log) = watch(conn, |conn| users::table.select(User::as_select()).preload(has_many::<Post>()).load(conn))?;
//! log.assert_statements(2);
//! log.assert_no_n_plus_one();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! ```text
//! N+1: sent 20 times from one place, with 20 different keys:
//!   SELECT `posts`.`title` FROM `posts` WHERE (`posts`.`author_id` = ?)
//!   at shop/src/feed.rs:12 (shop::feed::titles)
//!   called from shop/src/feed.rs:20 (shop::feed::all)
//!   `posts.author_id` points back to each row: load `posts` with the rows, `.preload(has_many::<..>())` for the model of `posts`
//! ```
//!
//! # What counts as an N+1
//!
//! The same **read**, from the same **place** (line and callers), with **other keys**, at least [three
//! times](WatcherBuilder::threshold) within one [`scope`](scope()). A key is a value that chooses rows by equality or as a
//! member of a list. So these are none:
//!
//! | shape | why |
//! |---|---|
//! | inserts, updates and deletes in a loop | no reads |
//! | polling, a retry, a read for the second time | the keys stay; see [`Statement::duplicates`] |
//! | pages, by OFFSET or by a position | what changes follows `<`, `>`, LIMIT or OFFSET |
//! | one helper called from three lines | three places |
//! | the same read in each request | one a scope |
//! | a load of this crate that needs several pieces of one statement | they are one load |
//! | what stands in [`allow`] | you say why |
//!
//! A load of this crate *in a loop* is one, like any other read.
//!
//! Places come from backtraces, which are taken from the second time on; the lines need debug information
//! (`debug = "line-tables-only"` is enough).
//!
//! # Beyond a test
//!
//! A [`Watcher`] lives as long as you want, over any number of connections: [`install`](Watcher::install) it, or give it to
//! a pool. In a development server, [`on_n_plus_one`](WatcherBuilder::on_n_plus_one) reports while you click.
#![cfg_attr(feature = "async", doc = "")]
#![cfg_attr(
    feature = "async",
    doc = "Connections of diesel-async are watched alike: [`asynchronous`] has what is awaited."
)]

#[cfg(feature = "async")]
pub mod asynchronous;
#[cfg(all(feature = "async", feature = "sqlite"))]
mod followed;
mod journal;
mod log;
mod marks;
mod n_plus_one;
mod place;
mod recorder;
mod shape;
#[cfg(feature = "tracing")]
pub(crate) mod spans;
mod tokens;
mod watched;
mod watcher;

use std::cell::RefCell;

use diesel::connection::{Connection, get_default_instrumentation};

use crate::backend::Dialect;

pub use log::{Log, Statement, Transactions};
pub use marks::{allow, scope};
pub use n_plus_one::NPlusOne;
pub use place::Place;
pub use watched::Watched;
pub use watcher::{Watcher, WatcherBuilder};

/// Runs `f` and gives what it returned, with the log of what it sent through `conn`.
///
/// Meanwhile each event also goes to a new instrumentation of the process's default; afterwards, and after a panic, that
/// default is back on the connection. A `watch` within a `watch` of the same connection is seen by both.
///
/// ```
/// use diesel::prelude::*;
/// use turbodiesel::watch::watch;
/// use blog::schema::users;
///
/// let conn = &mut blog::example()?;
/// let (names, log) = watch(conn, |conn| users::table.select(users::name).load::<String>(conn))?;
/// log.assert_statements(1);
/// assert_eq!(log.statements().next().unwrap().fingerprint(), "SELECT `users`.`name` FROM `users`");
/// assert!(!names.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// The error of `f`; the log is lost then. A [`Watcher`] keeps it.
pub fn watch<C, T, E>(conn: &mut C, f: impl FnOnce(&mut C) -> Result<T, E>) -> Result<(T, Log), E>
where
    C: Connection<Backend: Dialect>,
{
    let watcher = Watcher::new();
    let watching = Watching::start(conn, watcher.clone());
    let value = f(watching.conn)?;
    drop(watching);
    Ok((value, watcher.log()))
}

thread_local! {
    /// The connections that this thread watches, by address: a connection does not move while it is borrowed.
    static WATCHED: RefCell<Vec<(usize, Watcher)>> = const { RefCell::new(Vec::new()) };
}

/// Who watches the connection at this address.
fn watcher_of(address: usize) -> Option<Watcher> {
    WATCHED.with_borrow(|watched| {
        watched.iter().rev().find(|(known, _)| *known == address).map(|(_, outer)| outer.clone())
    })
}

/// A connection that is watched until this is dropped, also by a panic.
struct Watching<'c, C: Connection<Backend: Dialect>> {
    conn: &'c mut C,
    outer: Option<Watcher>,
}

impl<'c, C: Connection<Backend: Dialect>> Watching<'c, C> {
    fn start(conn: &'c mut C, watcher: Watcher) -> Self {
        let address = std::ptr::from_mut(conn).addr();
        let outer = watcher_of(address);
        match &outer {
            Some(outer) => watcher.install_over(conn, outer.recorder::<C::Backend>(None, false)),
            None => watcher.install(conn),
        }
        WATCHED.with_borrow_mut(|watched| watched.push((address, watcher)));
        Watching { conn, outer }
    }
}

impl<C: Connection<Backend: Dialect>> Drop for Watching<'_, C> {
    fn drop(&mut self) {
        WATCHED.with_borrow_mut(|watched| watched.pop());
        match &self.outer {
            Some(outer) => outer.install(self.conn),
            None => self.conn.set_instrumentation(get_default_instrumentation()),
        }
    }
}
