//! Orderings: keys, and the proof that the last one is unique.

use diesel::dsl::{Asc, Desc};
use diesel::query_builder::{Query, QueryFragment};
use diesel::query_dsl::methods::FilterDsl;
use diesel::sql_types::is_nullable;

use super::index;
use super::key::{ByPrimaryKey, Declared, IntoKey, SeekKey, SortKey};
use super::statement::Alone;
use super::values::GivenValue;
use crate::backend::Dialect;
use crate::error::Result;

/// What can be an ordering: a key, or a tuple of up to eight.
///
/// An ordering is a value. It is `Copy` where its expressions are, as columns are, so that one serves many queries:
///
/// ```
/// # use diesel::prelude::*;
/// use blog::{models::Post, schema::posts};
/// use turbodiesel::prelude::*;
///
/// let conn = &mut blog::example()?;
/// let newest = (posts::created_at.desc(), posts::id.desc());
/// let all = posts::table.select(Post::as_select()).keyset(newest).first(5).load(conn)?;
/// let published = posts::table.filter(posts::published).select(Post::as_select()).keyset(newest).first(5).load(conn)?;
/// assert!(published.items()[0].created_at <= all.items()[0].created_at);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an ordering",
    note = "an ordering is a key, or a tuple of up to eight: `(posts::created_at.desc(), posts::id.desc())`",
    note = "a key is `column.asc()`, `column.desc()`, `asc(expr)`, `desc(expr)` or `unique(key)`"
)]
pub trait IntoOrdering: Sized {
    /// The keys.
    type Ordering;

    /// The ordering.
    fn into_ordering(self) -> Self::Ordering;

    /// The CREATE INDEX that serves pages of this ordering on `DB`, the columns of equality filters first.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::schema::posts;
    /// use diesel::sqlite::Sqlite;
    /// use turbodiesel::prelude::*;
    ///
    /// let newest = (posts::created_at.desc(), posts::id.desc());
    /// assert_eq!(
    ///     newest.index_sql::<Sqlite>(posts::author_id)?, // for `.filter(posts::author_id.eq(..))`
    ///     "CREATE INDEX `posts_author_id_created_at_id_idx` ON `posts` (`author_id`, `created_at` DESC, `id` DESC)"
    /// );
    /// # #[cfg(feature = "postgres")]
    /// assert_eq!(
    ///     newest.index_sql::<diesel::pg::Pg>(())?,
    ///     r#"CREATE INDEX "posts_created_at_id_idx" ON "posts" ("created_at" DESC, "id" DESC)"#
    /// );
    /// # Ok::<(), turbodiesel::Error>(())
    /// ```
    ///
    /// An index is read both ways: it serves the reverse of its ordering too. A place of NULLs that is not the backend's own
    /// is part of a PostgreSQL index. The other databases cannot store it: there a plain index serves it as the first
    /// key, and none does as a later one.
    ///
    /// # Errors
    ///
    /// No index serves this ordering on `DB` ([`is_no_index`](crate::Error::is_no_index)): its keys are of several tables, an
    /// aggregate, a subquery or an expression with a value in it; an expression on MySQL and MariaDB, which index
    /// generated columns instead; NULLs where such an index cannot have them.
    fn index_sql<DB: Dialect>(self, equal: impl QueryFragment<DB>) -> Result<String>
    where
        Self::Ordering: OrderingOn<DB>,
    {
        index::create(&self.into_ordering().keys(), &equal)
    }
}

impl<E, U> IntoOrdering for SortKey<E, U> {
    type Ordering = (SortKey<E, U>,);

    fn into_ordering(self) -> Self::Ordering {
        (self,)
    }
}

#[diagnostic::do_not_recommend]
impl<C> IntoOrdering for Asc<C>
where
    Asc<C>: IntoKey,
{
    type Ordering = (SortKey<<Asc<C> as IntoKey>::Expr, <Asc<C> as IntoKey>::Unique>,);

    fn into_ordering(self) -> Self::Ordering {
        (self.into_key(),)
    }
}

#[diagnostic::do_not_recommend]
impl<C> IntoOrdering for Desc<C>
where
    Desc<C>: IntoKey,
{
    type Ordering = (SortKey<<Desc<C> as IntoKey>::Expr, <Desc<C> as IntoKey>::Unique>,);

    fn into_ordering(self) -> Self::Ordering {
        (self.into_key(),)
    }
}

/// An ordering whose last key no two rows of `Q` share: what makes every page start where the last one ended.
pub trait EndsUnique<Q> {
    /// How many keys at the end are, together, that key.
    fn unique_keys(&self) -> usize;
}

/// An ordering whose last key cannot be NULL.
#[diagnostic::on_unimplemented(
    message = "the last key of this ordering may be NULL",
    label = "a NULL is no place to go on from",
    note = "put the nullable key earlier and end with a unique NOT NULL key, for example the primary key"
)]
pub trait EndsNotNull {}

/// A last key that is proven, or declared, to be unique among the keys `Exprs` of `Q`.
pub trait Certify<Exprs, Q> {
    /// How many keys at the end are that key.
    const KEYS: usize;
}

impl<Exprs, Q> Certify<Exprs, Q> for Declared {
    const KEYS: usize = 1;
}

// Two conditions, two mistakes: each has its own message.
impl<Exprs: EndsInPrimaryKey, Q: OneTable<Exprs::Table>> Certify<Exprs, Q> for ByPrimaryKey {
    const KEYS: usize = Exprs::KEYS;
}

/// Keys that end with all columns of a primary key.
#[diagnostic::on_unimplemented(
    message = "this ordering does not end in a unique key, so pages could lose or repeat rows",
    label = "the last key is not unique",
    note = "end it with the primary key, for example `(posts::created_at.desc(), posts::id.desc())`",
    note = "or with another unique NOT NULL key, which you vouch for: `unique(users::email.asc())`"
)]
pub trait EndsInPrimaryKey {
    /// The table.
    type Table;
    /// The number of its columns.
    const KEYS: usize;
}

/// A primary key that the keys `Exprs` end with.
pub trait EndOf<Exprs> {
    /// The number of its columns.
    const KEYS: usize;
}

/// A query of the table `T` alone, boxed or not: there a primary key of `T` is in one row.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not the only table of this query, so its primary key can be in many rows",
    label = "this ordering does not end in a unique key",
    note = "say which key no two rows of the result share: `unique(comments::id.desc())`"
)]
pub trait OneTable<T> {}

#[diagnostic::do_not_recommend]
impl<T, Q: FilterDsl<Alone<T>, Output: Query>> OneTable<T> for Q {}

/// The SQL type is not `Nullable`.
pub trait NotNull {}

impl NotNull for is_nullable::NotNull {}

/// An ordering, in types.
pub trait Ordering {
    /// The expressions of the keys: what decides whether they fit a query.
    type Exprs;
}

/// An ordering on a backend. Its keys are erased, so that the writing of a statement is compiled once for each backend and
/// not once for each ordering.
pub trait OrderingOn<DB: Dialect>: Ordering {
    /// The keys.
    fn keys(&self) -> Vec<&dyn SeekKey<DB>>;

    /// The value that the program gave for a key, where it gave a position in values.
    fn given(&self, _key: usize) -> Option<&dyn GivenValue<DB>> {
        None
    }
}
