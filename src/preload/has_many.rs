//! Has many: the children carry the key of their parent.

use std::marker::PhantomData;

use diesel::associations::HasTable;
use diesel::dsl::{AssumeNotNull, Filter, Order};
use diesel::expression::Expression;
use diesel::expression_methods::NullableExpressionMethods;
use diesel::query_builder::QueryFragment;
use diesel::query_dsl::methods::{FilterDsl, OrderDsl};

use super::level::MapInto;
use super::plumbing::keys::{Key, Slots};
use super::plumbing::statement::{self, Keyed, Prepared, Steps};
use super::plumbing::stitch::{self, Misfit};
use super::relation::{ChildOf, ChildRow, CountStatements, Relation, Relations, Statements, Whole};
use super::tuple::Append;
use crate::backend::Dialect;
use crate::dsl;
use crate::error::Result;

/// Every parent with all its children: `Vec<C>`, empty for the childless.
///
/// `C` says whose it is with Diesel's own derive, `#[diesel(belongs_to(User))]`. One statement, whatever the number of
/// parents; none where there are none. Narrow and sort the children with [`filter`](Children::filter) and
/// [`order`](Children::order), and give them relations of their own with [`preload`](Children::preload).
///
/// ```sql
/// -- PostgreSQL
/// SELECT "posts"."author_id", "posts"."id", .. FROM "posts" WHERE "posts"."author_id" = ANY($1)
/// -- SQLite
/// SELECT `posts`.`author_id`, `posts`.`id`, .. FROM `posts` WHERE `posts`.`author_id` IN (SELECT value FROM json_each(?))
/// -- MySQL, MariaDB
/// SELECT `posts`.`author_id`, `posts`.`id`, .. FROM `posts`
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
    Children { query: C::table(), nested: (), marker: PhantomData }
}

/// Children that carry the key of their parent: [`has_many`] and [`has_one`](super::has_one).
#[must_use = "a relation is loaded by the query that it is given to"]
#[derive(Debug)]
pub struct Children<C, Q, S, Kind> {
    query: Q,
    nested: S,
    marker: PhantomData<fn() -> (C, Kind)>,
}

// By hand: a derive would ask it of the model too.
impl<C, Q: Clone, S: Clone, Kind> Clone for Children<C, Q, S, Kind> {
    fn clone(&self) -> Self {
        Children::new(self.query.clone(), self.nested.clone())
    }
}
impl<C, Q: Copy, S: Copy, Kind> Copy for Children<C, Q, S, Kind> {}

/// All children of a parent.
#[derive(Debug, Clone, Copy)]
pub struct Many;

impl<C, Q, S, Kind> Children<C, Q, S, Kind> {
    pub(super) fn new(query: Q, nested: S) -> Self {
        Children { query, nested, marker: PhantomData }
    }

    /// Only the children for which the predicate holds; parents stay, whether or not a child is left.
    pub fn filter<Predicate>(self, predicate: Predicate) -> Children<C, Filter<Q, Predicate>, S, Kind>
    where
        Q: FilterDsl<Predicate>,
    {
        Children::new(FilterDsl::filter(self.query, predicate), self.nested)
    }

    /// Loads a relation of the children with them: `Vec<(Post, Vec<Comment>)>`, one more statement.
    pub fn preload<R>(self, relation: R) -> Children<C, Q, S::Output, Kind>
    where
        S: Append<R>,
    {
        Children::new(self.query, self.nested.append(relation))
    }

    /// Loads a relation of the children with them if `wanted`: [`Preloading::preload_if`](super::Preloading::preload_if).
    pub fn preload_if<R>(self, wanted: bool, relation: R) -> Children<C, Q, S::Output, Kind>
    where
        S: Append<Option<R>>,
    {
        self.preload(wanted.then_some(relation))
    }

    /// Gives the children as structs of your own, `V: From<(Post, Vec<Comment>)>`, or `V: From<Post>` where nothing is
    /// loaded with them: [`Preloading::map_into`](super::Preloading::map_into).
    pub fn map_into<V>(self) -> Children<C, Q, MapInto<S, V>, Kind> {
        Children::new(self.query, MapInto::new(self.nested))
    }
}

impl<C, Q, S> Children<C, Q, S, Many> {
    /// The order of the children of each parent. Without it, whatever order the database gives.
    pub fn order<E>(self, order: E) -> Children<C, Order<Q, E>, S, Many>
    where
        E: Expression,
        Q: OrderDsl<E>,
    {
        Children::new(OrderDsl::order(self.query, order), self.nested)
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
    /// Where a child fits no slot, or a slot has too many.
    fn collect<K: Key>(
        slots: &Slots<K>,
        children: impl Iterator<Item = (K, Row)>,
    ) -> Result<Vec<Self::Output>, Misfit<K>>;
}

impl<Row: ChildRow> Arity<Row> for Many {
    type Output = Vec<Row>;
    const NAME: &'static str = "has_many";

    fn collect<K: Key>(slots: &Slots<K>, children: impl Iterator<Item = (K, Row)>) -> Result<Vec<Vec<Row>>, Misfit<K>> {
        stitch::many(slots, children)
    }
}

impl<P, C, Q, S, Kind> Relation<P> for Children<C, Q, S, Kind>
where
    C: ChildOf<P>,
    S: Relations<C, Whole>,
    Kind: Arity<S::Row>,
{
    type Output = Kind::Output;
}

impl<C, Q, S: CountStatements, Kind> CountStatements for Children<C, Q, S, Kind> {
    fn statements(&self) -> Statements {
        Statements::fixed_at(1) + self.nested.statements()
    }
}

impl<P, DB, C, Q, S, Kind> Steps<P, DB> for Children<C, Q, S, Kind>
where
    DB: Dialect,
    C: ChildOf<P, Key: Key, Column: QueryFragment<DB>>,
    Q: Keyed<DB, C::Column, C::Key, AssumeNotNull<C::Column>, C>,
    S: Relations<C, Whole>,
    Kind: Arity<S::Row>,
{
    type Key = C::Key;
    type Child = C;
    type Statement = Q::Statement;
    type Nested = S;
    type Pending = Slots<C::Key>;

    fn prepare(self, parents: &[&P]) -> Prepared<Q::Statement, S, Slots<C::Key>> {
        let (slots, keys) = Slots::new(parents.iter().map(|parent| Some(C::primary_key(parent).clone())));
        let column = C::Column::default();
        let statement = keys.map(|keys| self.query.keyed(column, keys, column.assume_not_null()));
        Prepared { statement, nested: self.nested, pending: slots }
    }

    fn stitch(slots: Slots<C::Key>, children: impl Iterator<Item = (C::Key, S::Row)>) -> Result<Vec<Kind::Output>> {
        let by_slot = Kind::collect(&slots, children)
            .map_err(|misfit| statement::misfit::<DB, _>(Kind::NAME, &C::Column::default(), misfit))?;
        Ok(stitch::hand_out(&slots, by_slot).into_iter().map(Option::unwrap_or_default).collect())
    }
}
