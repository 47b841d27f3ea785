//! A loader of your own: children from a second database.
//!
//! [`load_with`](crate::preload::load_with()) makes a relation of a function: it gets all parents of a level at once and
//! returns one output for each, in their order. So it nests, stands beside other relations and has relations above it, as
//! any other. Here posts are in one database, and how often they were read is counted in another one.
//!
//! ```
//! use std::collections::HashMap;
//!
//! use blog::models::{Post, User};
//! use blog::schema::users;
//! use diesel::connection::SimpleConnection;
//! use diesel::prelude::*;
//! use turbodiesel::prelude::*;
//!
//! diesel::table! {
//!     reads (post_id) {
//!         post_id -> Integer,
//!         times -> BigInt,
//!     }
//! }
//!
//! /// One number for each post: one statement on the second database, whatever the number of posts.
//! fn times_read(statistics: &mut SqliteConnection, posts: &[&Post]) -> turbodiesel::Result<Vec<i64>> {
//!     let ids = posts.iter().map(|post| post.id);
//!     let found: Vec<(i32, i64)> = reads::table.filter(reads::post_id.eq_any(ids)).load(statistics)?;
//!     let by_post: HashMap<i32, i64> = found.into_iter().collect();
//!     Ok(posts.iter().map(|post| by_post.get(&post.id).copied().unwrap_or(0)).collect())
//! }
//!
//! let conn = &mut blog::example()?;
//! let statistics = &mut SqliteConnection::establish(":memory:")?;
//! statistics.batch_execute(
//!     "CREATE TABLE reads (post_id INTEGER NOT NULL PRIMARY KEY, times BIGINT NOT NULL);
//!      INSERT INTO reads VALUES (1, 70), (2, 30)",
//! )?;
//!
//! let authors: Vec<(User, Vec<(Post, i64)>)> = users::table
//!     .select(User::as_select())
//!     .preload(has_many::<Post>().preload(load_with(|posts: &[&Post], _| times_read(statistics, posts))))
//!     .load(conn)?;
//!
//! assert_eq!(authors.iter().flat_map(|(_, posts)| posts).map(|(_, times)| times).sum::<i64>(), 100);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Three things to know:
//!
//! * The function is called once for each load, with every parent of the level, also with none.
//! * A parent that stands twice in the result is there twice. `eq_any` of Diesel binds a value for each id: for more than a
//!   few thousand, send them in one bind, as this crate does.
//! * The second database is not part of the first one's transaction or snapshot.
