//! Eager loading: the children of all rows of a result, in a number of statements that does not depend on the rows.
//!
//! # The problem
//!
//! A list of users with their posts is one statement for the users and then, in a loop, one for the posts of each: N+1.
//! The way out is one statement for the posts of *all* users, and then code that gives every user the right ones. In
//! plain Diesel that code is written by hand for each level: load, collect the keys, load, group, zip. This module
//! writes it.
//!
//! # Preload
//!
//! Say which rows, then what comes with them. The types of the result are inferred.
//!
//! ```
//! # use diesel::prelude::*;
//! use blog::{models::*, schema::*};
//! use turbodiesel::prelude::*;
//!
//! let conn = &mut blog::example()?;
//! let feed: Vec<(User, Vec<(Post, Vec<Comment>)>, Option<Profile>)> = users::table
//!     .filter(users::active.eq(true))
//!     .select(User::as_select())
//!     .preload(
//!         has_many::<Post>()
//!             .filter(posts::published.eq(true))
//!             .order(posts::created_at.desc())
//!             .preload(has_many::<Comment>().order(comments::id)),
//!     )
//!     .preload(has_one::<Profile>())
//!     .load(conn)?; // four statements, for ten users or for a million
//! assert!(feed.iter().any(|(_, posts, _)| posts.len() > 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | relation | each row gets | who carries the key |
//! |---|---|---|
//! | [`has_many`] | `Vec<C>` | the children |
//! | [`has_one`] | `Option<C>` | the child |
//! | [`belongs_to`] | `T`, or `Option<T>` for a nullable key | the row itself |
//!
//! Whose key it is comes from Diesel's own derive: `#[diesel(belongs_to(User, foreign_key = author_id))]`.
//!
//! # What is promised
//!
//! * Rows keep the order of the query, and repeated rows each get their children.
//! * A row without children gets an empty `Vec` or `None`. No rows, or only NULL keys: nothing is sent.
//! * Nothing is chosen silently: a second row where one was promised, a key that points nowhere, a child that fits
//!   no parent are errors that name the relation and the column.
//! * The number of statements is known before the load: [`Preloading::statements`].
//!
//! The rows of one load come from several statements. Inside a transaction of repeatable reads they are one snapshot;
//! outside of one, a row that another connection deletes in between can be missing.

pub(crate) mod belongs_to;
pub(crate) mod has_many;
mod has_one;
pub mod plumbing;
pub mod relation;
mod tuple;

use std::marker::PhantomData;

use diesel::RunQueryDsl;
use diesel::connection::Connection;
use diesel::query_builder::AsQuery;
use diesel::query_dsl::methods::LoadQuery;

use crate::error::Result;
use crate::mode::Blocking;
use plumbing::fetch::FetchAll;
use relation::{CountStatements, Relations, RootRow};

pub use belongs_to::{BelongsTo, Every, Filtered, belongs_to};
pub use has_many::{Children, Many, has_many};
pub use has_one::{One, has_one};
pub use plumbing::keys::{Key, KeyValue};
pub use relation::Statements;
pub use tuple::Append;

/// `.preload(relation)` on every Diesel query.
pub trait PreloadDsl: Sized {
    /// Loads a relation with the rows of this query.
    ///
    /// The query says which rows are the parents: `.select(User::as_select())`, or a tuple that starts with the parent.
    fn preload<R>(self, relation: R) -> Preloading<Self, (R,), Blocking> {
        Preloading { query: self, relations: (relation,), mode: PhantomData }
    }
}

impl<Q: AsQuery> PreloadDsl for Q {}

/// A query and what is loaded with its rows.
#[must_use = "nothing is sent before `.load(conn)`"]
#[derive(Debug, Clone, Copy)]
pub struct Preloading<Q, S, M> {
    query: Q,
    relations: S,
    mode: PhantomData<M>,
}

impl<Q, S, M> Preloading<Q, S, M> {
    /// Loads one more relation of the same rows: `(User, Vec<Post>, Option<Profile>)`. Eight at most.
    pub fn preload<R>(self, relation: R) -> Preloading<Q, S::Output, M>
    where
        S: Append<R>,
    {
        Preloading { query: self.query, relations: self.relations.append(relation), mode: self.mode }
    }

    /// How many statements [`load`](Preloading::load) sends at most.
    pub fn statements(&self) -> Statements
    where
        S: CountStatements,
    {
        Statements::fixed_at(1) + self.relations.statements()
    }
}

impl<Q, S> Preloading<Q, S, Blocking> {
    /// Sends the query and one statement for each relation, and gives every row what belongs to it.
    ///
    /// Works on a connection, a pooled connection and inside a transaction.
    ///
    /// # Errors
    ///
    /// The database's errors; a second row of a has-one; a belongs-to that dangles.
    pub fn load<'q, Conn, R, Row>(self, conn: &mut Conn) -> Result<Vec<Row>>
    where
        Q: AsQuery<SqlType: RootRow<R>> + LoadQuery<'q, Conn, R>,
        S: Relations<R, <Q::SqlType as RootRow<R>>::Lens, Row = Row>,
        Conn: Connection + FetchAll<'q, S, R, <Q::SqlType as RootRow<R>>::Lens>,
    {
        let rows = RunQueryDsl::load::<R>(self.query, conn)?;
        conn.fetch_all(self.relations, rows)
    }
}
