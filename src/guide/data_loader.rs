//! A data loader: the keys of many resolvers, one statement.
//!
//! A GraphQL server resolves fields one by one: "the posts of user 1", "the posts of user 2". A data loader collects the keys
//! that were asked for in one step and loads them together. Its batch function gets keys, not rows, and returns a map by
//! key: that is [`load_for_keys`](crate::preload::load_for_keys).
//!
//! This one is as small as it can be; those of GraphQL libraries have the same two halves, and take the body of `load`.
//!
//! ```
//! use std::collections::HashMap;
//!
//! use blog::models::{Comment, Post, User};
//! use blog::schema::{comments, posts};
//! use diesel::prelude::*;
//! use turbodiesel::prelude::*;
//!
//! /// Keys that were asked for, and what was found for them.
//! struct DataLoader<V> {
//!     wanted: Vec<i32>,
//!     found: HashMap<i32, V>,
//!     load: fn(&[i32], &mut SqliteConnection) -> turbodiesel::Result<HashMap<i32, V>>,
//! }
//!
//! impl<V> DataLoader<V> {
//!     fn want(&mut self, key: i32) {
//!         self.wanted.push(key);
//!     }
//!     /// One statement for all that was wanted since the last call.
//!     fn dispatch(&mut self, conn: &mut SqliteConnection) -> turbodiesel::Result<()> {
//!         let wanted: Vec<i32> = self.wanted.drain(..).filter(|key| !self.found.contains_key(key)).collect();
//!         self.found.extend((self.load)(&wanted, conn)?);
//!         Ok(())
//!     }
//! }
//!
//! let posts_of_user = |keys: &[i32], conn: &mut SqliteConnection| {
//!     load_for_keys::<User, _, _>(keys, has_many::<Post>().order(posts::created_at.desc()), conn)
//! };
//! let comments_of_post = |keys: &[i32], conn: &mut SqliteConnection| {
//!     load_for_keys::<Post, _, _>(keys, has_many::<Comment>().order(comments::id), conn)
//! };
//! let mut posts = DataLoader { wanted: vec![], found: HashMap::new(), load: posts_of_user };
//! let mut comments = DataLoader { wanted: vec![], found: HashMap::new(), load: comments_of_post };
//!
//! let conn = &mut blog::example()?;
//! [1, 2, 3, 2].into_iter().for_each(|user| posts.want(user)); // three resolvers, one of them twice
//! posts.dispatch(conn)?;
//! posts.found.values().flatten().for_each(|post| comments.want(post.id));
//! comments.dispatch(conn)?;
//!
//! assert_eq!(posts.found.len(), 3);
//! assert!(comments.found.values().flatten().count() > 0); // two statements so far
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A key without rows is in the map, with an empty `Vec` or `None`: so the loader does not ask for it again.
