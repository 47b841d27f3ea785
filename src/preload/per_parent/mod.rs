//! The first children of each parent: the newest three posts, the latest payment.

pub(crate) mod plan;
mod sorted;
pub(crate) mod statement;

use std::marker::PhantomData;

use diesel::dsl::Filter;
use diesel::expression::Expression;
use diesel::query_builder::QueryFragment;
use diesel::query_dsl::methods::{FilterDsl, OrderDsl};

pub use sorted::{HasOrder, Sorted};
pub use statement::TopOf;

use super::by::Joins;
use super::for_keys::ForKeys;
use super::has_many::{Arity, Children, Many};
use super::has_one::One;
use super::key::Key;
use super::level::MapInto;
use super::plumbing::dangling::Unstitched;
use super::plumbing::key_in::KeyColumns;
use super::plumbing::placed::Placed;
use super::plumbing::reads::{Beside, ReadsRows};
use super::plumbing::slots::Slots;
use super::plumbing::statement::{self as pure, Prepared, PreparedBy, Steps};
use super::relation::{CountStatements, Relation, Relations, Statements, Whole};
use super::strategy::Strategy;
use super::tuple::Append;
use crate::backend::{Dialect, TopN};
use crate::error::{Error, Result};
use statement::Cut;

/// The first children of each parent: what [`limit_per_parent`](Children::limit_per_parent),
/// [`offset_per_parent`](Children::offset_per_parent) and [`latest`](Children::latest) make of a relation.
#[must_use = "a relation is loaded by the query that it is given to"]
#[derive(Debug)]
pub struct FirstOfEach<R, Kind> {
    relation: R,
    cut: Cut,
    marker: PhantomData<fn() -> Kind>,
}

// By hand: a derive would ask it of `Kind` too.
impl<R: Clone, Kind> Clone for FirstOfEach<R, Kind> {
    fn clone(&self) -> Self {
        FirstOfEach::new(self.relation.clone(), self.cut)
    }
}
impl<R: Copy, Kind> Copy for FirstOfEach<R, Kind> {}

impl<C, Q, S, J> Children<C, Q, S, Many, J> {
    /// At most `n` children of each parent: the first ones in the [`order`](Children::order), which must be given.
    ///
    /// Ties are cut by the primary key, in the direction of the last key of the order, so that the same rows come each
    /// time. Filters apply before the cut, and relations of the children are loaded only for those that are left. With an
    /// index on the foreign key, the order and the primary key ([`index_sql`](super::IndexDsl::index_sql)) the database reads no more than the children that it gives,
    /// however many there are; a window function, which is how it is often written, reads all of them.
    ///
    /// ```sql
    /// -- PostgreSQL; for more than 10, the same on primary keys, joined to their rows
    /// SELECT _t.* FROM unnest($1) AS _k(v) CROSS JOIN LATERAL (
    ///   SELECT ROW_NUMBER() OVER (), _k.v, _q.* FROM (
    ///     SELECT "posts"."id", .. FROM "posts" WHERE "posts"."author_id" = _k.v
    ///     ORDER BY "posts"."created_at" DESC, "posts"."id" DESC LIMIT $2) AS _q) AS _t
    /// -- SQLite
    /// SELECT _t.key, _k.value, `posts`.`id`, .. FROM json_each(?) AS _k
    ///   CROSS JOIN json_each((SELECT json_group_array(_q.p0) FROM (
    ///     SELECT `posts`.`id` AS p0 FROM `posts` WHERE `posts`.`author_id` = _k.value
    ///     ORDER BY `posts`.`created_at` DESC, `posts`.`id` DESC LIMIT ?) AS _q)) AS _t
    ///   CROSS JOIN `posts` ON `posts`.`id` = _t.value
    /// -- MySQL, MariaDB: a statement for each 64 parents
    /// (SELECT 0, `posts`.`author_id`, `posts`.`id`, .. FROM `posts` WHERE `posts`.`author_id` = ?
    ///   ORDER BY `posts`.`created_at` DESC, `posts`.`id` DESC LIMIT ?) UNION ALL (SELECT ..) ..
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, User}, schema::{posts, users}};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let newest: Vec<(User, Vec<Post>)> = users::table
    ///     .select(User::as_select())
    ///     .preload(has_many::<Post>().order(posts::created_at.desc()).limit_per_parent(3))
    ///     .load(conn)?;
    /// assert!(newest.iter().all(|(_, posts)| posts.len() <= 3 && posts.is_sorted_by_key(|post| std::cmp::Reverse(post.created_at))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// The childless get an empty `Vec`. No statement is sent where `n` is 0, or there are no parents. A child must be read from its own table alone: joins may narrow and sort.
    pub fn limit_per_parent(self, n: u32) -> FirstOfEach<Self, Many>
    where
        Q: HasOrder,
    {
        FirstOfEach::new(self, Cut { limit: n, offset: 0, form: None })
    }

    /// All children of each parent but the first `n` in the [`order`](Children::order); with
    /// [`limit_per_parent`](FirstOfEach::limit_per_parent) a page of them. A page that is deep costs what lies before it:
    /// for those, see [`keyset`](crate::keyset). The statements are those of `limit_per_parent`, with an `OFFSET`; a parent with
    /// no more than `n` children gets an empty `Vec`.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, User}, schema::{posts, users}};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let second: Vec<(User, Vec<Post>)> = users::table
    ///     .select(User::as_select())
    ///     .preload(has_many::<Post>().order(posts::id).offset_per_parent(1).limit_per_parent(1))
    ///     .load(conn)?;
    /// assert!(second.iter().any(|(_, posts)| posts.len() == 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn offset_per_parent(self, n: u32) -> FirstOfEach<Self, Many>
    where
        Q: HasOrder,
    {
        FirstOfEach::new(self, Cut { limit: u32::MAX, offset: n, form: None })
    }

    /// The first child of each parent in this order: `Option<C>`. "The newest one" is what is often meant where a has-one
    /// is declared on a table that can hold several.
    ///
    /// ```sql
    /// -- MySQL, MariaDB; the others as for `limit_per_parent(1)`
    /// SELECT 0, _k.id, `posts`.`id`, .. FROM JSON_TABLE(?, '$[*]' COLUMNS(id BIGINT PATH '$')) AS _k
    ///   STRAIGHT_JOIN `posts` ON (`posts`.`id`) = (
    ///     SELECT `posts`.`id` AS p0 FROM `posts` WHERE `posts`.`author_id` = _k.id
    ///     ORDER BY `posts`.`created_at` DESC, `posts`.`id` DESC LIMIT ?)
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, User}, schema::{posts, users}};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let latest: Vec<(User, Option<Post>)> = users::table
    ///     .select(User::as_select())
    ///     .preload(has_many::<Post>().latest(posts::created_at.desc()))
    ///     .load(conn)?;
    /// assert!(latest.iter().any(|(_, post)| post.is_some()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn latest<E>(self, order: E) -> FirstOfEach<Children<C, Sorted<Q, E>, S, Many, J>, One>
    where
        E: Expression,
        Q: OrderDsl<E>,
    {
        FirstOfEach::new(self.order(order), Cut { limit: 1, offset: 0, form: None })
    }
}

impl<R, Kind> FirstOfEach<R, Kind> {
    fn new(relation: R, cut: Cut) -> Self {
        FirstOfEach { relation, cut, marker: PhantomData }
    }

    pub(super) fn relation(&self) -> &R {
        &self.relation
    }

    /// The form of the statement, instead of the one that fits the backend and the numbers: for servers that speak a
    /// backend's protocol and lack a form, and for tables without an index, where [`TopN::Window`] is the best there is.
    ///
    /// All forms give the same rows. A backend that does not know the form is an error
    /// ([`is_unsupported_query`](crate::Error::is_unsupported_query)).
    ///
    /// How the keys are sent is said before the cut, by [`Children::strategy`]: `Binds` in any form, `Search` as all forms but
    /// the window do, `Scan` in a window, which it chooses. What does not go together is an error
    /// ([`is_unsupported_strategy`](crate::Error::is_unsupported_strategy)).
    pub fn strategy(mut self, form: TopN) -> Self {
        self.cut.form = Some(form);
        self
    }
}

impl<R> FirstOfEach<R, Many> {
    /// At most `n` children of each parent, after those that [`offset_per_parent`](Children::offset_per_parent) leaves out.
    pub fn limit_per_parent(mut self, n: u32) -> Self {
        self.cut.limit = n;
        self
    }

    /// Leaves out the first `n` children of each parent.
    pub fn offset_per_parent(mut self, n: u32) -> Self {
        self.cut.offset = n;
        self
    }
}

impl<C, Q, S, J, Kind> FirstOfEach<Children<C, Q, S, Many, J>, Kind> {
    /// Only the children for which the predicate holds. It applies before the cut, wherever it is written.
    pub fn filter<Predicate>(
        self,
        predicate: Predicate,
    ) -> FirstOfEach<Children<C, Filter<Q, Predicate>, S, Many, J>, Kind>
    where
        Q: FilterDsl<Predicate>,
    {
        FirstOfEach::new(self.relation.filter(predicate), self.cut)
    }

    /// Loads a relation of the children that are left with them, one more statement.
    pub fn preload<R>(self, relation: R) -> FirstOfEach<Children<C, Q, S::Output, Many, J>, Kind>
    where
        S: Append<R>,
    {
        FirstOfEach::new(self.relation.preload(relation), self.cut)
    }

    /// Loads a relation of the children that are left if `wanted`: [`Preloading::preload_if`](super::Preloading::preload_if).
    pub fn preload_if<R>(self, wanted: bool, relation: R) -> FirstOfEach<Children<C, Q, S::Output, Many, J>, Kind>
    where
        S: Append<Option<R>>,
    {
        self.preload(wanted.then_some(relation))
    }

    /// Gives the children as structs of your own: [`Preloading::map_into`](super::Preloading::map_into).
    pub fn map_into<V>(self) -> FirstOfEach<Children<C, Q, MapInto<S, V>, Many, J>, Kind> {
        FirstOfEach::new(self.relation.map_into(), self.cut)
    }
}

impl<P, R: ForKeys<P>, Kind> ForKeys<P> for FirstOfEach<R, Kind> {
    type Key = R::Key;
    type Relation = FirstOfEach<R::Relation, Kind>;

    fn for_keys(self) -> Self::Relation {
        FirstOfEach::new(self.relation.for_keys(), self.cut)
    }
}

impl<P, C, Q, S, J, Kind> Relation<P> for FirstOfEach<Children<C, Q, S, Many, J>, Kind>
where
    J: Joins<P, C>,
    S: Relations<C, Whole>,
    Kind: Arity<S::Row>,
{
    type Output = Kind::Output;
}

impl<C, Q, S: CountStatements, J, Kind> CountStatements for FirstOfEach<Children<C, Q, S, Many, J>, Kind> {
    fn statements(&self) -> Statements {
        self.relation.statements_by(Strategy::Binds).in_chunks()
    }
}

type NotNull<J, P, C> = <<J as Joins<P, C>>::Columns as KeyColumns<<<J as Joins<P, C>>::Key as Key>::Columns>>::NotNull;

impl<P, DB, C, Q, S, J, Kind> Steps<P, DB> for FirstOfEach<Children<C, Q, S, Many, J>, Kind>
where
    DB: Dialect,
    J: Joins<P, C, Key: Key, Named: QueryFragment<DB>>,
    J::Columns: KeyColumns<<J::Key as Key>::Columns>,
    Q: HasOrder,
    Q::Query: TopOf<DB, NotNull<J, P, C>, J::Key, C, Q::Order>,
    S: Relations<C, Whole>,
    Kind: Arity<S::Row>,
{
    type Key = J::Key;
    type Child = C;
    type Statement = <Q::Query as TopOf<DB, NotNull<J, P, C>, J::Key, C, Q::Order>>::Statements;
    type Row = (J::Key, C);
    type Nested = S;
    type Pending = J::Named;

    fn prepare(self, parents: &[&P]) -> Result<PreparedBy<Self, P, DB>> {
        let FirstOfEach { relation, cut, .. } = self;
        let strategy = relation.chosen();
        let (query, nested, joins) = relation.apart();
        let (slots, keys) = Slots::new(parents.iter().map(|parent| joins.key(parent)), joins.fold());
        let (columns, pending) = (joins.columns().not_null(), joins.named());
        let statement = match keys {
            Some(keys) if cut.limit > 0 => {
                pure::refuse_merged::<DB, _>(&slots, &keys, &pending)?;
                let (query, order) = query.apart();
                Some(query.top(columns, keys, order, cut, strategy)?)
            }
            _ => None,
        };
        Ok(Prepared { statement, slots, nested, pending })
    }

    fn apart(row: (J::Key, C)) -> (Option<J::Key>, C) {
        Beside::apart(row)
    }

    fn stitch(
        column: J::Named,
        slots: &Slots<J::Key>,
        children: Placed<S::Row>,
    ) -> Result<Vec<Kind::Output>, Unstitched<DB>> {
        Ok(Kind::of_parents::<DB, _>(&column, slots, children)?)
    }

    fn unmatched(column: &J::Named, key: &J::Key) -> Error {
        pure::unmatched::<DB>(Kind::NAME, column, key)
    }
}
