//! Find an N+1, repair it, and keep it out.
//!
//! Diesel loads nothing behind your back, so an N+1 is a loop that somebody wrote, often two functions away from the query.
//! No compiler sees it and no small test data set feels it. [`watch`](mod@crate::watch) counts.
//!
//! # In a test
//!
//! Put `watch` around what one request does, on rows that are more than a few. Here is a page of authors; somebody asks for
//! each one's latest post.
//!
//! ```
//! use blog::{models::*, schema::*};
//! use diesel::prelude::*;
//! use turbodiesel::{prelude::*, watch::watch};
//!
//! fn latest(conn: &mut SqliteConnection, author: &User) -> QueryResult<Option<Post>> {
//!     let posts = posts::table.filter(posts::author_id.eq(author.id)).order(posts::id.desc());
//!     posts.select(Post::as_select()).first(conn).optional()
//! }
//!
//! fn page(conn: &mut SqliteConnection) -> QueryResult<Vec<(User, Option<Post>)>> {
//!     let mut page = Vec::new();
//!     for author in users::table.select(User::as_select()).order(users::id).load(conn)? {
//!         let post = latest(conn, &author)?;
//!         page.push((author, post));
//!     }
//!     Ok(page)
//! }
//!
//! let conn = &mut blog::example()?;
//! let (authors, log) = watch(conn, page)?;
//!
//! // 1. The number says that there is something. `log.assert_at_most(4)` would fail, and list the statements.
//! assert_eq!(log.len(), 1 + authors.len() as u64);
//!
//! // 2. The report says what and where. `log.assert_no_n_plus_one()` would fail, and print it.
//! let found = log.n_plus_ones().remove(0);
//! assert_eq!(found.count(), authors.len() as u64);
//! assert!(found.to_string().contains("::latest") && found.to_string().contains("called from"));
//! assert!(found.advice().unwrap().contains("`posts.author_id` points back to each row"));
//!
//! // 3. The repair asks once for all rows.
//! let authors_with_latest = users::table
//!     .select(User::as_select())
//!     .order(users::id)
//!     .preload(has_many::<Post>().latest(posts::id.desc()));
//! let (repaired, log) = watch(conn, |conn| authors_with_latest.load(conn))?;
//! assert_eq!(repaired, authors);
//!
//! // 4. These two lines keep it out.
//! log.assert_statements(2);
//! log.assert_no_n_plus_one();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The report names the line that reads and who called it:
//!
//! ```text
//! N+1: sent 20 times from one place, with 20 different keys:
//!   SELECT `posts`.`id`, .. FROM `posts` WHERE (`posts`.`author_id` = ?) ORDER BY `posts`.`id` DESC LIMIT ?
//!   at shop/src/feed.rs:12 (shop::feed::latest)
//!   called from shop/src/feed.rs:20 (shop::feed::page)
//!   `posts.author_id` points back to each row: load `posts` with the rows, `.preload(has_many::<..>())` for the model of `posts`
//! ```
//!
//! Which shapes are an N+1, and which only look like one, stands in [`watch`](mod@crate::watch#what-counts-as-an-n1).
//!
//! # In development
//!
//! A test finds what it runs. While you click through the application, a [`Watcher`](crate::watch::Watcher) over the whole
//! pool finds the rest. Each request takes a connection out of the pool, and that is a scope: the same read in two requests is
//! no N+1. A request that takes several connections is one if the middleware says so, with [`scope`](crate::watch::scope()).
//!
//! ```
//! use std::sync::mpsc;
//!
//! use blog::schema::tags;
//! use diesel::prelude::*;
//! use diesel::r2d2::{ConnectionManager, Pool};
//! use turbodiesel::{testing::TestDb, watch::Watcher};
//!
//! let (send, reports) = mpsc::channel();
//! let watcher = Watcher::builder()
//!     .threshold(5)
//!     .on_n_plus_one(move |found| drop(send.send(found.to_string()))) // or `tracing::warn!("{found}")`
//!     .build();
//! let db = TestDb::<SqliteConnection>::new(blog::migrations::SQLITE)?;
//! let pool = Pool::builder()
//!     .connection_customizer(Box::new(watcher.clone()))
//!     .build(ConnectionManager::<SqliteConnection>::new(db.url()))?;
//!
//! // Ten requests that read one tag each: nothing to say.
//! for id in 0..10 {
//!     tags::table.find(id).select(tags::name).first::<String>(&mut pool.get()?).optional()?;
//! }
//! assert!(reports.try_recv().is_err());
//!
//! // One request that reads ten tags, one by one.
//! let mut conn = pool.get()?;
//! for id in 0..10 {
//!     tags::table.find(id).select(tags::name).first::<String>(&mut conn).optional()?;
//! }
//! assert!(reports.try_recv()?.starts_with("N+1: sent 5 times"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A loop that stays
//!
//! Some loops are right: three keys at most, a script that runs once a year. [`allow`](crate::watch::allow) takes the reason,
//! and the log shows it, so that the exception is found again when the reason is gone.
