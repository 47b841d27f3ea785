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
//!     .load(conn)?; // four statements, never more than seven, for ten users or for a million
//! assert!(feed.iter().any(|(_, posts, _)| posts.len() > 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | relation | each row gets | who carries the key |
//! |---|---|---|
//! | [`has_many`] | `Vec<C>` | the children |
//! | [`has_one`] | `Option<C>` | the child |
//! | [`belongs_to`] | `T`, or `Option<T>` for a nullable key | the row itself |
//! | [`many_to_many`] | `Vec<T>` | a link, which carries both keys |
//!
//! Whose key it is comes from Diesel's own derive: `#[diesel(belongs_to(User, foreign_key = author_id))]`.
//!
#![doc = include_str!("tutorial.md")]
//!
//! # All of it
//!
//! | combinator | each row gets |
//! |---|---|
//! | [`.limit_per_parent(n)`](Children::limit_per_parent), [`.offset_per_parent(n)`](Children::offset_per_parent) | `Vec<C>`: a few children of each parent, in a declared order |
//! | [`.latest(order)`](Children::latest) | `Option<C>`: the first child in an order, the newest one |
//! | [`.count()`](Children::count), [`.exists()`](Children::exists) | `i64`, `bool`: computed by the database, 0 and false for the childless |
//! | [`.sum::<T>(column)`](AggregateDsl::sum), [`avg`](AggregateDsl::avg), [`max`](AggregateDsl::max), [`min`](AggregateDsl::min) | `Option<T>`: `None` without a value |
//!
//! Each needs an index, and says which: [`relation.index_sql::<User, Pg>()`](IndexDsl::index_sql).
//!
//! | combinator | what it does |
//! |---|---|
//! | [`.map_into::<View>()`](Preloading::map_into) | the rows of a level, the root's too, as structs of your own |
//! | [`.preload_if(wanted, relation)`](Preloading::preload_if) | `Option<..>`; no statement where it is not wanted |
//! | [`.preload_at(Nth::<1>, relation)`](Preloading::preload_at) | a relation of another element of a row that is a tuple |
//! | [`.tree(depth)`](Children::tree) | what is below a row of a table that points to itself, or [above it](BelongsTo::tree) |
//! | [`if_some(relation)`](if_some()) | a relation of parents that may not be there: `Option<P>`, as a LEFT JOIN gives them |
//! | [`.shared()`](BelongsTo::shared) | `Arc<T>` for a belongs-to: one value for all rows that share it |
//! | [`.query(\|posts\| ..)`](Children::query) | any other change of a relation's query: a join, a box |
//! | [`.strategy(..)`](Children::strategy) | how the keys are sent, where the automatic choice is not the best |
//! | [`.load_optional(conn)`](Preloading::load_optional) | the first row or `None` |
//! | [`.in_snapshot()`](Preloading::in_snapshot) | all statements see the database at one moment |
//!
//! | function | what it does |
//! |---|---|
//! | [`load_with(\|parents, conn\| ..)`](load_with()) | a relation that a function of yours loads; the [guide](crate::guide::own_loader) builds one over a second database |
//! | [`preload_for(rows, relation, conn)`](preload_for) | a relation of rows that came from elsewhere |
//! | [`load_for_keys(keys, relation, conn)`](load_for_keys) | a map by key, without rows: for a [data loader](crate::guide::data_loader) |
//!
//! # What is promised
//!
//! * Rows keep the order of the query, and repeated rows each get their children.
//! * A row without children gets an empty `Vec` or `None`. No rows, or only NULL keys: nothing is sent.
//! * Nothing is chosen silently: a second row where one was promised, a key that points nowhere, a child that fits
//!   no parent are errors that name the relation and the column.
//! * The number of statements is known before the load: [`Preloading::statements`].

pub mod aggregate;
#[cfg(feature = "async")]
#[cfg_attr(docsrs, doc(cfg(feature = "async")))]
pub mod asynchronous;
pub(crate) mod belongs_to;
pub mod by;
mod children;
#[cfg(feature = "plan")]
mod explain;
#[cfg(all(feature = "plan", feature = "async"))]
mod explain_async;
mod for_keys;
pub(crate) mod has_many;
mod has_one;
mod index;
pub mod key;
pub mod level;
mod load_with;
mod many_to_many;
mod optional;
pub(crate) mod per_parent;
pub mod place;
pub mod plumbing;
pub mod relation;
mod snapshot;
#[cfg(feature = "async")]
#[cfg_attr(docsrs, doc(cfg(feature = "async")))]
pub mod snapshot_async;
mod strategy;
mod targets;
mod through;
mod tree;
mod tuple;

use std::marker::PhantomData;

use diesel::RunQueryDsl;
use diesel::connection::Connection;
use diesel::dsl::Limit;
use diesel::query_builder::AsQuery;
use diesel::query_dsl::methods::{LimitDsl, LoadQuery};

use crate::dsl;
use crate::error::Result;
use crate::mode::Blocking;
use crate::one_load;
use level::MapInto;
use plumbing::fetch::FetchAll;
use relation::{CountStatements, Relations, RootRow};

pub use aggregate::{Aggregate, AggregateDsl, Aggregated};
pub use belongs_to::{BelongsTo, Every, Filtered, Linked, belongs_to};
pub use for_keys::{ForKeys, KeysOf, load_for_keys};
pub use has_many::{Children, Many, has_many};
pub use has_one::{One, has_one};
pub use index::{IndexDsl, Indexed};
pub use key::{Bound, Key, KeyValue, ParentKey};
pub use load_with::{LoadWith, load_with, preload_for};
pub use many_to_many::{Entry, ManyToMany, TargetsOnly, WithLink, many_to_many};
pub use optional::{IfSome, if_some};
pub use per_parent::{FirstOfEach, HasOrder, Sorted, TopOf};
pub use place::Nth;
pub use relation::Statements;
pub use snapshot::{InSnapshot, in_snapshot};
pub use strategy::Strategy;
pub use through::Via;
pub use tree::{Ancestors, Node, Tree};
pub use tuple::{Append, AppendAt};

/// `.preload(relation)` on every Diesel query.
pub trait PreloadDsl: Sized {
    /// Loads a relation with the rows of this query.
    ///
    /// The query says which rows are the parents: `.select(User::as_select())`, or a tuple that starts with the parent.
    fn preload<R>(self, relation: R) -> dsl::Preload<Self, R> {
        Preloading { query: self, relations: ().append(relation), mode: PhantomData }
    }

    /// Loads a relation with the rows of this query if `wanted`: [`Preloading::preload_if`].
    fn preload_if<R>(self, wanted: bool, relation: R) -> dsl::Preload<Self, Option<R>> {
        self.preload(wanted.then_some(relation))
    }

    /// Loads a relation of another element of the rows: [`Preloading::preload_at`].
    fn preload_at<const N: usize, R>(self, _: Nth<N>, relation: R) -> dsl::PreloadAt<Self, N, R> {
        Preloading { query: self, relations: ().append_at(relation), mode: PhantomData }
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

    /// Loads one more relation if `wanted`: `Option<..>`, `None` for every row and no statement where it is not. Where it is, the
    /// statement is that of the relation, on each backend.
    ///
    /// For what each request asks for, as a GraphQL selection does. An `Option` of a relation is a relation too:
    /// `.preload(selection.posts.then(|| has_many::<Post>()))`.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, Profile, User}, schema::users};
    /// use turbodiesel::prelude::*;
    ///
    /// # let (with_posts, with_profile) = (true, false);
    /// let conn = &mut blog::example()?;
    /// let load = users::table
    ///     .select(User::as_select())
    ///     .preload_if(with_posts, has_many::<Post>())
    ///     .preload_if(with_profile, has_one::<Profile>());
    /// assert_eq!(load.statements().fixed(), 2);
    /// let users: Vec<(User, Option<Vec<Post>>, Option<Option<Profile>>)> = load.load(conn)?;
    /// assert!(users.iter().all(|(_, posts, profile)| posts.is_some() && profile.is_none()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn preload_if<R>(self, wanted: bool, relation: R) -> Preloading<Q, S::Output, M>
    where
        S: Append<Option<R>>,
    {
        self.preload(wanted.then_some(relation))
    }

    /// Loads a relation of another element of the rows than the first: `.preload_at(Nth::<1>, ..)` of the second.
    ///
    /// An element that may not be there (`Option<T>`, a LEFT JOIN) takes its relation in [`if_some`]. The statement is that
    /// of the relation, with the keys of that element; nothing is sent where no row has a key.
    ///
    /// ```sql
    /// -- PostgreSQL; the others with their own list of keys
    /// SELECT "comments"."id", "comments"."post_id", .. FROM "comments" WHERE "comments"."post_id" = ANY($1)
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Comment, Post, User}, schema::{posts, users}};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let rows: Vec<((User, Post), Vec<Comment>)> = users::table
    ///     .inner_join(posts::table.on(posts::author_id.eq(users::id)))
    ///     .select((User::as_select(), Post::as_select()))
    ///     .preload_at(Nth::<1>, has_many::<Comment>())
    ///     .load(conn)?;
    /// assert!(rows.iter().all(|((_, post), comments)| comments.iter().all(|comment| comment.post_id == post.id)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn preload_at<const N: usize, R>(self, _: Nth<N>, relation: R) -> Preloading<Q, S::Output, M>
    where
        S: AppendAt<Nth<N>, R>,
    {
        Preloading { query: self.query, relations: self.relations.append_at(relation), mode: self.mode }
    }

    /// Gives the rows as structs of your own: `V: From<(User, Vec<Post>)>`, the row with its relations as they would have
    /// been without it. Relations have it too, for the rows of their level. No further relation can follow. The statements are
    /// the same, and no rows become none.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, User}, schema::users};
    /// use turbodiesel::prelude::*;
    ///
    /// struct Author {
    ///     name: String,
    ///     titles: Vec<Title>,
    /// }
    /// #[derive(Clone)]
    /// struct Title(String);
    ///
    /// impl From<(User, Vec<Title>)> for Author {
    ///     fn from((user, titles): (User, Vec<Title>)) -> Self {
    ///         Author { name: user.name, titles }
    ///     }
    /// }
    /// impl From<Post> for Title {
    ///     fn from(post: Post) -> Self {
    ///         Title(post.title)
    ///     }
    /// }
    ///
    /// let conn = &mut blog::example()?;
    /// let authors: Vec<Author> = users::table
    ///     .select(User::as_select())
    ///     .preload(has_many::<Post>().map_into::<Title>())
    ///     .map_into::<Author>()
    ///     .load(conn)?;
    /// assert!(authors.iter().any(|author| !author.name.is_empty() && author.titles.iter().all(|Title(t)| !t.is_empty())));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn map_into<V>(self) -> Preloading<Q, MapInto<S, V>, M> {
        Preloading { query: self.query, relations: MapInto::new(self.relations), mode: self.mode }
    }

    /// Loads query and relations from one snapshot of the database: what others commit while the load runs is not seen.
    ///
    /// Without it each statement sees what is committed when it runs. Then a child may be there whose parent is not yet, a
    /// row that was deleted in between is missing, and a belongs-to of such a row is an error
    /// ([`is_concurrent_change`](crate::Error::is_concurrent_change)).
    ///
    /// Outside of a transaction it opens a read-only one and ends it, whatever happens, a panic included. Inside a
    /// transaction of the caller's it opens none and uses that one if it gives a snapshot, which the server is asked; one
    /// that does not is an error ([`is_weak_isolation`](crate::Error::is_weak_isolation)), as nothing can make it one.
    ///
    /// ```sql
    /// -- PostgreSQL: two questions whether a transaction is open, and of which isolation
    /// BEGIN
    /// SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY
    /// SELECT ..
    /// COMMIT
    /// -- MySQL, MariaDB: one question
    /// SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY
    /// BEGIN
    /// SELECT ..
    /// COMMIT
    /// -- SQLite: each transaction is a snapshot, and a BEGIN that fails says that one is open
    /// BEGIN
    /// ROLLBACK
    /// BEGIN
    /// SELECT ..
    /// COMMIT
    /// ```
    ///
    /// * MySQL and MariaDB hide the isolation of a transaction that began after `SET TRANSACTION ISOLATION LEVEL` (without
    ///   SESSION): theirs is taken for that of the session.
    /// * MySQL has no variable that says whether a transaction is open, as MariaDB has: a savepoint is tried there.
    /// * SQLite in its default journal mode makes writers wait while a snapshot is read; in WAL mode it does not.
    /// * PostgreSQL's default is READ COMMITTED, also for `begin_test_transaction`: send `SET TRANSACTION ISOLATION LEVEL
    ///   REPEATABLE READ` as its first statement.
    /// * For several loads, or a page and what hangs on it: [`in_snapshot`](in_snapshot()).
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Comment, Post, User}, schema::users};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let authors: Vec<(User, Vec<(Post, Vec<Comment>)>)> = users::table
    ///     .select(User::as_select())
    ///     .preload(has_many::<Post>().preload(has_many::<Comment>()))
    ///     .in_snapshot()
    ///     .load(conn)?;
    /// assert!(!authors.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn in_snapshot(self) -> InSnapshot<Self> {
        InSnapshot { load: self }
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
    #[track_caller]
    pub fn load<'q, Conn, R, Row>(self, conn: &mut Conn) -> Result<Vec<Row>>
    where
        Q: AsQuery<SqlType: RootRow<R>> + LoadQuery<'q, Conn, R>,
        S: Relations<R, <Q::SqlType as RootRow<R>>::Lens, Row = Row>,
        Conn: Connection + FetchAll<'q, S, R, <Q::SqlType as RootRow<R>>::Lens>,
    {
        let _load = one_load::begin();
        let rows = RunQueryDsl::load::<R>(self.query, conn)?;
        conn.fetch_all(self.relations, rows)
    }

    /// The first row with its relations, or `None` where there is none: then no relation is asked for.
    ///
    /// One row is asked for, with `LIMIT 1` in place of a limit that the query may have, as Diesel's own `first` does.
    ///
    /// ```sql
    /// SELECT "users"."id", .. FROM "users" WHERE "users"."email" = $1 LIMIT $2
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, User}, schema::users};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let find = |id: i32| users::table.find(id).select(User::as_select()).preload(has_many::<Post>());
    /// let user: Option<(User, Vec<Post>)> = find(1).load_optional(conn)?;
    /// assert!(user.is_some_and(|(user, posts)| user.id == 1 && !posts.is_empty()));
    /// assert!(find(-1).load_optional(conn)?.is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`load`](Preloading::load).
    #[track_caller]
    pub fn load_optional<'q, Conn, R, Row>(self, conn: &mut Conn) -> Result<Option<Row>>
    where
        Q: LimitDsl,
        Limit<Q>: AsQuery<SqlType: RootRow<R>> + LoadQuery<'q, Conn, R>,
        S: Relations<R, <<Limit<Q> as AsQuery>::SqlType as RootRow<R>>::Lens, Row = Row>,
        Conn: Connection + FetchAll<'q, S, R, <<Limit<Q> as AsQuery>::SqlType as RootRow<R>>::Lens>,
    {
        let limited = Preloading { query: LimitDsl::limit(self.query, 1), relations: self.relations, mode: self.mode };
        Ok(limited.load(conn)?.into_iter().next())
    }
}
