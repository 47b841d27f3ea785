//! The everyday operations of one model: get, find, list, create, update, delete. Thin, typed, and no wall around Diesel.
//!
//! ```
//! use blog::{models::{NewUser, User}, schema::users};
//! use diesel::prelude::*;
//! use turbodiesel::prelude::*;
//!
//! let conn = &mut blog::example()?;
//! let mut ada = conn.repo::<User>().create(&NewUser { email: "ada@lovelace.uk", name: "Ada" })?;
//! assert!(ada.active); // the database's default
//!
//! ada.name = "Ada L.".into();
//! let ada = conn.repo::<User>().update(&ada)?;
//! assert_eq!(conn.repo::<User>().get(ada.id)?, Some(ada.clone()));
//! assert_eq!(conn.repo::<User>().find_by(users::email.eq("ada@lovelace.uk"))?, Some(ada.clone()));
//!
//! assert!(conn.repo::<User>().delete(ada.id)?);
//! assert!(!conn.repo::<User>().delete(ada.id)?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`repo`](RepositoryDsl::repo) is a short borrow of the connection; [`Repository::new`] is the same, to be held. Both take
//! a connection, a pooled connection, and the connection inside of `conn.transaction(..)`, and commit nothing that the
//! caller has begun.
//!
//! Each operation asks for what it needs of the model, and says so where it is missing:
//!
//! | operation | derives | statements |
//! |---|---|---|
//! | [`get`](Repository::get), [`get_many`](Repository::get_many), [`get_all`](Repository::get_all), [`find_by`](Repository::find_by), [`list`](Repository::list), [`query`](Repository::query) | `Queryable, Selectable, Identifiable` | one |
//! | [`exists`](Repository::exists), [`count`](Repository::count), [`delete`](Repository::delete) | `Identifiable` | one |
//! | [`create`](Repository::create), [`create_with_id`](Repository::create_with_id) | `Insertable` on what is written | one with RETURNING; MySQL and MariaDB: an INSERT and a SELECT in a transaction |
//! | [`create_many`](Repository::create_many) | `Insertable` on what is written | one for each 250 rows and at most eleven for the rest, in a transaction |
//! | [`update`](Repository::update), [`update_versioned`](Repository::update_versioned) | `AsChangeset, Identifiable` on the changes | one with RETURNING; MySQL and MariaDB: an UPDATE and a SELECT in a transaction |
//!
//! # A repository of one's own
//!
//! Give it a name, and give it what the application asks for. The generic operations stay one call away.
//!
//! ```
//! # use blog::{models::User, schema::users};
//! # use diesel::prelude::*;
//! use turbodiesel::repository::Repository;
//!
//! struct UserRepository<'c>(Repository<'c, User, SqliteConnection>);
//!
//! impl UserRepository<'_> {
//!     fn get_by_email(&mut self, email: &str) -> turbodiesel::Result<Option<User>> {
//!         self.0.find_by(users::email.eq(email))
//!     }
//! }
//!
//! let conn = &mut blog::example()?;
//! let mut users = UserRepository(Repository::new(conn));
//! assert!(users.get_by_email("nobody@example.com")?.is_none());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `examples/repository.rs` goes on from here: code that asks for a trait runs on the database, and in tests on a fake.
//!
//! # When plain Diesel is better
//!
//! Where a statement is about more than one row of one table: joins, `UPDATE .. WHERE`, upserts (what conflicts is another
//! thing on each database), inserts from a select, locks (`FOR UPDATE`). A repository that grows a method for each screen
//! hides the query language that you chose Diesel for. Start from [`query`](Repository::query) instead: it is a plain Diesel
//! query, so filters, [`preload`](crate::preload) and [`keyset`](crate::keyset) follow.
//!
#![cfg_attr(feature = "async", doc = "[`asynchronous`] has the same operations for connections that are awaited.")]
#![cfg_attr(feature = "async", doc = "")]
//! There is no `save` that guesses between INSERT and UPDATE, and no transaction method: `conn.transaction(..)` is Diesel's.

#[cfg(feature = "async")]
pub mod asynchronous;
mod created;
#[cfg(feature = "async")]
mod deletes_async;
mod read;
mod reads;
mod returning;
mod statement;
mod update;
#[cfg(feature = "async")]
mod writes_async;

use std::fmt;
use std::marker::PhantomData;

use diesel::associations::HasTable;
use diesel::connection::Connection;
use diesel::dsl::{AsSelect, Select};
use diesel::expression::{Expression, Selectable, SelectableHelper};
use diesel::query_dsl::methods::SelectDsl;
use diesel::query_source::Table;

use crate::backend::Dialect;
use crate::mode::Blocking;

pub use created::{Create, CreateMany, CreateWithId, Creates};
pub use reads::{Counts, Finds, Gets, GetsMany, Reads};
pub use returning::Returning;
pub use statement::{Batch, Steps};
pub use update::{Deletes, UpdateRow, UpdateVersioned, VersionNumber, Versioned};

// For the backends.
pub(crate) use returning::returning;
#[cfg_attr(not(any(feature = "sqlite", feature = "postgres", feature = "mysql")), allow(unused_imports))]
pub(crate) use statement::{Insert, insert};

/// The operations of one model `M` on a connection. Made by [`repo`](RepositoryDsl::repo) or [`new`](Repository::new).
#[must_use = "a repository does nothing by itself: call one of its operations"]
pub struct Repository<'c, M, C, Mode = Blocking> {
    conn: &'c mut C,
    marker: PhantomData<fn() -> (M, Mode)>,
}

impl<'c, M: Model, C> Repository<'c, M, C, Blocking> {
    /// A repository that holds the connection as long as it lives.
    ///
    /// ```
    /// use blog::models::User;
    /// use turbodiesel::repository::Repository;
    ///
    /// let conn = &mut blog::example()?;
    /// let mut users = Repository::<User, _>::new(conn);
    /// assert!(users.get(1)?.is_some() && users.get(-1)?.is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(conn: &'c mut C) -> Self {
        Repository { conn, marker: PhantomData }
    }
}

impl<M, C> Repository<'_, M, C, Blocking> {
    /// The plain Diesel query of the model: `M::table().select(M::as_select())`.
    ///
    /// ```sql
    /// SELECT "users"."id", "users"."email", .. FROM "users"
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, User}, schema::users};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let active = conn.repo::<User>().query().filter(users::active.eq(true)).preload(has_many::<Post>());
    /// let active: Vec<(User, Vec<Post>)> = active.load(conn)?;
    /// assert!(active.iter().all(|(user, _)| user.active));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "queries do nothing unless loaded"]
    pub fn query(&self) -> Rows<M, C::Backend>
    where
        C: Connection<Backend: Dialect>,
        M: Model + Selectable<C::Backend>,
        AsSelect<M, C::Backend>: Expression,
        M::Table: SelectDsl<AsSelect<M, C::Backend>>,
    {
        rows::<M, C::Backend>()
    }
}

impl<M, C, Mode> Repository<'_, M, C, Mode> {
    /// The connection, for what is better said in plain Diesel.
    pub fn conn(&mut self) -> &mut C {
        self.conn
    }
}

impl<M, C, Mode> fmt::Debug for Repository<'_, M, C, Mode> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repository").field("model", &std::any::type_name::<M>()).finish_non_exhaustive()
    }
}

/// `repo` on every connection.
pub trait RepositoryDsl: Connection {
    /// The repository of a model, for as long as the call that follows.
    ///
    /// ```
    /// use blog::models::User;
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// assert_eq!(conn.repo::<User>().get_many(&[2, -1, 1])?.iter().flatten().count(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn repo<M: Model>(&mut self) -> Repository<'_, M, Self>
    where
        Self: Sized,
    {
        Repository::new(self)
    }
}

impl<C: Connection> RepositoryDsl for C {}

/// A model with a table: Diesel's `HasTable`, under a message of ours.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no repository",
    label = "the table of `{Self}` is not known",
    note = "put `#[derive(Identifiable)]` and `#[diesel(table_name = ..)]` on `{Self}`"
)]
pub trait Model: HasTable<Table: Table> {}

#[diagnostic::do_not_recommend]
impl<M: HasTable<Table: Table>> Model for M {}

/// The query of a model: what [`Repository::query`] returns.
pub type Rows<M, DB> = Select<<M as HasTable>::Table, AsSelect<M, DB>>;

pub(crate) fn rows<M, DB>() -> Rows<M, DB>
where
    DB: Dialect,
    M: HasTable + Selectable<DB>,
    AsSelect<M, DB>: Expression,
    M::Table: SelectDsl<AsSelect<M, DB>>,
{
    SelectDsl::select(M::table(), M::as_select())
}
