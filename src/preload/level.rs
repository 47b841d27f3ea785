//! What becomes of the rows of one level: another struct, or shared ones.

use std::marker::PhantomData;

use super::relation::{CountStatements, Relations, Statements};

/// The relations `S` of a level whose rows become `V`s: what `.map_into::<V>()` makes.
#[derive(Debug)]
pub struct MapInto<S, V> {
    pub(super) relations: S,
    marker: PhantomData<fn() -> V>,
}

/// The relations `S` of a level whose rows become `Arc`s: what `.shared()` makes.
#[derive(Debug, Clone, Copy)]
pub struct Shared<S> {
    pub(super) relations: S,
}

/// The relations `S` of a level whose rows keep their place in the result: what orders the targets of a many-to-many.
#[derive(Debug, Clone, Copy)]
pub struct Ranked<S> {
    pub(super) relations: S,
}

/// A row and its place in the result of its statement.
#[derive(Debug, Clone, Copy)]
pub struct Rank<Row> {
    pub(super) rank: usize,
    pub(super) row: Row,
}

impl<S, V> MapInto<S, V> {
    pub(super) fn new(relations: S) -> Self {
        MapInto { relations, marker: PhantomData }
    }
}

// By hand: a derive would ask it of the row too.
impl<S: Clone, V> Clone for MapInto<S, V> {
    fn clone(&self) -> Self {
        MapInto::new(self.relations.clone())
    }
}
impl<S: Copy, V> Copy for MapInto<S, V> {}

/// A row that is made from a row and its relations: `From`, under a message of ours.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not made from the rows of this level",
    label = "no `From<{Row}>` for `{Self}`",
    note = "the row is a tuple of the model and its relations, in the order of the calls: `impl From<{Row}> for {Self}`"
)]
pub trait FromRow<Row> {
    /// Makes it.
    fn from_row(row: Row) -> Self;
}

#[diagnostic::do_not_recommend]
impl<V: From<Row>, Row> FromRow<Row> for V {
    fn from_row(row: Row) -> V {
        V::from(row)
    }
}

impl<R, L, S, V> Relations<R, L> for MapInto<S, V>
where
    S: Relations<R, L>,
    V: FromRow<S::Row>,
{
    type Row = V;
}

impl<R, L, S: Relations<R, L>> Relations<R, L> for Shared<S> {
    type Row = std::sync::Arc<S::Row>;
}

impl<R, L, S: Relations<R, L>> Relations<R, L> for Ranked<S> {
    type Row = Rank<S::Row>;
}

impl<S: CountStatements, V> CountStatements for MapInto<S, V> {
    fn statements(&self) -> Statements {
        self.relations.statements()
    }
}

impl<S: CountStatements> CountStatements for Shared<S> {
    fn statements(&self) -> Statements {
        self.relations.statements()
    }
}

impl<S: CountStatements> CountStatements for Ranked<S> {
    fn statements(&self) -> Statements {
        self.relations.statements()
    }
}
