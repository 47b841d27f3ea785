//! The driver that awaits: `fetch.rs` once more, on connections of diesel-async.
//!
//! The steps before and after a statement are the same values; what differs is who waits. Siblings of a level are one
//! [`Task`] each, and the connection decides whether they are on their way together.

use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;

use diesel_async::AsyncConnectionCore;

use super::again::Again;
use super::asks_async::AsksOfKeys;
use super::batch::Batch;
use super::dangling::Unstitched;
use super::placed::{Placed, as_many, if_there};
use super::reads::{Beside, ReadsRows};
use super::statement::{Prepared, Steps};
use crate::driver::{Both, Driver, Sends, Task};
use crate::error::Result;
use crate::keyset::of_each::{self, PageOfEach, PageSteps};
use crate::keyset::statement::KeyedRow;
use crate::keyset::{Page, PageSize};
use crate::preload::aggregate::Aggregate;
use crate::preload::belongs_to::BelongsTo;
use crate::preload::has_many::Children;
use crate::preload::level::{FromRow, MapInto, Rank, Ranked, Shared};
use crate::preload::optional::IfSome;
use crate::preload::per_parent::FirstOfEach;
use crate::preload::per_parent::statement::by_position;
use crate::preload::place::{At, Attached, Place};
use crate::preload::relation::{Lens, Relation, Relations, Whole};
use crate::preload::tuple::all_the_tuples;

/// A relation that can be awaited on `D`.
pub trait Preload<'q, P, D: Driver>: Relation<P, Output: Send> + Send {
    /// One output for each parent, in their order.
    ///
    /// # Errors
    ///
    /// The database's, and those of [`Steps::stitch`].
    fn fetch<'c>(
        self,
        parents: &[&P],
        conn: &mut D::Lent<'c>,
    ) -> impl Future<Output = Result<Vec<Self::Output>>> + Send;
}

type Backend<D> = <D as AsyncConnectionCore>::Backend;
type Key<R, P, D> = <R as Steps<P, Backend<D>>>::Key;
type Row<R, P, D> = <R as Steps<P, Backend<D>>>::Row;
type Child<R, P, D> = <R as Steps<P, Backend<D>>>::Child;
type Nested<R, P, D> = <R as Steps<P, Backend<D>>>::Nested;
type KeyOfEach<R, P, D> = <R as PageSteps<P, Backend<D>>>::Key;
type OfEach<R, P, D> = <R as PageSteps<P, Backend<D>>>::Child;

/// Prepare, send, fetch what is nested, stitch.
fn fetch<'q, 'c, R, P, St, D>(
    relation: R,
    parents: &[&P],
    conn: &mut D::Lent<'c>,
) -> impl Future<Output = Result<Vec<R::Output>>> + Send
where
    D: FetchAll<'q, R::Nested, R::Child, Whole> + AsksOfKeys,
    R: Steps<P, Backend<D>, Output: Send, Statement = Batch<St, Key<R, P, D>>, Nested: Send, Pending: Send>,
    R::Child: Send,
    St: Send,
    R::Row: Send,
    Again<St>: Sends<'q, Backend<D>, R::Row>,
{
    let prepared = relation.prepare(parents);
    async move {
        let Prepared { statement, slots, nested, pending } = prepared?;
        let mut placed = Placed::default();
        if let Some(batch) = statement {
            if let Some(probe) = batch.probe() {
                batch.probed::<Backend<D>>(D::highest(conn, probe).await?);
            }
            for chunk in 0..batch.chunks::<Backend<D>>() {
                let in_chunk = batch.show(chunk);
                let rows = batch.again().send(conn).await?;
                placed.place(rows.into_iter().map(|row| Ok(R::apart(row))), &slots, in_chunk, |key| {
                    R::unmatched(&pending, key)
                })?;
            }
        }
        let (of_child, children) = placed.apart();
        let rows = D::fetch_all(nested, children, conn).await?;
        match R::stitch(pending, &slots, Placed::together(of_child, rows)) {
            Err(Unstitched { error, doubt: Some(doubt) }) => match D::still_dangling(conn, doubt).await? {
                true => Err(error),
                false => Err(error.by_concurrent_change()),
            },
            outputs => Ok(outputs?),
        }
    }
}

macro_rules! preload {
    ($($Relation:ident<$($G:ident),+>;)+) => {$(
        impl<'q, P, D, St, $($G),+> Preload<'q, P, D> for $Relation<$($G),+>
        where
            D: FetchAll<'q, Nested<Self, P, D>, Child<Self, P, D>, Whole> + AsksOfKeys,
            Self: Steps<P, Backend<D>, Output: Send, Statement = Batch<St, Key<Self, P, D>>, Pending: Send> + Send,
            Nested<Self, P, D>: Send,
            Child<Self, P, D>: Send,
            St: Send,
            Row<Self, P, D>: Send,
            Again<St>: Sends<'q, Backend<D>, Row<Self, P, D>>,
        {
            fn fetch<'c>(
                self,
                parents: &[&P],
                conn: &mut D::Lent<'c>,
            ) -> impl Future<Output = Result<Vec<Self::Output>>> + Send {
                fetch::<_, P, _, D>(self, parents, conn)
            }
        }
    )+};
}
preload! {
    Children<C, Q, S, Kind, J>;
    BelongsTo<T, Q, S, A, J>;
    Aggregate<R, M, E, T>;
}

/// The rows of all these statements, one after the other.
async fn all_rows<'q, I, U, V>(statements: Option<I>, conn: &mut V) -> Result<Vec<U>>
where
    V: AsyncConnectionCore,
    I: Iterator<Item: Sends<'q, V::Backend, U>>,
{
    let mut rows = Vec::new();
    for statement in statements.into_iter().flatten() {
        rows.append(&mut statement.send(conn).await?);
    }
    Ok(rows)
}

impl<'q, P, D, T, R, Kind> Preload<'q, P, D> for FirstOfEach<R, Kind>
where
    P: Sync,
    D: FetchAll<'q, Nested<Self, P, D>, Child<Self, P, D>, Whole>,
    Self: Steps<P, Backend<D>, Output: Send, Statement: Iterator<Item = T> + Send, Pending: Send> + Send,
    Nested<Self, P, D>: Send,
    Child<Self, P, D>: Send,
    T: Sends<'q, Backend<D>, (i64, Key<Self, P, D>, Child<Self, P, D>)>,
{
    async fn fetch<'c>(self, parents: &[&P], conn: &mut D::Lent<'c>) -> Result<Vec<Self::Output>> {
        let Prepared { statement, slots, nested, pending } = self.prepare(parents)?;
        let mut placed = Placed::default();
        let rows = by_position(all_rows(statement, conn).await?).map(|row| row.map(Beside::apart));
        placed.place(rows, &slots, 0..usize::MAX, |key| Self::unmatched(&pending, key))?;
        let (of_child, children) = placed.apart();
        let rows = D::fetch_all(nested, children, conn).await?;
        Ok(Self::stitch(pending, &slots, Placed::together(of_child, rows))?)
    }
}

impl<'q, P, D, T, R, O, S> Preload<'q, P, D> for PageOfEach<R, O, PageSize>
where
    P: Sync,
    D: FetchAll<'q, S, OfEach<Self, P, D>, Whole>,
    Self: PageSteps<P, Backend<D>, Statements: Iterator<Item = T> + Send, Nested = S, Named: Send>,
    Self: Relation<P, Output = Page<S::Row>> + Send,
    S: Relations<OfEach<Self, P, D>, Whole, Row: Clone + Send> + Send,
    OfEach<Self, P, D>: Send,
    T: Sends<'q, Backend<D>, KeyedRow<(i64, KeyOfEach<Self, P, D>, OfEach<Self, P, D>)>>,
{
    async fn fetch<'c>(self, parents: &[&P], conn: &mut D::Lent<'c>) -> Result<Vec<Self::Output>> {
        let (Prepared { statement, slots, nested, pending }, reading) = self.prepare(parents)?;
        let mut placed = Placed::default();
        let rows = of_each::by_position(all_rows(statement, conn).await?).map(|row| Ok(Beside::apart(row)));
        placed.place(rows, &slots, 0..usize::MAX, |key| Self::unmatched(&pending, key))?;
        let (pages, rows) = of_each::frame(&reading, slots.len(), placed)?;
        Ok(pages.hand_out(&slots, D::fetch_all(nested, rows, conn).await?))
    }
}

impl<'q, P: Sync, D: Driver, T: Preload<'q, P, D>> Preload<'q, P, D> for Option<T> {
    async fn fetch<'c>(self, parents: &[&P], conn: &mut D::Lent<'c>) -> Result<Vec<Self::Output>> {
        match self {
            Some(relation) => Ok(relation.fetch(parents, conn).await?.into_iter().map(Some).collect()),
            None => Ok(parents.iter().map(|_| None).collect()),
        }
    }
}

impl<'q, P: Sync, D: Driver, T: Preload<'q, P, D>> Preload<'q, Option<P>, D> for IfSome<T> {
    async fn fetch<'c>(self, parents: &[&Option<P>], conn: &mut D::Lent<'c>) -> Result<Vec<Self::Output>> {
        let there: Vec<&P> = parents.iter().filter_map(|parent| parent.as_ref()).collect();
        if_there(parents, self.relation.fetch(&there, conn).await?)
    }
}

/// A relation in its place, to be fetched for these rows.
struct Sibling<'q, 'r, T, R, L> {
    relation: T,
    rows: &'r [R],
    marker: PhantomData<fn(&'q ()) -> L>,
}

impl<'q, R, L, D, W, T> Task<D> for Sibling<'q, '_, At<W, T>, R, L>
where
    D: Driver,
    R: Sync,
    W: Place<R, L, Lens: Lens<R, Parent: Sync>> + Send,
    T: Preload<'q, <W::Lens as Lens<R>>::Parent, D>,
{
    type Output = Vec<<At<W, T> as Attached<R, L>>::Output>;

    async fn run<'c>(self, conn: &mut D::Lent<'c>) -> Result<Self::Output> {
        let parents: Vec<_> = self.rows.iter().map(W::Lens::parent).collect();
        as_many(parents.len(), self.relation.relation.fetch(&parents, conn).await?)
    }
}

/// A connection that can fetch the relations `S` of one level. As in the blocking driver the bound is on the connection.
pub trait FetchAll<'q, S: Relations<R, L>, R, L>: Driver {
    /// The rows with their relations, in the same order.
    ///
    /// # Errors
    ///
    /// The first error of a relation.
    fn fetch_all<'c>(
        relations: S,
        rows: Vec<R>,
        conn: &mut Self::Lent<'c>,
    ) -> impl Future<Output = Result<Vec<S::Row>>> + Send;
}

impl<R: Send, L, D: Driver> FetchAll<'_, (), R, L> for D {
    async fn fetch_all<'c>((): (), rows: Vec<R>, _: &mut D::Lent<'c>) -> Result<Vec<R>> {
        Ok(rows)
    }
}

macro_rules! nested {
    ($pair:path; $last:expr) => { $last };
    ($pair:path; $first:expr, $($more:expr),+) => { $pair($first, nested!($pair; $($more),+)) };
}
macro_rules! pairs {
    ($last:ident) => { $last };
    ($first:ident $($more:ident)+) => { ($first, pairs!($($more)+)) };
}

macro_rules! fetch_all {
    ($($T:ident $t:ident $i:tt),+) => {
        impl<'q, R, L, Conn, $($T),+> FetchAll<'q, ($($T,)+), R, L> for Conn
        where
            Conn: Driver,
            R: Send + Sync,
            $($T: Attached<R, L> + Send,)+
            $(for<'r> Sibling<'q, 'r, $T, R, L>: Task<Conn, Output = Vec<$T::Output>>,)+
        {
            async fn fetch_all<'c>(
                relations: ($($T,)+),
                rows: Vec<R>,
                conn: &mut Conn::Lent<'c>,
            ) -> Result<Vec<<($($T,)+) as Relations<R, L>>::Row>> {
                let siblings = nested!(Both; $(Sibling { relation: relations.$i, rows: &rows, marker: PhantomData }),+);
                let pairs!($($t)+) = siblings.run(conn).await?;
                $(let mut $t = $t.into_iter();)+
                let mut with = Vec::with_capacity(rows.len());
                for row in rows {
                    let ($(Some($t),)+) = ($($t.next(),)+) else { break };
                    with.push((row, $($t),+));
                }
                Ok(with)
            }
        }
    };
}
all_the_tuples!(fetch_all);

macro_rules! level {
    ($(<$($G:ident: $Bound:path)?> $Level:ty: $Row:ty = $become:expr;)+) => {$(
        impl<'q, R, L, S, D, $($G)?> FetchAll<'q, $Level, R, L> for D
        where
            R: Send,
            S: Relations<R, L> + Send,
            D: FetchAll<'q, S, R, L>,
            $($G: $Bound,)?
        {
            async fn fetch_all<'c>(level: $Level, rows: Vec<R>, conn: &mut D::Lent<'c>) -> Result<Vec<$Row>> {
                let rows = D::fetch_all(level.relations, rows, conn).await?;
                Ok(rows.into_iter().enumerate().map($become).collect())
            }
        }
    )+};
}
level! {
    <V: FromRow<S::Row>> MapInto<S, V>: V = |(_, row)| V::from_row(row);
    <> Shared<S>: Arc<S::Row> = |(_, row)| Arc::new(row);
    <> Ranked<S>: Rank<S::Row> = |(rank, row)| Rank { rank, row };
}
