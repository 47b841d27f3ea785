//! Aggregates of the children of each parent, computed by the database.

pub mod measure;
pub(super) mod statement;

use std::fmt;
use std::marker::PhantomData;

use diesel::dsl::Filter;
use diesel::expression::Expression;
use diesel::query_builder::QueryFragment;
use diesel::query_dsl::methods::FilterDsl;

use measure::{Average, Count, Exists, Max, Measure, Min, Numbers, Ordered, Rows, Sum};
use statement::{ComputedOf, Unsorted};

use super::by::Joins;
use super::for_keys::ForKeys;
use super::has_many::Children;
use super::key::Key;
use super::plumbing::batch::Batch;
use super::plumbing::dangling::Unstitched;
use super::plumbing::key_in::KeyColumns;
use super::plumbing::placed::Placed;
use super::plumbing::reads::{Beside, ReadsRows};
use super::plumbing::slots::Slots;
use super::plumbing::statement::{self as pure, Prepared, PreparedBy, Steps};
use super::plumbing::stitch::{self, Second};
use super::relation::{CountStatements, Relation, Statements};
use super::strategy::Strategy;
use crate::backend::{AggregateForm, Dialect};
use crate::error::{Error, Result};

/// An aggregate of the children of each parent: what [`count`](Children::count), [`exists`](Children::exists) and
/// [`AggregateDsl`] make of a relation. Its one statement returns a row for each distinct key, and no child.
#[must_use = "a relation is loaded by the query that it is given to"]
pub struct Aggregate<R, M, E, T> {
    relation: R,
    column: E,
    form: Option<AggregateForm>,
    marker: PhantomData<fn() -> (M, T)>,
}

// By hand: a derive would ask it of the markers too.
impl<R: Clone, M, E: Clone, T> Clone for Aggregate<R, M, E, T> {
    fn clone(&self) -> Self {
        Aggregate { relation: self.relation.clone(), column: self.column.clone(), form: self.form, marker: PhantomData }
    }
}
impl<R: Copy, M, E: Copy, T> Copy for Aggregate<R, M, E, T> {}
impl<R: fmt::Debug, M, E: fmt::Debug, T> fmt::Debug for Aggregate<R, M, E, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Aggregate { relation, column, form, .. } = self;
        f.debug_struct("Aggregate").field("relation", relation).field("column", column).field("form", form).finish()
    }
}

impl<C, Q, S, Kind, J> Children<C, Q, S, Kind, J> {
    /// How many children each parent has: `i64`, 0 for the childless. No child is sent.
    ///
    /// Filters count. What a join repeats is counted again. A parent that has no key has 0. One statement, none without parents.
    ///
    /// ```sql
    /// -- PostgreSQL
    /// SELECT _k.v, (SELECT COUNT(*) FROM "posts" WHERE "posts"."author_id" = _k.v) FROM unnest($1) AS _k(v)
    /// -- SQLite
    /// SELECT _k.value, (SELECT COUNT(*) FROM `posts` WHERE `posts`.`author_id` = _k.value) FROM json_each(?) AS _k
    /// -- MySQL, MariaDB
    /// SELECT _k.id, (SELECT COUNT(*) FROM `posts` WHERE `posts`.`author_id` = _k.id)
    ///   FROM JSON_TABLE(?, '$[*]' COLUMNS(id BIGINT PATH '$')) AS _k
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, User}, schema::{posts, users}};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let busy: Vec<(User, i64, i64)> = users::table
    ///     .select(User::as_select())
    ///     .preload(has_many::<Post>().count())
    ///     .preload(has_many::<Post>().filter(posts::published.eq(true)).count())
    ///     .load(conn)?; // three statements
    /// assert!(busy.iter().all(|(_, all, published)| published <= all));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// With an index on the foreign key the database counts in the index. Without one each parent is a scan of the table:
    /// see [`strategy`](Aggregate::strategy).
    pub fn count(self) -> Aggregate<Self, Count, Rows, i64>
    where
        Self: Aggregated,
    {
        Aggregate::new(self, Rows)
    }

    /// Whether each parent has a child: `bool`. The database stops at the first one. One statement, none without parents.
    ///
    /// ```sql
    /// -- PostgreSQL
    /// SELECT _k.v, EXISTS (SELECT TRUE FROM "posts" WHERE "posts"."author_id" = _k.v) FROM unnest($1) AS _k(v)
    /// -- SQLite
    /// SELECT _k.value, EXISTS (SELECT TRUE FROM `posts` WHERE `posts`.`author_id` = _k.value) FROM json_each(?) AS _k
    /// -- MySQL, MariaDB
    /// SELECT _k.id, EXISTS (SELECT TRUE FROM `posts` WHERE `posts`.`author_id` = _k.id) FROM JSON_TABLE(?, ..) AS _k
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, User}, schema::users};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let writes: Vec<(User, bool)> =
    ///     users::table.select(User::as_select()).preload(has_many::<Post>().exists()).load(conn)?;
    /// assert!(writes.iter().any(|(_, writes)| *writes));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn exists(self) -> Aggregate<Self, Exists, Rows, bool>
    where
        Self: Aggregated,
    {
        Aggregate::new(self, Rows)
    }
}

/// Aggregates of a column of the children of each parent: `None` where there is no value, that is no child, or NULLs only.
///
/// One statement for each, none without parents. `T` is the Rust type, named as in `sum::<i64>(..)` or read off the type of the result. In the prelude.
///
/// ```
/// # use diesel::prelude::*;
/// use blog::{models::{Post, User}, schema::{posts, users}};
/// use turbodiesel::prelude::*;
///
/// let conn = &mut blog::example()?;
/// let scores = users::table
///     .select(User::as_select())
///     .preload(has_many::<Post>().sum::<i64>(posts::score))
///     .preload(has_many::<Post>().avg::<f64>(posts::score))
///     .preload(has_many::<Post>().max::<i32>(posts::score))
///     .preload(has_many::<Post>().min::<String>(posts::title))
///     .load(conn)?; // five statements
/// for (_, sum, average, max, _title) in scores {
///     assert!(sum.is_some() == average.is_some() && max.is_none_or(|max| f64::from(max) >= average.unwrap_or(0.0)));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait AggregateDsl<E: Expression>: Sized {
    /// The sum of a column: integers of every width as `i64`, floats as they are, decimals exactly (SQLite has none: it adds
    /// floats).
    ///
    /// ```sql
    /// -- PostgreSQL, below 1,000 keys; the others at any number
    /// SELECT _k.v, (SELECT SUM("posts"."score") FROM "posts" WHERE "posts"."author_id" = _k.v) FROM unnest($1) AS _k(v)
    /// -- SQLite, MySQL and MariaDB: FROM json_each(?) AS _k, FROM JSON_TABLE(?, ..) AS _k
    /// -- PostgreSQL, from 1,000 keys on
    /// SELECT "posts"."author_id", SUM("posts"."score") FROM "posts" WHERE "posts"."author_id" = ANY($1) GROUP BY "posts"."author_id"
    /// ```
    ///
    /// # Errors
    ///
    /// When it is loaded, a sum that is larger than an `i64` is the database's error, or Diesel's: never a wrong number.
    fn sum<T>(self, column: E) -> Aggregate<Self, Sum, E, Option<T>>
    where
        Self: Aggregated,
        E::SqlType: Numbers,
    {
        Aggregate::new(self, column)
    }

    /// The average of a column: `f64`, and a decimal for decimals. NULLs are not counted.
    ///
    /// ```sql
    /// -- PostgreSQL
    /// SELECT _k.v, (SELECT CAST(AVG("posts"."score") AS DOUBLE PRECISION) FROM "posts" WHERE ..) FROM unnest($1) AS _k(v)
    /// -- SQLite
    /// SELECT _k.value, (SELECT AVG(`posts`.`score`) FROM `posts` WHERE ..) FROM json_each(?) AS _k
    /// -- MySQL, MariaDB, where the average of integers has four digits: of doubles
    /// SELECT _k.id, (SELECT AVG(`posts`.`score` + 0e0) FROM `posts` WHERE ..) FROM JSON_TABLE(..) AS _k
    /// ```
    fn avg<T>(self, column: E) -> Aggregate<Self, Average, E, Option<T>>
    where
        Self: Aggregated,
        E::SqlType: Numbers,
    {
        Aggregate::new(self, column)
    }

    /// The largest value of a column. An index on the foreign key and the column answers with one row for each parent.
    ///
    /// ```sql
    /// -- PostgreSQL; SQLite the same of json_each(?)
    /// SELECT _k.v, (SELECT MAX("posts"."score") FROM "posts" WHERE "posts"."author_id" = _k.v) FROM unnest($1) AS _k(v)
    /// -- MySQL, MariaDB, which would read all rows of the parent
    /// SELECT _k.id, (SELECT `posts`.`score` FROM `posts` WHERE .. ORDER BY `posts`.`score` DESC LIMIT 1) FROM JSON_TABLE(..) AS _k
    /// ```
    fn max<T>(self, column: E) -> Aggregate<Self, Max, E, Option<T>>
    where
        Self: Aggregated,
        E::SqlType: Ordered,
    {
        Aggregate::new(self, column)
    }

    /// The smallest value of a column: as [`max`](AggregateDsl::max), with `MIN`, and on MySQL and MariaDB `WHERE .. IS NOT NULL
    /// ORDER BY .. LIMIT 1`, as NULLs come first there.
    fn min<T>(self, column: E) -> Aggregate<Self, Min, E, Option<T>>
    where
        Self: Aggregated,
        E::SqlType: Ordered,
    {
        Aggregate::new(self, column)
    }
}

impl<C, Q, S, Kind, J, E: Expression> AggregateDsl<E> for Children<C, Q, S, Kind, J> {}

/// A relation that can be computed with: its children have no order and no relations of their own.
#[diagnostic::on_unimplemented(
    message = "an aggregate has no rows that could be sorted or have relations",
    label = "this relation has an `.order(..)` or a `.preload(..)`",
    note = "leave them out: `has_many::<Post>().filter(..).count()`"
)]
pub trait Aggregated {}

#[diagnostic::do_not_recommend]
impl<C, Q: Unsorted, Kind, J> Aggregated for Children<C, Q, (), Kind, J> {}

impl<R, M, E, T> Aggregate<R, M, E, T> {
    fn new(relation: R, column: E) -> Self {
        Aggregate { relation, column, form: None, marker: PhantomData }
    }

    pub(super) fn relation(&self) -> &R {
        &self.relation
    }

    pub(super) fn column(&self) -> &E {
        &self.column
    }

    /// The form of the statement, instead of the one that was measured to be the faster one:
    /// [`Grouped`](AggregateForm::Grouped) for a foreign key without an index, and for servers that lack `JSON_TABLE`.
    ///
    /// Groups of text are joined to the keys once more: where a collation takes keys for equal that are spelled otherwise, one
    /// group stands for several. [`EachKey`](AggregateForm::EachKey) is the default there.
    pub fn strategy(mut self, form: AggregateForm) -> Self {
        self.form = Some(form);
        self
    }
}

impl<C, Q, S, Kind, J, M, E, T> Aggregate<Children<C, Q, S, Kind, J>, M, E, T> {
    /// Only of the children for which the predicate holds.
    pub fn filter<Predicate>(
        self,
        predicate: Predicate,
    ) -> Aggregate<Children<C, Filter<Q, Predicate>, S, Kind, J>, M, E, T>
    where
        Q: FilterDsl<Predicate>,
    {
        let Aggregate { relation, column, form, marker } = self;
        Aggregate { relation: relation.filter(predicate), column, form, marker }
    }
}

impl<P, R: ForKeys<P>, M, E, T> ForKeys<P> for Aggregate<R, M, E, T> {
    type Key = R::Key;
    type Relation = Aggregate<R::Relation, M, E, T>;

    fn for_keys(self) -> Self::Relation {
        let Aggregate { relation, column, form, marker } = self;
        Aggregate { relation: relation.for_keys(), column, form, marker }
    }
}

impl<P, C, Q, S, Kind, J: Joins<P, C>, M, E, T> Relation<P> for Aggregate<Children<C, Q, S, Kind, J>, M, E, T> {
    type Output = T;
}

impl<C, Q, S, Kind, J, M, E, T> CountStatements for Aggregate<Children<C, Q, S, Kind, J>, M, E, T> {
    fn statements(&self) -> Statements {
        match self.relation.chosen() {
            Strategy::Auto => Statements::of_bound_keys(),
            strategy => strategy.statements(),
        }
    }
}

type NotNull<J, P, C> = <<J as Joins<P, C>>::Columns as KeyColumns<<<J as Joins<P, C>>::Key as Key>::Columns>>::NotNull;

impl<P, DB, C, Q, S, Kind, J, M, E, T> Steps<P, DB> for Aggregate<Children<C, Q, S, Kind, J>, M, E, T>
where
    DB: Dialect,
    J: Joins<P, C, Key: Key, Named: QueryFragment<DB>>,
    J::Columns: KeyColumns<<J::Key as Key>::Columns>,
    Q: ComputedOf<DB, NotNull<J, P, C>, J::Key, E, M>,
    M: Measure<E>,
    T: Clone + Default,
{
    type Key = J::Key;
    type Child = T;
    type Statement = Batch<<Q as ComputedOf<DB, NotNull<J, P, C>, J::Key, E, M>>::Statement, J::Key>;
    type Row = (J::Key, T);
    type Nested = ();
    type Pending = J::Named;

    fn prepare(self, parents: &[&P]) -> Result<PreparedBy<Self, P, DB>> {
        let Aggregate { relation, column, form, .. } = self;
        let strategy = relation.chosen();
        let (query, _, joins) = relation.apart();
        let (slots, keys) = Slots::new(parents.iter().map(|parent| joins.key(parent)), joins.fold());
        let (columns, pending) = (joins.columns().not_null(), joins.named());
        let statement = match keys {
            Some(keys) => {
                pure::refuse_merged::<DB, _>(&slots, &keys, &pending)?;
                Some(query.computed(columns, keys, column, form, strategy)?)
            }
            None => None,
        };
        Ok(Prepared { statement, slots, nested: (), pending })
    }

    fn apart(row: (J::Key, T)) -> (Option<J::Key>, T) {
        Beside::apart(row)
    }

    fn stitch(column: J::Named, slots: &Slots<J::Key>, values: Placed<T>) -> Result<Vec<T>, Unstitched<DB>> {
        let by_slot = stitch::one(slots.len(), values)
            .map_err(|Second(slot)| slots.blame(slot, pure::second_row::<DB>("aggregate", &column)))?;
        let of_parent = stitch::hand_out(slots, by_slot).into_iter();
        Ok(of_parent.map(|value| value.flatten().unwrap_or_default()).collect())
    }

    fn unmatched(column: &J::Named, key: &J::Key) -> Error {
        pure::unmatched::<DB>("aggregate", column, key)
    }
}
