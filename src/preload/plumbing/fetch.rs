//! The driver: the only place below the terminal methods that names a connection.

use diesel::RunQueryDsl;
use diesel::connection::Connection;
use diesel::query_dsl::methods::LoadQuery;

use super::statement::{Prepared, Steps};
use crate::backend::Dialect;
use crate::error::{Error, ErrorKind, Result};
use crate::preload::belongs_to::BelongsTo;
use crate::preload::has_many::Children;
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

type Statement<R, P, Conn> = <R as Steps<P, <Conn as Connection>::Backend>>::Statement;
type Key<R, P, Conn> = <R as Steps<P, <Conn as Connection>::Backend>>::Key;
type Child<R, P, Conn> = <R as Steps<P, <Conn as Connection>::Backend>>::Child;
type Nested<R, P, Conn> = <R as Steps<P, <Conn as Connection>::Backend>>::Nested;

/// Prepare, send, fetch what is nested, stitch.
fn fetch<'q, R, P, Conn>(relation: R, parents: &[&P], conn: &mut Conn) -> Result<Vec<R::Output>>
where
    Conn: Connection<Backend: Dialect>,
    R: Steps<P, Conn::Backend>,
    R::Statement: LoadQuery<'q, Conn, (R::Key, R::Child)>,
    R::Nested: FetchAll<'q, R::Child, Whole, Conn>,
{
    let Prepared { statement, nested, pending } = relation.prepare(parents);
    let (keys, children): (Vec<_>, Vec<_>) = match statement {
        Some(statement) => RunQueryDsl::load::<(R::Key, R::Child)>(statement, conn)?.into_iter().unzip(),
        None => (Vec::new(), Vec::new()),
    };
    let rows = nested.fetch_all(children, conn)?;
    R::stitch(pending, keys.into_iter().zip(rows))
}

// One impl a kind of relation: a blanket one over `Steps` would forbid loaders that others write.
macro_rules! preload {
    ($($Relation:ident<$($G:ident),+>;)+) => {$(
        impl<'q, P, Conn, $($G),+> Preload<'q, P, Conn> for $Relation<$($G),+>
        where
            Conn: Connection<Backend: Dialect>,
            Self: Steps<P, Conn::Backend>,
            Statement<Self, P, Conn>: LoadQuery<'q, Conn, (Key<Self, P, Conn>, Child<Self, P, Conn>)>,
            Nested<Self, P, Conn>: FetchAll<'q, Child<Self, P, Conn>, Whole, Conn>,
        {
            fn fetch(self, parents: &[&P], conn: &mut Conn) -> Result<Vec<Self::Output>> {
                fetch(self, parents, conn)
            }
        }
    )+};
}
preload! {
    Children<C, Q, S, Kind>;
    BelongsTo<T, Q, S, A>;
}

/// The relations of one level, fetched one after the other.
pub trait FetchAll<'q, R, L, Conn>: Relations<R, L> {
    /// The rows with their relations, in the same order.
    ///
    /// # Errors
    ///
    /// The first error of a relation.
    fn fetch_all(self, rows: Vec<R>, conn: &mut Conn) -> Result<Vec<Self::Row>>;
}

impl<R, L, Conn> FetchAll<'_, R, L, Conn> for () {
    fn fetch_all(self, rows: Vec<R>, _: &mut Conn) -> Result<Vec<R>> {
        Ok(rows)
    }
}

macro_rules! fetch_all {
    ($($T:ident $t:ident $i:tt),+) => {
        impl<'q, R, L: Lens<R>, Conn, $($T: Preload<'q, L::Parent, Conn>),+> FetchAll<'q, R, L, Conn> for ($($T,)+) {
            fn fetch_all(self, rows: Vec<R>, conn: &mut Conn) -> Result<Vec<Self::Row>> {
                let parents: Vec<&L::Parent> = rows.iter().map(L::parent).collect();
                $(
                    let $t = self.$i.fetch(&parents, conn)?;
                    if $t.len() != parents.len() {
                        return Err(wrong_number(parents.len(), $t.len()));
                    }
                    let mut $t = $t.into_iter();
                )+
                drop(parents);
                let mut with = Vec::with_capacity(rows.len());
                for row in rows {
                    // As many as rows: checked above.
                    let ($(Some($t),)+) = ($($t.next(),)+) else { break };
                    with.push((row, $($t),+));
                }
                Ok(with)
            }
        }
    };
}
all_the_tuples!(fetch_all);

fn wrong_number(parents: usize, outputs: usize) -> Error {
    Error::new(ErrorKind::WrongNumberOfResults, format!("a relation gave {outputs} results for {parents} parents"))
}
