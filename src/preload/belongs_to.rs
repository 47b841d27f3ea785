//! Belongs to: the rows at hand carry the key of what they belong to.

use std::marker::PhantomData;

use diesel::associations::HasTable;
use diesel::query_builder::QueryFragment;
use diesel::sql_types::is_nullable;

use super::by::{Doubt, Holder, Joins};
use super::key::Key;
use super::plumbing::batch::Batch;
use super::plumbing::dangling::Unstitched;
use super::plumbing::keys::Keys;
use super::plumbing::placed::Placed;
use super::plumbing::reads::{Beside, ReadsRows};
use super::plumbing::slots::Slots;
use super::plumbing::statement::{self, Keyed, Prepared, PreparedBy, Steps};
use super::plumbing::stitch::{self, Second};
use super::relation::{ChildRow, CountStatements, Relation, Relations, Statements, Whole};
use super::strategy::Strategy;
use crate::backend::Dialect;
use crate::dsl;
use crate::error::{Error, ErrorKind, Result};

/// Every row with the one it belongs to: `T`, or `Option<T>` where the foreign key column is `Nullable`.
///
/// One statement for the distinct keys of all rows, so that an author of a thousand posts is sent once. A key that
/// points to no row is an error ([`is_dangling_key`](crate::Error::is_dangling_key)): with a NOT NULL column there is no
/// other truthful answer, and with a nullable one `None` means NULL. [`filter`](BelongsTo::filter) turns the result into
/// `Option<T>`. No rows, or only NULL keys: nothing is sent.
///
/// Before it says so it asks for that key once more, in both tables with one statement. Where it does not point to nothing
/// now, somebody else was at work while the load ran, and
/// [`is_concurrent_change`](crate::Error::is_concurrent_change) is the error.
///
/// ```sql
/// -- PostgreSQL
/// SELECT "users"."id", "users"."id", .. FROM "users" WHERE "users"."id" = ANY($1)
/// -- SQLite
/// SELECT `users`.`id`, `users`.`id`, .. FROM `users` WHERE `users`.`id` IN (SELECT value FROM json_each(?))
/// -- MySQL, MariaDB
/// SELECT `users`.`id`, `users`.`id`, .. FROM `users`
///  WHERE `users`.`id` IN (SELECT k.id FROM JSON_TABLE(?, '$[*]' COLUMNS(id BIGINT PATH '$')) k)
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
pub struct BelongsTo<T, Q, S, A = Every, J = Holder> {
    query: Q,
    nested: S,
    joins: J,
    strategy: Strategy,
    marker: PhantomData<fn() -> (T, A)>,
}

// By hand: a derive would ask it of the model too.
impl<T, Q: Clone, S: Clone, A, J: Clone> Clone for BelongsTo<T, Q, S, A, J> {
    fn clone(&self) -> Self {
        let (query, nested, joins) = (self.query.clone(), self.nested.clone(), self.joins.clone());
        BelongsTo { query, nested, joins, strategy: self.strategy, marker: PhantomData }
    }
}
impl<T, Q: Copy, S: Copy, A, J: Copy> Copy for BelongsTo<T, Q, S, A, J> {}

/// Every row is among those that the query can find: a key without a row dangles.
#[derive(Debug, Clone, Copy)]
pub struct Every;

/// The query leaves rows out: a key without a row is `None`.
#[derive(Debug, Clone, Copy)]
pub struct Filtered;

/// The targets of links: a key that is NULL is `None`, and one without a row dangles.
#[derive(Debug, Clone, Copy)]
pub struct Linked;

impl<T, Q, S, A> BelongsTo<T, Q, S, A> {
    pub(super) fn new(query: Q, nested: S) -> Self {
        BelongsTo { query, nested, joins: Holder, strategy: Strategy::Auto, marker: PhantomData }
    }
}

impl<T, Q, S, A, J> BelongsTo<T, Q, S, A, J> {
    /// The same relation of another query, which finds as many rows (`A2`).
    pub(super) fn with_query<Q2, A2>(self, change: impl FnOnce(Q) -> Q2) -> BelongsTo<T, Q2, S, A2, J> {
        BelongsTo {
            query: change(self.query),
            nested: self.nested,
            joins: self.joins,
            strategy: self.strategy,
            marker: PhantomData,
        }
    }

    /// The same relation with other relations of its targets.
    pub(super) fn with_nested<S2>(self, change: impl FnOnce(S) -> S2) -> BelongsTo<T, Q, S2, A, J> {
        BelongsTo {
            query: self.query,
            nested: change(self.nested),
            joins: self.joins,
            strategy: self.strategy,
            marker: PhantomData,
        }
    }

    pub(super) fn joins(&self) -> &J {
        &self.joins
    }

    pub(super) fn sent_by(self, strategy: Strategy) -> Self {
        BelongsTo { strategy, ..self }
    }

    /// The same relation, joined otherwise.
    pub(super) fn joined<J2>(self, joins: impl FnOnce(J) -> J2) -> BelongsTo<T, Q, S, A, J2> {
        BelongsTo {
            query: self.query,
            nested: self.nested,
            joins: joins(self.joins),
            strategy: self.strategy,
            marker: PhantomData,
        }
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

impl<Row, Nullability> Presence<Row> for Of<Nullability, Linked> {
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

impl<P, T, Q, S, A, J> Relation<P> for BelongsTo<T, Q, S, A, J>
where
    J: Joins<P, T>,
    S: Relations<T, Whole>,
    Of<J::Null, A>: Presence<S::Row>,
{
    type Output = <Of<J::Null, A> as Presence<S::Row>>::Output;
}

impl<T, Q, S: CountStatements, A, J> CountStatements for BelongsTo<T, Q, S, A, J> {
    fn statements(&self) -> Statements {
        self.strategy.statements() + self.nested.statements()
    }
}

impl<P, DB, T, Q, S, A, J> Steps<P, DB> for BelongsTo<T, Q, S, A, J>
where
    DB: Dialect,
    J: Joins<P, T, Key: Key, Named: QueryFragment<DB>> + Doubt<P, T, DB>,
    Q: Keyed<DB, J::Columns, J::Key, T, Beside>,
    S: Relations<T, Whole, Row: ChildRow>,
    Of<J::Null, A>: Presence<S::Row>,
{
    type Key = J::Key;
    type Child = T;
    type Statement = Batch<Q::Statement, J::Key>;
    type Row = (J::Key, T);
    type Nested = S;
    type Pending = (J, Option<Keys<J::Key>>);

    fn prepare(self, parents: &[&P]) -> Result<PreparedBy<Self, P, DB>> {
        let (slots, keys) = statement::number::<T, _, _>(&self.joins, parents);
        let statement =
            keys.clone().map(|keys| self.query.keyed(self.joins.columns(), keys, self.strategy)).transpose()?;
        Ok(Prepared { statement, slots, nested: self.nested, pending: (self.joins, keys) })
    }

    fn apart(row: (J::Key, T)) -> (Option<J::Key>, T) {
        Beside::apart(row)
    }

    fn stitch(
        (joins, keys): Self::Pending,
        slots: &Slots<J::Key>,
        targets: Placed<S::Row>,
    ) -> Result<Vec<Self::Output>, Unstitched<DB>> {
        let by_slot = stitch::one(slots.len(), targets)
            .map_err(|Second(slot)| slots.blame(slot, statement::second_row::<DB>("belongs_to", &joins.named())))?;
        let found = stitch::hand_out(slots, by_slot).into_iter().map(|handed| match handed {
            None => Found::NullKey,
            Some(None) => Found::NoRow,
            Some(Some(row)) => Found::Row(row),
        });
        let dangling = |slot: Option<usize>| {
            let error = dangling::<DB>(&joins.named(), J::NAMES_PARENT);
            let Some(slot) = slot else { return error.into() };
            // As it was sent: the key of a slot may be folded.
            let sent = keys.as_ref().and_then(|keys| keys.list().iter().find(|key| slots.slot(key) == Some(slot)));
            let doubt = sent.and_then(|key| joins.doubt(&Keys::new(vec![key.clone()])));
            Unstitched { error: slots.blame(slot, error), doubt }
        };
        found
            .zip(slots.of_parents())
            .map(|(found, slot)| <Of<J::Null, A> as Presence<S::Row>>::of(found).ok_or_else(|| dangling(slot)))
            .collect()
    }

    fn unmatched((joins, _): &Self::Pending, key: &J::Key) -> Error {
        statement::unmatched::<DB>("belongs_to", &joins.named(), key)
    }
}

fn dangling<DB: Dialect>(column: &impl QueryFragment<DB>, names_parent: bool) -> Error {
    let column = statement::column_name::<DB>(column);
    let message = if names_parent {
        format!("belongs_to: {column} points to a row that is not there")
    } else {
        format!(
            "belongs_to: no row has the key in {column} that a row points to: it dangles, or was deleted while the load \
             ran"
        )
    };
    Error::new(ErrorKind::DanglingKey, message)
}
