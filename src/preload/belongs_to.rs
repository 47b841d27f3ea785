//! Belongs to: the rows at hand carry the key of what they belong to.

use std::marker::PhantomData;

use diesel::associations::HasTable;
use diesel::dsl::Filter;
use diesel::expression::Expression;
use diesel::query_builder::QueryFragment;
use diesel::query_dsl::methods::FilterDsl;
use diesel::query_source::Table;
use diesel::sql_types::{SqlType, is_nullable};

use super::level::{MapInto, Shared};
use super::plumbing::keys::{Key, Slots};
use super::plumbing::statement::{self, Keyed, Prepared, Steps};
use super::plumbing::stitch;
use super::relation::{ChildOf, ChildRow, CountStatements, Relation, Relations, Statements, Whole};
use super::tuple::Append;
use crate::backend::Dialect;
use crate::dsl;
use crate::error::{Error, ErrorKind, Result};

/// Every row with the one it belongs to: `T`, or `Option<T>` where the foreign key column is `Nullable`.
///
/// One statement for the distinct keys of all rows, so that an author of a thousand posts is sent once. A key that
/// points to no row is an error ([`is_dangling_key`](crate::Error::is_dangling_key)): with a NOT NULL column there is no
/// other truthful answer, and with a nullable one `None` means NULL. [`filter`](BelongsTo::filter) turns the result into
/// `Option<T>`.
///
/// ```sql
/// SELECT "users"."id", "users"."id", .. FROM "users" WHERE "users"."id" = ANY($1)
/// ```
///
/// ```
/// # use diesel::prelude::*;
/// use blog::{models::{EditedPost, Post, User}, schema::posts};
/// use turbodiesel::prelude::*;
///
/// let conn = &mut blog::example()?;
/// let posts: Vec<(Post, User)> =
///     posts::table.select(Post::as_select()).preload(belongs_to::<User>()).load(conn)?;
/// assert!(posts.iter().all(|(post, author)| post.author_id == author.id));
///
/// let edited: Vec<(EditedPost, Option<User>)> =
///     posts::table.select(EditedPost::as_select()).preload(belongs_to::<User>()).load(conn)?;
/// assert!(edited.iter().all(|(post, editor)| post.editor_id == editor.as_ref().map(|user| user.id)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn belongs_to<T: HasTable>() -> dsl::BelongsTo<T> {
    BelongsTo::new(T::table(), ())
}

/// The relation of [`belongs_to`].
#[must_use = "a relation is loaded by the query that it is given to"]
#[derive(Debug)]
pub struct BelongsTo<T, Q, S, A = Every> {
    query: Q,
    nested: S,
    marker: PhantomData<fn() -> (T, A)>,
}

// By hand: a derive would ask it of the model too.
impl<T, Q: Clone, S: Clone, A> Clone for BelongsTo<T, Q, S, A> {
    fn clone(&self) -> Self {
        BelongsTo::new(self.query.clone(), self.nested.clone())
    }
}
impl<T, Q: Copy, S: Copy, A> Copy for BelongsTo<T, Q, S, A> {}

/// Every row is among those that the query can find: a key without a row dangles.
#[derive(Debug, Clone, Copy)]
pub struct Every;

/// The query leaves rows out: a key without a row is `None`.
#[derive(Debug, Clone, Copy)]
pub struct Filtered;

impl<T, Q, S, A> BelongsTo<T, Q, S, A> {
    fn new(query: Q, nested: S) -> Self {
        BelongsTo { query, nested, marker: PhantomData }
    }

    /// Only the targets for which the predicate holds. The result becomes `Option<T>`: a target that is filtered out is
    /// `None`.
    pub fn filter<Predicate>(self, predicate: Predicate) -> BelongsTo<T, Filter<Q, Predicate>, S, Filtered>
    where
        Q: FilterDsl<Predicate>,
    {
        BelongsTo::new(FilterDsl::filter(self.query, predicate), self.nested)
    }

    /// Loads a relation of the targets with them: `(User, Option<Profile>)`, one more statement.
    pub fn preload<R>(self, relation: R) -> BelongsTo<T, Q, S::Output, A>
    where
        S: Append<R>,
    {
        BelongsTo::new(self.query, self.nested.append(relation))
    }

    /// Loads a relation of the targets with them if `wanted`: [`Preloading::preload_if`](super::Preloading::preload_if).
    pub fn preload_if<R>(self, wanted: bool, relation: R) -> BelongsTo<T, Q, S::Output, A>
    where
        S: Append<Option<R>>,
    {
        self.preload(wanted.then_some(relation))
    }

    /// Gives the targets as structs of your own, `V: From<(User, Option<Profile>)>`, or `V: From<User>` where nothing is
    /// loaded with them: [`Preloading::map_into`](super::Preloading::map_into).
    pub fn map_into<V>(self) -> BelongsTo<T, Q, MapInto<S, V>, A> {
        BelongsTo::new(self.query, MapInto::new(self.nested))
    }

    /// Gives `Arc<T>` in place of `T`: the rows that share a target share one value of it, and none is cloned. The
    /// statement is the same. `T` with its relations is in the `Arc`, and need not be `Clone`.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, User}, schema::posts};
    /// use std::{collections::HashSet, sync::Arc};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let posts: Vec<(Post, Arc<User>)> =
    ///     posts::table.select(Post::as_select()).preload(belongs_to::<User>().shared()).load(conn)?;
    /// let addresses: HashSet<_> = posts.iter().map(|(_, author)| Arc::as_ptr(author)).collect();
    /// let authors: HashSet<_> = posts.iter().map(|(post, _)| post.author_id).collect();
    /// assert_eq!(addresses.len(), authors.len());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn shared(self) -> BelongsTo<T, Q, Shared<S>, A> {
        BelongsTo::new(self.query, Shared { relations: self.nested })
    }
}

/// What a row gets for its key: decided by the nullability of the foreign key column, and by whether the targets are
/// filtered.
pub trait Presence<Row> {
    /// `Row` or `Option<Row>`.
    type Output;

    /// `None` where the key dangles.
    fn of(found: Found<Row>) -> Option<Self::Output>;
}

/// What there is for a key.
#[derive(Debug)]
pub enum Found<Row> {
    /// The key is NULL.
    NullKey,
    /// No row has this key.
    NoRow,
    /// The row.
    Row(Row),
}

/// Nullability and filtering together.
#[derive(Debug)]
pub struct Of<Nullability, A>(PhantomData<(Nullability, A)>);

impl<Row> Presence<Row> for Of<is_nullable::NotNull, Every> {
    type Output = Row;

    fn of(found: Found<Row>) -> Option<Row> {
        match found {
            Found::Row(row) => Some(row),
            Found::NullKey | Found::NoRow => None,
        }
    }
}

impl<Row> Presence<Row> for Of<is_nullable::IsNullable, Every> {
    type Output = Option<Row>;

    fn of(found: Found<Row>) -> Option<Option<Row>> {
        match found {
            Found::Row(row) => Some(Some(row)),
            Found::NullKey => Some(None),
            Found::NoRow => None,
        }
    }
}

impl<Row, Nullability> Presence<Row> for Of<Nullability, Filtered> {
    type Output = Option<Row>;

    fn of(found: Found<Row>) -> Option<Option<Row>> {
        Some(match found {
            Found::Row(row) => Some(row),
            Found::NullKey | Found::NoRow => None,
        })
    }
}

type IsNull<Column> = <<Column as Expression>::SqlType as SqlType>::IsNull;
type PrimaryKey<T> = <<T as HasTable>::Table as Table>::PrimaryKey;

impl<P, T, Q, S, A> Relation<P> for BelongsTo<T, Q, S, A>
where
    P: ChildOf<T, Column: Expression<SqlType: SqlType>>,
    S: Relations<T, Whole>,
    Of<IsNull<P::Column>, A>: Presence<S::Row>,
{
    type Output = <Of<IsNull<P::Column>, A> as Presence<S::Row>>::Output;
}

impl<T, Q, S: CountStatements, A> CountStatements for BelongsTo<T, Q, S, A> {
    fn statements(&self) -> Statements {
        Statements::fixed_at(1) + self.nested.statements()
    }
}

impl<P, DB, T, Q, S, A> Steps<P, DB> for BelongsTo<T, Q, S, A>
where
    DB: Dialect,
    T: HasTable,
    PrimaryKey<T>: Copy,
    P: ChildOf<T, Key: Key, Column: Expression<SqlType: SqlType> + QueryFragment<DB>>,
    Q: Keyed<DB, PrimaryKey<T>, P::Key, PrimaryKey<T>, T>,
    S: Relations<T, Whole, Row: ChildRow>,
    Of<IsNull<P::Column>, A>: Presence<S::Row>,
{
    type Key = P::Key;
    type Child = T;
    type Statement = Q::Statement;
    type Nested = S;
    type Pending = Slots<P::Key>;

    fn prepare(self, parents: &[&P]) -> Prepared<Q::Statement, S, Slots<P::Key>> {
        let (slots, keys) = Slots::new(parents.iter().map(|parent| parent.foreign_key().cloned()));
        let column = T::table().primary_key();
        let statement = keys.map(|keys| self.query.keyed(column, keys, column));
        Prepared { statement, nested: self.nested, pending: slots }
    }

    fn stitch(slots: Slots<P::Key>, targets: impl Iterator<Item = (P::Key, S::Row)>) -> Result<Vec<Self::Output>> {
        let column = P::Column::default();
        let by_slot =
            stitch::one(&slots, targets).map_err(|misfit| statement::misfit::<DB, _>("belongs_to", &column, misfit))?;
        let found = stitch::hand_out(&slots, by_slot).into_iter().map(|handed| match handed {
            None => Found::NullKey,
            Some(None) => Found::NoRow,
            Some(Some(row)) => Found::Row(row),
        });
        let dangling = |slot: &Option<usize>| {
            let message =
                format!("belongs_to: {} points to a row that is not there", statement::column_name::<DB>(&column));
            let error = Error::new(ErrorKind::DanglingKey, message);
            match slot.and_then(|slot| slots.key(slot)) {
                Some(key) => error.with_key(key),
                None => error,
            }
        };
        found
            .zip(slots.of_parents())
            .map(|(found, slot)| {
                <Of<IsNull<P::Column>, A> as Presence<S::Row>>::of(found).ok_or_else(|| dangling(slot))
            })
            .collect()
    }
}
