//! Has many: the children carry the key of their parent.

use std::marker::PhantomData;

use diesel::associations::HasTable;
use diesel::query_builder::QueryFragment;

use super::by::{Associated, Joins};
use super::key::Key;
use super::plumbing::batch::Batch;
use super::plumbing::dangling::Unstitched;
use super::plumbing::placed::Placed;
use super::plumbing::reads::ReadsRows;
use super::plumbing::slots::Slots;
use super::plumbing::statement::{self, Keyed, PreparedBy, Steps};
use super::plumbing::stitch::{self, Second};
use super::relation::{ChildRow, CountStatements, Relation, Relations, Statements, Whole};
use super::strategy::Strategy;
use crate::backend::Dialect;
use crate::dsl;
use crate::error::{Error, Result};

/// Every parent with all its children: `Vec<C>`, empty for the childless.
///
/// `C` says whose it is with Diesel's own derive, `#[diesel(belongs_to(User))]`. One statement, whatever the number of
/// parents; none where there are none. Narrow and sort the children with [`filter`](Children::filter) and
/// [`order`](Children::order), and give them relations of their own with [`preload`](Children::preload).
///
/// ```sql
/// -- PostgreSQL
/// SELECT "posts"."id", "posts"."author_id", .. FROM "posts" WHERE "posts"."author_id" = ANY($1)
/// -- SQLite
/// SELECT `posts`.`id`, `posts`.`author_id`, .. FROM `posts` WHERE `posts`.`author_id` IN (SELECT value FROM json_each(?))
/// -- MySQL, MariaDB
/// SELECT `posts`.`id`, `posts`.`author_id`, .. FROM `posts`
///  WHERE `posts`.`author_id` IN (SELECT k.id FROM JSON_TABLE(?, '$[*]' COLUMNS(id BIGINT PATH '$')) k)
/// ```
///
/// ```
/// # use diesel::prelude::*;
/// use blog::{models::{Post, User}, schema::{posts, users}};
/// use turbodiesel::prelude::*;
///
/// let conn = &mut blog::example()?;
/// let authors: Vec<(User, Vec<Post>)> = users::table
///     .select(User::as_select())
///     .preload(has_many::<Post>().filter(posts::published.eq(true)).order(posts::id.desc()))
///     .load(conn)?;
/// assert!(authors.iter().all(|(user, posts)| posts.iter().all(|post| post.author_id == user.id)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn has_many<C: HasTable>() -> dsl::HasMany<C> {
    Children::new(C::table())
}

/// Children that carry the key of their parent: [`has_many`] and [`has_one`](super::has_one).
#[must_use = "a relation is loaded by the query that it is given to"]
#[derive(Debug)]
pub struct Children<C, Q, S, Kind, J = Associated> {
    query: Q,
    nested: S,
    joins: J,
    strategy: Strategy,
    marker: PhantomData<fn() -> (C, Kind)>,
}

// By hand: a derive would ask it of the model too.
impl<C, Q: Clone, S: Clone, Kind, J: Clone> Clone for Children<C, Q, S, Kind, J> {
    fn clone(&self) -> Self {
        let (query, nested, joins) = (self.query.clone(), self.nested.clone(), self.joins.clone());
        Children { query, nested, joins, strategy: self.strategy, marker: PhantomData }
    }
}
impl<C, Q: Copy, S: Copy, Kind, J: Copy> Copy for Children<C, Q, S, Kind, J> {}

/// All children of a parent.
#[derive(Debug, Clone, Copy)]
pub struct Many;

impl<C, Q, Kind> Children<C, Q, (), Kind> {
    pub(super) fn new(query: Q) -> Self {
        Children { query, nested: (), joins: Associated, strategy: Strategy::Auto, marker: PhantomData }
    }
}

impl<C, Q, S, Kind, J> Children<C, Q, S, Kind, J> {
    /// The same relation of another query.
    pub(super) fn with_query<Q2>(self, change: impl FnOnce(Q) -> Q2) -> Children<C, Q2, S, Kind, J> {
        Children {
            query: change(self.query),
            nested: self.nested,
            joins: self.joins,
            strategy: self.strategy,
            marker: PhantomData,
        }
    }

    pub(super) fn child_query(&self) -> &Q {
        &self.query
    }

    pub(crate) fn chosen(&self) -> Strategy {
        self.strategy
    }

    pub(super) fn joins(&self) -> &J {
        &self.joins
    }

    /// Its query, its relations, and what joins it.
    pub(crate) fn apart(self) -> (Q, S, J) {
        (self.query, self.nested, self.joins)
    }

    pub(super) fn sent_by(self, strategy: Strategy) -> Self {
        Children { strategy, ..self }
    }

    pub(super) fn with_nested<S2>(self, change: impl FnOnce(S) -> S2) -> Children<C, Q, S2, Kind, J> {
        Children {
            query: self.query,
            nested: change(self.nested),
            joins: self.joins,
            strategy: self.strategy,
            marker: PhantomData,
        }
    }

    /// The same relation, read as other rows.
    pub(super) fn of<C2>(self) -> Children<C2, Q, S, Kind, J> {
        Children {
            query: self.query,
            nested: self.nested,
            joins: self.joins,
            strategy: self.strategy,
            marker: PhantomData,
        }
    }

    /// The same relation, joined otherwise.
    pub(super) fn joined<J2>(self, joins: impl FnOnce(J) -> J2) -> Children<C, Q, S, Kind, J2> {
        Children {
            query: self.query,
            nested: self.nested,
            joins: joins(self.joins),
            strategy: self.strategy,
            marker: PhantomData,
        }
    }
}

/// How many children a parent may have, and what it gets then.
pub trait Arity<Row>: Sized {
    /// What a parent gets.
    type Output: Clone + Default;
    /// The name of the relation in messages.
    const NAME: &'static str;

    /// The children of each slot.
    ///
    /// # Errors
    ///
    /// Where a slot has too many.
    fn collect(slots: usize, children: Placed<Row>) -> Result<Vec<Self::Output>, Second>;

    /// What each parent gets.
    ///
    /// # Errors
    ///
    /// Where a parent has too many, with its key.
    fn of_parents<DB: Dialect, K: Key>(
        column: &impl QueryFragment<DB>,
        slots: &Slots<K>,
        children: Placed<Row>,
    ) -> Result<Vec<Self::Output>> {
        let by_slot = Self::collect(slots.len(), children)
            .map_err(|Second(slot)| slots.blame(slot, statement::second_row::<DB>(Self::NAME, column)))?;
        Ok(stitch::hand_out(slots, by_slot).into_iter().map(Option::unwrap_or_default).collect())
    }
}

impl<Row: ChildRow> Arity<Row> for Many {
    type Output = Vec<Row>;
    const NAME: &'static str = "has_many";

    fn collect(slots: usize, children: Placed<Row>) -> Result<Vec<Vec<Row>>, Second> {
        Ok(stitch::many(slots, children))
    }
}

impl<P, C, Q, S, Kind, J> Relation<P> for Children<C, Q, S, Kind, J>
where
    J: Joins<P, C>,
    S: Relations<C, Whole>,
    Kind: Arity<S::Row>,
{
    type Output = Kind::Output;
}

impl<C, Q, S: CountStatements, Kind, J> CountStatements for Children<C, Q, S, Kind, J> {
    fn statements(&self) -> Statements {
        self.statements_by(self.strategy)
    }
}

impl<C, Q, S: CountStatements, Kind, J> Children<C, Q, S, Kind, J> {
    /// The statements where the keys are sent so.
    pub(super) fn statements_by(&self, strategy: Strategy) -> Statements {
        strategy.statements() + self.nested.statements()
    }
}

impl<P, DB, C, Q, S, Kind, J> Steps<P, DB> for Children<C, Q, S, Kind, J>
where
    DB: Dialect,
    J: Joins<P, C, Key: Key, Named: QueryFragment<DB>>,
    J::Reads: ReadsRows<J::Key, C>,
    Q: Keyed<DB, J::Columns, J::Key, C, J::Reads>,
    S: Relations<C, Whole>,
    Kind: Arity<S::Row>,
{
    type Key = J::Key;
    type Child = C;
    type Statement = Batch<Q::Statement, J::Key>;
    type Row = <J::Reads as ReadsRows<J::Key, C>>::Row;
    type Nested = S;
    type Pending = J::Named;

    fn prepare(self, parents: &[&P]) -> Result<PreparedBy<Self, P, DB>> {
        statement::prepare::<DB, C, _, _, _, _, J::Reads>(&self.joins, self.query, self.nested, self.strategy, parents)
    }

    fn apart(row: Self::Row) -> (Option<J::Key>, C) {
        J::Reads::apart(row)
    }

    fn stitch(
        column: J::Named,
        slots: &Slots<J::Key>,
        children: Placed<S::Row>,
    ) -> Result<Vec<Kind::Output>, Unstitched<DB>> {
        Ok(Kind::of_parents::<DB, _>(&column, slots, children)?)
    }

    fn unmatched(column: &J::Named, key: &J::Key) -> Error {
        statement::unmatched::<DB>(Kind::NAME, column, key)
    }
}
