//! Has many: the children carry the key of their parent.

use std::marker::PhantomData;

use diesel::associations::HasTable;
use diesel::dsl::Filter;
use diesel::expression::Expression;
use diesel::query_builder::QueryFragment;
use diesel::query_dsl::methods::{FilterDsl, OrderDsl};

use super::by::{Associated, ByColumn, ByKey, Folded, Joins};
use super::key::Key;
use super::level::MapInto;
use super::per_parent::Sorted;
use super::plumbing::batch::Batch;
use super::plumbing::dangling::Unstitched;
use super::plumbing::slots::Slots;
use super::plumbing::statement::{self, Keyed, PreparedBy, Steps};
use super::plumbing::stitch::{self, Second};
use super::relation::{ChildRow, CountStatements, Relation, Relations, Statements, Whole};
use super::strategy::Strategy;
use super::tuple::Append;
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

    fn with_nested<S2>(self, change: impl FnOnce(S) -> S2) -> Children<C, Q, S2, Kind, J> {
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

    /// Only the children for which the predicate holds; parents stay, whether or not a child is left.
    pub fn filter<Predicate>(self, predicate: Predicate) -> Children<C, Filter<Q, Predicate>, S, Kind, J>
    where
        Q: FilterDsl<Predicate>,
    {
        self.with_query(|query| FilterDsl::filter(query, predicate))
    }

    /// Any other change of the child query: a join that it is filtered by, a box.
    ///
    /// It comes before [`order`](Children::order). A clause that would be about the children of all parents together (LIMIT,
    /// OFFSET, DISTINCT, GROUP BY), or that a method here writes (ORDER BY), is an error at the load that names the method
    /// ([`is_unsupported_query`](Error::is_unsupported_query)).
    ///
    /// ```sql
    /// SELECT .. FROM "posts" INNER JOIN "users" ON .. WHERE "users"."active" = $1 AND "posts"."editor_id" = ANY($2)
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, User}, schema::{posts, users}};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// // What users edited of active authors.
    /// let edited = has_many::<Post>()
    ///     .by(posts::editor_id)
    ///     .query(|posts| posts.inner_join(users::table.on(users::id.eq(posts::author_id))).filter(users::active.eq(true)));
    /// let editors: Vec<(User, Vec<Post>)> = users::table.select(User::as_select()).preload(edited).load(conn)?;
    /// assert!(editors.iter().any(|(_, posts)| !posts.is_empty()));
    ///
    /// let limited = has_many::<Post>().query(|posts| posts.limit(3));
    /// let error = users::table.select(User::as_select()).preload(limited).load(conn).unwrap_err();
    /// assert!(error.is_unsupported_query() && error.to_string().contains(".limit_per_parent(n)"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn query<Q2>(self, change: impl FnOnce(Q) -> Q2) -> Children<C, Q2, S, Kind, J> {
        self.with_query(change)
    }

    /// Loads a relation of the children with them: `Vec<(Post, Vec<Comment>)>`, one more statement.
    pub fn preload<R>(self, relation: R) -> Children<C, Q, S::Output, Kind, J>
    where
        S: Append<R>,
    {
        self.with_nested(|nested| nested.append(relation))
    }

    /// Loads a relation of the children with them if `wanted`: [`Preloading::preload_if`](super::Preloading::preload_if).
    pub fn preload_if<R>(self, wanted: bool, relation: R) -> Children<C, Q, S::Output, Kind, J>
    where
        S: Append<Option<R>>,
    {
        self.preload(wanted.then_some(relation))
    }

    /// Gives the children as structs of your own, `V: From<(Post, Vec<Comment>)>`, or `V: From<Post>` where nothing is
    /// loaded with them: [`Preloading::map_into`](super::Preloading::map_into).
    pub fn map_into<V>(self) -> Children<C, Q, MapInto<S, V>, Kind, J> {
        self.with_nested(MapInto::new)
    }

    /// Another column of the children that holds the parent's primary key: for a second key to the same table, and for a
    /// table that points to itself. A tuple of columns, in the order of the primary key, where that has several.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, User}, schema::{posts, users}};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// // The posts that a user edited; `has_many::<Post>()` alone are those that the user wrote.
    /// let editors: Vec<(User, Vec<Post>)> = users::table
    ///     .select(User::as_select())
    ///     .preload(has_many::<Post>().by(posts::editor_id))
    ///     .load(conn)?;
    /// assert!(editors.iter().all(|(user, posts)| posts.iter().all(|post| post.editor_id == Some(user.id))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn by<Columns>(self, columns: Columns) -> Children<C, Q, S, Kind, ByColumn<Columns>> {
        self.joined(|_| ByColumn(columns))
    }

    /// Any columns of the children, and the key of a parent that stands in them: a unique column that is not the primary
    /// key, or several columns. A parent whose closure returns `None` has no children.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, Profile}, schema::{posts, profiles}};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// // The profile of the author, without the author.
    /// let posts: Vec<(Post, Option<Profile>)> = posts::table
    ///     .select(Post::as_select())
    ///     .preload(has_one::<Profile>().by_key(profiles::user_id, |post: &Post| post.author_id))
    ///     .load(conn)?;
    /// assert!(posts.iter().flat_map(|(post, profile)| Some((post, profile.as_ref()?))).all(|(a, b)| a.author_id == b.user_id));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn by_key<Columns, P, V, F>(self, columns: Columns, key: F) -> Children<C, Q, S, Kind, ByKey<Columns, F>>
    where
        F: Fn(&P) -> V,
    {
        self.joined(|_| ByKey { columns, key })
    }

    /// How the keys are sent, where the automatic choice is not the best: [`Strategy`]. The rows are the same.
    ///
    /// One that the backend does not know, or not for this type of key, is an error
    /// ([`is_unsupported_strategy`](Error::is_unsupported_strategy)).
    pub fn strategy(self, strategy: Strategy) -> Self {
        Children { strategy, ..self }
    }

    /// Makes keys equal in Rust that the database takes for equal: `.fold_keys(|code: String| code.to_lowercase())` for a
    /// case-insensitive collation, `.trim_end()` for a padded one.
    ///
    /// Without it a child whose key is spelled otherwise than its parent's is an error
    /// ([`is_unmatched_child`](crate::Error::is_unmatched_child)), as nobody can tell whose it is. The keys that are sent are
    /// not folded. Keys that the fold makes equal share their children.
    pub fn fold_keys<K>(self, fold: impl Fn(K) -> K + Send + Sync + 'static) -> Children<C, Q, S, Kind, Folded<J, K>> {
        self.joined(|joins| Folded { joins, fold: std::sync::Arc::new(fold) })
    }
}

impl<C, Q, S, J> Children<C, Q, S, Many, J> {
    /// The order of the children of each parent. Without it, whatever order the database gives.
    pub fn order<E>(self, order: E) -> Children<C, Sorted<Q, E>, S, Many, J>
    where
        E: Expression,
        Q: OrderDsl<E>,
    {
        self.with_query(|query| Sorted::new(query, order))
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
    fn collect(
        slots: usize,
        children: impl ExactSizeIterator<Item = (usize, Row)>,
    ) -> Result<Vec<Self::Output>, Second>;

    /// What each parent gets.
    ///
    /// # Errors
    ///
    /// Where a parent has too many, with its key.
    fn of_parents<DB: Dialect, K: Key>(
        column: &impl QueryFragment<DB>,
        slots: &Slots<K>,
        children: impl ExactSizeIterator<Item = (usize, Row)>,
    ) -> Result<Vec<Self::Output>> {
        let by_slot = Self::collect(slots.len(), children)
            .map_err(|Second(slot)| slots.blame(slot, statement::second_row::<DB>(Self::NAME, column)))?;
        Ok(stitch::hand_out(slots, by_slot).into_iter().map(Option::unwrap_or_default).collect())
    }
}

impl<Row: ChildRow> Arity<Row> for Many {
    type Output = Vec<Row>;
    const NAME: &'static str = "has_many";

    fn collect(slots: usize, children: impl ExactSizeIterator<Item = (usize, Row)>) -> Result<Vec<Vec<Row>>, Second> {
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
    Q: Keyed<DB, J::Columns, J::Key, C>,
    S: Relations<C, Whole>,
    Kind: Arity<S::Row>,
{
    type Key = J::Key;
    type Child = C;
    type Statement = Batch<Q::Statement, J::Key>;
    type Nested = S;
    type Pending = J::Named;

    fn prepare(self, parents: &[&P]) -> Result<PreparedBy<Self, P, DB>> {
        statement::prepare::<DB, C, _, _, _, _>(&self.joins, self.query, self.nested, self.strategy, parents)
    }

    fn stitch(
        column: J::Named,
        slots: &Slots<J::Key>,
        children: impl ExactSizeIterator<Item = (usize, S::Row)>,
    ) -> Result<Vec<Kind::Output>, Unstitched<DB>> {
        Ok(Kind::of_parents::<DB, _>(&column, slots, children)?)
    }

    fn unmatched(column: &J::Named, key: &J::Key) -> Error {
        statement::unmatched::<DB>(Kind::NAME, column, key)
    }
}
