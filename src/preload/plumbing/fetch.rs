//! The driver: the only place below the terminal methods that names a connection.

use std::sync::Arc;

use diesel::RunQueryDsl;
use diesel::connection::{Connection, DefaultLoadingMode, LoadConnection};
use diesel::query_builder::QueryFragment;
use diesel::query_dsl::methods::LoadQuery;
use diesel::result::QueryResult;

use super::again::Again;
use super::batch::{Batch, Probe};
use super::dangling::{StillDangling, Unstitched};
use super::placed::{Placed, as_many, if_there};
use super::reads::{Beside, ReadsRows};
use super::statement::{Prepared, Steps};
use crate::backend::Dialect;
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

/// A relation that can be loaded on `Conn`.
pub trait Preload<'q, P, Conn>: Relation<P> {
    /// One output for each parent, in their order.
    ///
    /// # Errors
    ///
    /// The database's, and those of [`Steps::stitch`].
    fn fetch(self, parents: &[&P], conn: &mut Conn) -> Result<Vec<Self::Output>>;
}

type Key<R, P, Conn> = <R as Steps<P, <Conn as Connection>::Backend>>::Key;
type Row<R, P, Conn> = <R as Steps<P, <Conn as Connection>::Backend>>::Row;
type Child<R, P, Conn> = <R as Steps<P, <Conn as Connection>::Backend>>::Child;
type KeyOfEach<R, P, Conn> = <R as PageSteps<P, <Conn as Connection>::Backend>>::Key;
type OfEach<R, P, Conn> = <R as PageSteps<P, <Conn as Connection>::Backend>>::Child;
type Nested<R, P, Conn> = <R as Steps<P, <Conn as Connection>::Backend>>::Nested;

/// Prepare, send, fetch what is nested, stitch.
fn fetch<'q, R, P, St, Conn>(relation: R, parents: &[&P], conn: &mut Conn) -> Result<Vec<R::Output>>
where
    Conn: LoadConnection<Backend: Dialect>,
    R: Steps<P, Conn::Backend, Statement = Batch<St, Key<R, P, Conn>>>,
    Again<St>: LoadQuery<'q, Conn, R::Row> + QueryFragment<Conn::Backend>,
    Conn: FetchAll<'q, R::Nested, R::Child, Whole> + AsksOfKeys,
{
    let Prepared { statement, slots, nested, pending } = relation.prepare(parents)?;
    let mut placed = Placed::default();
    if let Some(batch) = statement {
        if let Some(probe) = batch.probe() {
            batch.probed::<Conn::Backend>(conn.highest(probe)?);
        }
        for chunk in 0..batch.chunks::<Conn::Backend>() {
            let in_chunk = batch.show(chunk);
            let statement = batch.again();
            #[cfg(feature = "plan")]
            crate::plan::record::note(&statement, conn)?;
            let rows = RunQueryDsl::load_iter::<R::Row, DefaultLoadingMode>(statement, conn)?;
            placed.place(rows.map(|row| Ok(R::apart(row?))), &slots, in_chunk, |key| R::unmatched(&pending, key))?;
        }
    }
    let (of_child, children) = placed.apart();
    let rows = conn.fetch_all(nested, children)?;
    match R::stitch(pending, &slots, Placed::together(of_child, rows)) {
        Err(Unstitched { error, doubt: Some(doubt) }) => match conn.still_dangling(doubt)? {
            true => Err(error),
            false => Err(error.by_concurrent_change()),
        },
        outputs => Ok(outputs?),
    }
}

/// A connection that can be asked what a load must know of its keys.
pub trait AsksOfKeys: Connection {
    /// Asks for the highest key that there is.
    ///
    /// # Errors
    ///
    /// The database's.
    fn highest(&mut self, question: Probe) -> QueryResult<Option<i64>>;

    /// Asks whether a key dangles.
    ///
    /// # Errors
    ///
    /// The database's.
    fn still_dangling(&mut self, question: StillDangling<Self::Backend>) -> QueryResult<bool>;
}

impl<Conn> AsksOfKeys for Conn
where
    Conn: Connection,
    Probe: for<'q> LoadQuery<'q, Conn, Option<i64>>,
    StillDangling<Conn::Backend>: for<'q> LoadQuery<'q, Conn, i32>,
{
    fn highest(&mut self, question: Probe) -> QueryResult<Option<i64>> {
        RunQueryDsl::get_result(question, self)
    }

    fn still_dangling(&mut self, question: StillDangling<Conn::Backend>) -> QueryResult<bool> {
        Ok(!RunQueryDsl::load::<i32>(question, self)?.is_empty())
    }
}

// One impl a kind of relation: a blanket one over `Steps` would forbid loaders that others write.
macro_rules! preload {
    ($($Relation:ident<$($G:ident),+>;)+) => {$(
        impl<'q, P, Conn, St, $($G),+> Preload<'q, P, Conn> for $Relation<$($G),+>
        where
            Conn: LoadConnection<Backend: Dialect>,
            Self: Steps<P, Conn::Backend, Statement = Batch<St, Key<Self, P, Conn>>>,
            Again<St>: LoadQuery<'q, Conn, Row<Self, P, Conn>> + QueryFragment<Conn::Backend>,
            Conn: FetchAll<'q, Nested<Self, P, Conn>, Child<Self, P, Conn>, Whole> + AsksOfKeys,
        {
            fn fetch(self, parents: &[&P], conn: &mut Conn) -> Result<Vec<Self::Output>> {
                fetch(self, parents, conn)
            }
        }
    )+};
}
preload! {
    Children<C, Q, S, Kind, J>;
    BelongsTo<T, Q, S, A, J>;
    Aggregate<R, M, E, T>;
}

// Several statements, whose rows say at which place among the children of their parent they stand.
impl<'q, P, Conn, T, R, Kind> Preload<'q, P, Conn> for FirstOfEach<R, Kind>
where
    Conn: LoadConnection<Backend: Dialect>,
    Self: Steps<P, Conn::Backend, Statement: Iterator<Item = T>>,
    T: LoadQuery<'q, Conn, (i64, Key<Self, P, Conn>, Child<Self, P, Conn>)> + QueryFragment<Conn::Backend>,
    Conn: FetchAll<'q, Nested<Self, P, Conn>, Child<Self, P, Conn>, Whole>,
{
    fn fetch(self, parents: &[&P], conn: &mut Conn) -> Result<Vec<Self::Output>> {
        let Prepared { statement, slots, nested, pending } = self.prepare(parents)?;
        let mut rows = Vec::new();
        for statement in statement.into_iter().flatten() {
            #[cfg(feature = "plan")]
            crate::plan::record::note(&statement, conn)?;
            rows.append(&mut RunQueryDsl::load(statement, conn)?);
        }
        let mut placed = Placed::default();
        let rows = by_position(rows).map(|row| row.map(Beside::apart));
        placed.place(rows, &slots, 0..usize::MAX, |key| Self::unmatched(&pending, key))?;
        let (of_child, children) = placed.apart();
        let rows = conn.fetch_all(nested, children)?;
        Ok(Self::stitch(pending, &slots, Placed::together(of_child, rows))?)
    }
}

impl<'q, P, Conn, T, R, O, S> Preload<'q, P, Conn> for PageOfEach<R, O, PageSize>
where
    Conn: LoadConnection<Backend: Dialect>,
    Self: PageSteps<P, Conn::Backend, Statements: Iterator<Item = T>, Nested = S> + Relation<P, Output = Page<S::Row>>,
    S: Relations<OfEach<Self, P, Conn>, Whole, Row: Clone>,
    T: LoadQuery<'q, Conn, KeyedRow<(i64, KeyOfEach<Self, P, Conn>, OfEach<Self, P, Conn>)>>
        + QueryFragment<Conn::Backend>,
    Conn: FetchAll<'q, S, OfEach<Self, P, Conn>, Whole>,
{
    fn fetch(self, parents: &[&P], conn: &mut Conn) -> Result<Vec<Self::Output>> {
        let (Prepared { statement, slots, nested, pending }, reading) = self.prepare(parents)?;
        let mut rows = Vec::new();
        for statement in statement.into_iter().flatten() {
            #[cfg(feature = "plan")]
            crate::plan::record::note(&statement, conn)?;
            rows.append(&mut RunQueryDsl::load(statement, conn)?);
        }
        let mut placed = Placed::default();
        let rows = of_each::by_position(rows).map(|row| Ok(Beside::apart(row)));
        placed.place(rows, &slots, 0..usize::MAX, |key| Self::unmatched(&pending, key))?;
        let (pages, rows) = of_each::frame(&reading, slots.len(), placed)?;
        Ok(pages.hand_out(&slots, conn.fetch_all(nested, rows)?))
    }
}

impl<'q, P, Conn, T: Preload<'q, P, Conn>> Preload<'q, P, Conn> for Option<T> {
    fn fetch(self, parents: &[&P], conn: &mut Conn) -> Result<Vec<Self::Output>> {
        match self {
            Some(relation) => Ok(relation.fetch(parents, conn)?.into_iter().map(Some).collect()),
            None => Ok(parents.iter().map(|_| None).collect()),
        }
    }
}

impl<'q, P, Conn, T: Preload<'q, P, Conn>> Preload<'q, Option<P>, Conn> for IfSome<T> {
    fn fetch(self, parents: &[&Option<P>], conn: &mut Conn) -> Result<Vec<Self::Output>> {
        let there: Vec<&P> = parents.iter().filter_map(|parent| parent.as_ref()).collect();
        if_there(parents, self.relation.fetch(&there, conn)?)
    }
}

/// A relation in its place that can be loaded on `Conn`.
pub trait PreloadAt<'q, R, L, Conn>: Attached<R, L> {
    /// One output for each row, in their order.
    ///
    /// # Errors
    ///
    /// Those of the relation, and a wrong number of outputs.
    fn fetch_at(self, rows: &[R], conn: &mut Conn) -> Result<Vec<Self::Output>>;
}

impl<'q, R, L, Conn, W, T> PreloadAt<'q, R, L, Conn> for At<W, T>
where
    W: Place<R, L>,
    T: Preload<'q, <W::Lens as Lens<R>>::Parent, Conn>,
{
    fn fetch_at(self, rows: &[R], conn: &mut Conn) -> Result<Vec<T::Output>> {
        let parents: Vec<_> = rows.iter().map(W::Lens::parent).collect();
        as_many(rows.len(), self.relation.fetch(&parents, conn)?)
    }
}

/// A connection that can fetch the relations `S` of one level, one after the other.
///
/// On the connection, not on the relations: until the compiler knows the connection it then looks no further, where it
/// would otherwise try every backend on every level. That is ten times as long for each nested load.
pub trait FetchAll<'q, S: Relations<R, L>, R, L> {
    /// The rows with their relations, in the same order.
    ///
    /// # Errors
    ///
    /// The first error of a relation.
    fn fetch_all(&mut self, relations: S, rows: Vec<R>) -> Result<Vec<S::Row>>;
}

impl<R, L, Conn> FetchAll<'_, (), R, L> for Conn {
    fn fetch_all(&mut self, (): (), rows: Vec<R>) -> Result<Vec<R>> {
        Ok(rows)
    }
}

macro_rules! fetch_all {
    ($($T:ident $t:ident $i:tt),+) => {
        impl<'q, R, L, Conn, $($T: PreloadAt<'q, R, L, Conn>),+> FetchAll<'q, ($($T,)+), R, L> for Conn {
            fn fetch_all(
                &mut self,
                relations: ($($T,)+),
                rows: Vec<R>,
            ) -> Result<Vec<<($($T,)+) as Relations<R, L>>::Row>> {
                $(let mut $t = relations.$i.fetch_at(&rows, self)?.into_iter();)+
                let mut with = Vec::with_capacity(rows.len());
                for row in rows {
                    // As many as rows: `fetch_at` checks it.
                    let ($(Some($t),)+) = ($($t.next(),)+) else { break };
                    with.push((row, $($t),+));
                }
                Ok(with)
            }
        }
    };
}
all_the_tuples!(fetch_all);

impl<'q, R, L, S, V, Conn> FetchAll<'q, MapInto<S, V>, R, L> for Conn
where
    S: Relations<R, L>,
    V: FromRow<S::Row>,
    Conn: FetchAll<'q, S, R, L>,
{
    fn fetch_all(&mut self, relations: MapInto<S, V>, rows: Vec<R>) -> Result<Vec<V>> {
        Ok(self.fetch_all(relations.relations, rows)?.into_iter().map(V::from_row).collect())
    }
}

impl<'q, R, L, S, Conn> FetchAll<'q, Shared<S>, R, L> for Conn
where
    S: Relations<R, L>,
    Conn: FetchAll<'q, S, R, L>,
{
    fn fetch_all(&mut self, relations: Shared<S>, rows: Vec<R>) -> Result<Vec<Arc<S::Row>>> {
        Ok(self.fetch_all(relations.relations, rows)?.into_iter().map(Arc::new).collect())
    }
}

impl<'q, R, L, S, Conn> FetchAll<'q, Ranked<S>, R, L> for Conn
where
    S: Relations<R, L>,
    Conn: FetchAll<'q, S, R, L>,
{
    fn fetch_all(&mut self, relations: Ranked<S>, rows: Vec<R>) -> Result<Vec<Rank<S::Row>>> {
        let rows = self.fetch_all(relations.relations, rows)?;
        Ok(rows.into_iter().enumerate().map(|(rank, row)| Rank { rank, row }).collect())
    }
}
