//! Which element of a row a relation hangs on.

use std::marker::PhantomData;

use super::relation::{CountStatements, Lens, Relation, Statements};

/// A relation and the element of the row that it hangs on.
#[derive(Debug, Clone, Copy)]
pub struct At<W, T> {
    pub(super) relation: T,
    place: PhantomData<W>,
}

impl<W, T> At<W, T> {
    pub(super) fn new(relation: T) -> Self {
        At { relation, place: PhantomData }
    }
}

/// The parent of the row: the row itself, or the first element of a tuple.
#[derive(Debug, Clone, Copy)]
pub struct Parent;

/// The element `N` of a row that is a tuple, counted from 0: for [`preload_at`](super::Preloading::preload_at).
#[derive(Debug, Clone, Copy)]
pub struct Nth<const N: usize>;

/// Where a relation hangs in a row `R` whose parent is found by `L`.
pub trait Place<R, L> {
    /// How the parent is found.
    type Lens: Lens<R>;
}

impl<R, L: Lens<R>> Place<R, L> for Parent {
    type Lens = L;
}

impl<R, L, const N: usize> Place<R, L> for Nth<N>
where
    Self: Lens<R>,
{
    type Lens = Self;
}

/// A relation in its place: what each row `R` gets.
pub trait Attached<R, L> {
    /// What is appended to the row.
    type Output;
}

impl<R, L, W, T> Attached<R, L> for At<W, T>
where
    W: Place<R, L>,
    T: Relation<<W::Lens as Lens<R>>::Parent>,
{
    type Output = T::Output;
}

impl<W, T: CountStatements> CountStatements for At<W, T> {
    fn statements(&self) -> Statements {
        self.relation.statements()
    }
}
