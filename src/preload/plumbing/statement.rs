//! The pure half of a relation: one statement for all parents, and what its rows become.

use diesel::dsl::{Filter, Select};
use diesel::expression::Expression;
use diesel::query_builder::QueryFragment;
use diesel::query_dsl::methods::{FilterDsl, SelectDsl};

use super::batch::Batch;
use super::clauses;
use super::dangling::Unstitched;
use super::home::{self, Home, InTable};
use super::key_in::{KeyColumns, KeyIn};
use super::keys::Keys;
use super::placed::Placed;
use super::reads::Reads;
use super::slots::Slots;
use crate::backend::{Dialect, KeyList};
use crate::error::{Error, ErrorKind, Result};
use crate::preload::by::Joins;
use crate::preload::key::Key;
use crate::preload::relation::{Relation, Relations, Whole};
use crate::preload::strategy::Strategy;

/// A relation in its pure steps: [`prepare`](Steps::prepare) before the fetch, [`stitch`](Steps::stitch) after it.
pub trait Steps<P, DB: Dialect>: Relation<P> + Sized {
    /// What joins parents and children.
    type Key: Key;
    /// A row of the statement, without its key.
    type Child;
    /// The statement: it selects [`Row`](Steps::Row)s.
    type Statement;
    /// What a row of the statement is read as, without its position where it has one.
    type Row;
    /// The relations of the children.
    type Nested: Relations<Self::Child, Whole>;
    /// What stitching needs to know beside the slots.
    type Pending;

    /// Asks the parents for their keys and builds the statement for the distinct ones.
    ///
    /// # Errors
    ///
    /// Where the query has a clause that cannot stand in a relation.
    fn prepare(self, parents: &[&P]) -> Result<PreparedBy<Self, P, DB>>;

    /// The key and the child of a row.
    fn apart(row: Self::Row) -> (Option<Self::Key>, Self::Child);

    /// Hands the children, each with the number of its slot, to the parents: one output for each, in their order.
    ///
    /// # Errors
    ///
    /// Where a parent has fewer or more children than its relation allows.
    fn stitch(
        pending: Self::Pending,
        slots: &Slots<Self::Key>,
        children: Placed<<Self::Nested as Relations<Self::Child, Whole>>::Row>,
    ) -> Result<Vec<Self::Output>, Unstitched<DB>>;

    /// The error that a child is whose key no parent has.
    fn unmatched(pending: &Self::Pending, key: &Self::Key) -> Error;
}

/// What [`Steps::prepare`] makes of a relation `R`.
pub type PreparedBy<R, P, DB> = Prepared<
    <R as Steps<P, DB>>::Key,
    <R as Steps<P, DB>>::Statement,
    <R as Steps<P, DB>>::Nested,
    <R as Steps<P, DB>>::Pending,
>;

/// A level that is ready to be fetched.
#[derive(Debug)]
pub struct Prepared<K, Statement, Nested, Pending> {
    /// `None`: no parent has a key, nothing is sent.
    pub statement: Option<Statement>,
    /// Which parent has which key.
    pub slots: Slots<K>,
    /// The relations of the children.
    pub nested: Nested,
    /// What stitching needs to know beside the slots.
    pub pending: Pending,
}

/// What every relation that is joined by keys prepares: the distinct keys of the parents, and the child query narrowed to
/// them.
pub(crate) fn prepare<DB, C, P, J, Q, S, R>(
    joins: &J,
    query: Q,
    nested: S,
    strategy: Strategy,
    parents: &[&P],
) -> Result<Prepared<J::Key, Batch<Q::Statement, J::Key>, S, J::Named>>
where
    DB: Dialect,
    J: Joins<P, C, Key: Key>,
    Q: Keyed<DB, J::Columns, J::Key, C, R>,
{
    let (slots, keys) = number::<C, P, J>(joins, parents);
    let statement = keys.map(|keys| query.keyed(joins.columns(), keys, strategy)).transpose()?;
    Ok(Prepared { statement, slots, nested, pending: joins.named() })
}

/// Which parent has which key, and the distinct keys as they are sent, if there are any.
pub(crate) fn number<C, P, J>(joins: &J, parents: &[&P]) -> (Slots<J::Key>, Option<Keys<J::Key>>)
where
    J: Joins<P, C, Key: Key>,
{
    Slots::new(parents.iter().map(|parent| joins.key(parent)), joins.fold())
}

/// A child query that can be narrowed to keys: `SELECT key, child.* .. WHERE column IN (keys)`.
///
/// The one bound on a child query; Diesel's own bounds hide in its impl.
#[diagnostic::on_unimplemented(
    message = "this query cannot be loaded as the children `{C}`",
    note = "the key column and the columns of `{C}` must come from the tables of the query, and `{C}` needs `#[derive(Selectable)]`"
)]
pub trait Keyed<DB: Dialect, Columns, K, C, R> {
    /// The narrowed query.
    type Statement;

    /// Narrows the query.
    ///
    /// # Errors
    ///
    /// Where the backend cannot compare such keys exactly, or not by this strategy.
    fn keyed(self, columns: Columns, keys: Keys<K>, strategy: Strategy) -> Result<Batch<Self::Statement, K>>;
}

type NotNull<Columns, K> = <Columns as KeyColumns<<K as Key>::Columns>>::NotNull;

// SELECT "posts"."id", "posts"."author_id", .. FROM "posts" WHERE (.. the query's own ..) AND "posts"."author_id" = ANY($1)
impl<Q, DB, Columns, K, C, R> Keyed<DB, Columns, K, C, R> for Q
where
    DB: Dialect,
    K: Key,
    Columns: InTable<K::Columns, DB> + KeyColumns<K::Columns, NotNull: Copy + Expression + QueryFragment<DB>>,
    DB: KeyList<K, <NotNull<Columns, K> as Expression>::SqlType>,
    Q: QueryFragment<DB> + FilterDsl<KeyIn<NotNull<Columns, K>, K>>,
    R: Reads<DB, Columns, K, C>,
    R::Selection: Expression,
    Filter<Q, KeyIn<NotNull<Columns, K>, K>>: SelectDsl<R::Selection>,
{
    type Statement = Select<Filter<Q, KeyIn<NotNull<Columns, K>, K>>, R::Selection>;

    fn keyed(self, columns: Columns, keys: Keys<K>, strategy: Strategy) -> Result<Batch<Self::Statement, K>> {
        let columns = columns.not_null();
        let named = column_name::<DB>(&columns);
        clauses::refuse::<DB>(&self, &named)?;
        let home: fn() -> Home = <Columns as InTable<K::Columns, DB>>::home;
        let filter = KeyIn::new(columns, keys.clone(), home);
        let statement = SelectDsl::select(FilterDsl::filter(self, filter), R::selection(columns));
        Batch::new::<DB>(statement, keys, DB::types(), strategy, &named, home)
    }
}

/// `posts.author_id`: the column as messages name it; several with commas between them.
pub(crate) fn column_name<DB: Dialect>(column: &impl QueryFragment<DB>) -> String {
    home::sql(column).replace(['"', '`'], "")
}

/// The error that a second row of a has-one is.
pub(crate) fn second_row<DB: Dialect>(relation: &str, column: &impl QueryFragment<DB>) -> Error {
    let column = column_name::<DB>(column);
    let message = format!("{relation}: two rows have the same key in {column}, where each parent has at most one");
    Error::new(ErrorKind::SecondRow, message)
}

/// The error that a child of no parent is.
pub(crate) fn unmatched<DB: Dialect>(relation: &str, column: &impl QueryFragment<DB>, key: &impl Key) -> Error {
    let column = column_name::<DB>(column);
    let message = format!(
        "{relation}: the database matched a row by {column} whose key equals that of no parent in Rust; a \
         case-insensitive or padded collation does that, and `.fold_keys(..)` says which keys are equal"
    );
    Error::new(ErrorKind::UnmatchedChild, message).with_key(key)
}

/// Refuses keys that `.fold_keys(..)` makes equal, where each key is asked for by itself: whose are the first children, and
/// what is counted, if two keys are one to Rust and two to the database?
pub(crate) fn refuse_merged<DB: Dialect, K: Key>(
    slots: &Slots<K>,
    keys: &Keys<K>,
    column: &impl QueryFragment<DB>,
) -> Result<()> {
    if keys.list().len() == slots.len() {
        return Ok(());
    }
    let message = format!(
        "{}: two parents have keys that only `.fold_keys(..)` makes equal, and the first children or an aggregate of both \
         together cannot be asked for",
        column_name::<DB>(column)
    );
    Err(Error::new(ErrorKind::UnsupportedQuery, message))
}
