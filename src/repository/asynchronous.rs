//! Repositories that are awaited: `conn.repo::<User>().get(1).await`. With feature `async`.
//!
//! The operations, their statements and their errors are those of the blocking ones; `conn` is what loads take too: a
//! connection of diesel-async, or a pool's.
//!
//! ```text
//! use turbodiesel::async_prelude::*;
//!
//! let ada = conn.repo::<User>().create(&NewUser { email: "ada@lovelace.uk", name: "Ada" }).await?;
//! assert_eq!(conn.repo::<User>().get(ada.id).await?, Some(ada.clone()));
//! assert!(conn.repo::<User>().delete(ada.id).await?);
//! ```
//!
//! An operation of several statements is one transaction, or a savepoint of the caller's. A future that is dropped in it
//! leaves the connection [broken](crate::driver#cancellation): a pool discards it, and nothing is committed.

use std::future::Future;
use std::marker::PhantomData;

use diesel::associations::Identifiable;
use diesel::dsl::{AsSelect, CountStar, Filter, Find, Limit, exists};
use diesel::expression::{Expression, Selectable};
use diesel::query_builder::{AsQuery, QueryFragment};
use diesel::query_dsl::methods::{FilterDsl, FindDsl, LimitDsl, SelectDsl};
use diesel_async::AsyncConnectionCore;

use super::statement::{self, Any, ById, ByKeys, Many, Matching, Number, PrimaryKey};
use super::{Model, Repository, Rows, rows};
use crate::backend::{Dialect, KeyList};
use crate::driver::{self, BackendOf, Connects, Driver, Sends, Task};
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::mode::Async;
use crate::preload::key::{Key, ParentKey};
use crate::preload::plumbing::again::Again;
use crate::preload::plumbing::key_in::KeyIn;

pub use super::deletes_async::Deletes;
pub use super::writes_async::{Create, CreateMany, CreateWithId, Creates, CreatesMany, UpdateRow, UpdateVersioned};

// For the backends, which do not all need each.
#[allow(unused_imports)]
pub(crate) use super::writes_async::{create_returning, in_batches_of, write_and_read};

/// `repo` on every connection that is awaited.
pub trait RepositoryDsl: Sized {
    /// The repository of a model, for as long as the call that follows, or to be held.
    fn repo<M: Model>(&mut self) -> Repository<'_, M, Self, Async>;
}

impl<C: diesel_async::AsyncConnection> RepositoryDsl for C {
    fn repo<M: Model>(&mut self) -> Repository<'_, M, C, Async> {
        Repository { conn: self, marker: PhantomData }
    }
}

/// The rows of one statement.
pub(crate) struct Read<'q, S, U> {
    statement: S,
    marker: PhantomData<fn(&'q ()) -> U>,
}

pub(crate) fn read<'q, S, U>(statement: S) -> Read<'q, S, U> {
    Read { statement, marker: PhantomData }
}

impl<'q, D, S, U: Send> Task<D> for Read<'q, S, U>
where
    D: Driver,
    S: Sends<'q, <D as AsyncConnectionCore>::Backend, U>,
{
    type Output = Vec<U>;

    async fn run<'c>(self, conn: &mut D::Lent<'c>) -> Result<Vec<U>> {
        Ok(self.statement.ask(conn).await?)
    }
}

impl<M, C> Repository<'_, M, C, Async> {
    /// The plain Diesel query of the model.
    #[must_use = "queries do nothing unless loaded"]
    pub fn query<K>(&self) -> Rows<M, BackendOf<C, K>>
    where
        C: Connects<K>,
        M: Model + Selectable<BackendOf<C, K>>,
        AsSelect<M, BackendOf<C, K>>: Expression,
        M::Table: SelectDsl<AsSelect<M, BackendOf<C, K>>>,
    {
        rows::<M, BackendOf<C, K>>()
    }

    /// The row with this id, or `None`. A composite id is a tuple.
    ///
    /// # Errors
    ///
    /// The database's.
    #[track_caller]
    pub fn get<'q, K, I>(&mut self, id: I) -> impl Future<Output = Result<Option<M>>> + Send
    where
        C: Connects<K>,
        BackendOf<C, K>: Gets<'q, M, I>,
        M: Send,
    {
        let rows = driver::run(self.conn, read(BackendOf::<C, K>::by_id(id)));
        async move { Ok(rows.await?.into_iter().next()) }
    }

    /// The rows with these ids, in the order of the ids, with `None` where there is none: one statement, none for no ids.
    ///
    /// # Errors
    ///
    /// The database's.
    #[track_caller]
    pub fn get_many<'q, K, I>(&mut self, ids: &[I]) -> impl Future<Output = Result<Vec<Option<M>>>> + Send
    where
        C: Connects<K>,
        BackendOf<C, K>: GetsMany<'q, M, I>,
        M: Clone + Send,
    {
        driver::run(self.conn, BackendOf::<C, K>::by_ids::<C::Driver>(ids))
    }

    /// Every row, in no order, all at once in memory: for small tables.
    ///
    /// # Errors
    ///
    /// The database's.
    #[track_caller]
    pub fn get_all<'q, K>(&mut self) -> impl Future<Output = Result<Vec<M>>> + Send
    where
        C: Connects<K>,
        BackendOf<C, K>: Reads<'q, M>,
        M: Send,
    {
        driver::run(self.conn, read(BackendOf::<C, K>::all()))
    }

    /// The one row for which the predicate holds, or `None`.
    ///
    /// # Errors
    ///
    /// [`is_several_rows`](Error::is_several_rows): there are two.
    #[track_caller]
    pub fn find_by<'q, K, P>(&mut self, predicate: P) -> impl Future<Output = Result<Option<M>>> + Send
    where
        C: Connects<K>,
        BackendOf<C, K>: Finds<'q, M, P>,
        M: Send,
    {
        let rows = driver::run(self.conn, read(BackendOf::<C, K>::first_two(predicate)));
        async move { statement::only(rows.await?) }
    }

    /// All rows for which the predicate holds, in no order.
    ///
    /// # Errors
    ///
    /// The database's.
    #[track_caller]
    pub fn list<'q, K, P>(&mut self, predicate: P) -> impl Future<Output = Result<Vec<M>>> + Send
    where
        C: Connects<K>,
        BackendOf<C, K>: Finds<'q, M, P>,
        M: Send,
    {
        driver::run(self.conn, read(BackendOf::<C, K>::matching(predicate)))
    }

    /// Whether the predicate holds for a row.
    ///
    /// # Errors
    ///
    /// The database's.
    #[track_caller]
    pub fn exists<'q, K, P>(&mut self, predicate: P) -> impl Future<Output = Result<bool>> + Send
    where
        C: Connects<K>,
        BackendOf<C, K>: Counts<'q, M, P>,
    {
        let rows = driver::run(self.conn, read(BackendOf::<C, K>::any(predicate)));
        async move { Ok(rows.await?.contains(&true)) }
    }

    /// For how many rows the predicate holds.
    ///
    /// # Errors
    ///
    /// The database's.
    #[track_caller]
    pub fn count<'q, K, P>(&mut self, predicate: P) -> impl Future<Output = Result<i64>> + Send
    where
        C: Connects<K>,
        BackendOf<C, K>: Counts<'q, M, P>,
    {
        let rows = driver::run(self.conn, read(BackendOf::<C, K>::number(predicate)));
        async move { Ok(rows.await?.into_iter().sum()) }
    }
}

/// A backend on which the rows of `M` can be read.
#[diagnostic::on_unimplemented(
    message = "`{M}` cannot be read by a repository",
    label = "not readable on this connection",
    note = "put `#[derive(Queryable, Selectable)]` on `{M}`"
)]
pub trait Reads<'q, M>: Dialect {
    /// All rows.
    fn all() -> impl Sends<'q, Self, M>;
}

#[diagnostic::do_not_recommend]
impl<'q, M, DB> Reads<'q, M> for DB
where
    DB: Dialect,
    M: Model + Selectable<DB>,
    AsSelect<M, DB>: Expression,
    M::Table: SelectDsl<AsSelect<M, DB>>,
    Rows<M, DB>: Sends<'q, DB, M>,
{
    fn all() -> impl Sends<'q, DB, M> {
        rows::<M, DB>()
    }
}

/// A backend on which an `M` can be read by an id of type `I`.
#[diagnostic::on_unimplemented(
    message = "`{M}` cannot be read by a `{I}`",
    label = "not the id of `{M}`",
    note = "give the id in the Rust type of the primary key, or a reference to it; the id of a composite key is a tuple in the order of `primary_key(..)`",
    note = "`{M}` also needs `#[derive(Queryable, Selectable)]`"
)]
pub trait Gets<'q, M, I>: Dialect {
    /// The row.
    fn by_id(id: I) -> impl Sends<'q, Self, M>;
}

#[diagnostic::do_not_recommend]
impl<'q, M, I, DB> Gets<'q, M, I> for DB
where
    DB: Dialect,
    M: Model + Selectable<DB>,
    AsSelect<M, DB>: Expression,
    M::Table: FindDsl<I>,
    Find<M::Table, I>: SelectDsl<AsSelect<M, DB>>,
    ById<M, I, DB>: Sends<'q, DB, M>,
{
    fn by_id(id: I) -> impl Sends<'q, DB, M> {
        statement::by_id::<M, I, DB>(id)
    }
}

/// A backend on which many `M` can be read by their ids of type `I`.
#[diagnostic::on_unimplemented(
    message = "many `{M}` cannot be read by a list of `{I}`",
    label = "not the id of `{M}`",
    note = "give the ids in the Rust type of the primary key; ids that cannot stand in a list of keys are read with `get`",
    note = "`{M}` also needs `#[derive(Queryable, Selectable, Identifiable)]`"
)]
pub trait GetsMany<'q, M, I>: Dialect {
    /// The rows, in the order of the ids.
    fn by_ids<D>(ids: &[I]) -> impl Task<D, Output = Vec<Option<M>>> + use<'q, D, M, I, Self>
    where
        D: Driver<Backend = Self>,
        M: Clone + Send;
}

#[diagnostic::do_not_recommend]
impl<'q, M, I, DB> GetsMany<'q, M, I> for DB
where
    DB: Dialect + KeyList<I, <PrimaryKey<M> as Expression>::SqlType>,
    I: Key,
    M: Model + Selectable<DB>,
    AsSelect<M, DB>: Expression,
    for<'a> &'a M: Identifiable<Id: ParentKey<Key = I>>,
    M::Table: SelectDsl<AsSelect<M, DB>>,
    Rows<M, DB>: FilterDsl<KeyIn<PrimaryKey<M>, I>>,
    PrimaryKey<M>: QueryFragment<DB>,
    ByKeys<M, I, DB>: Send,
    Again<ByKeys<M, I, DB>>: Sends<'q, DB, M>,
{
    fn by_ids<D>(ids: &[I]) -> impl Task<D, Output = Vec<Option<M>>> + use<'q, D, M, I, DB>
    where
        D: Driver<Backend = DB>,
        M: Clone + Send,
    {
        ReadMany { many: Many::<M, I, ()>::prepare::<DB>(ids), marker: PhantomData::<fn(&'q ())> }
    }
}

struct ReadMany<'q, M, I: Key, S> {
    many: Result<Option<Many<M, I, S>>>,
    marker: PhantomData<fn(&'q ())>,
}

impl<'q, D, M, I, S> Task<D> for ReadMany<'q, M, I, S>
where
    D: Driver,
    M: Clone + Send,
    for<'a> &'a M: Identifiable<Id: ParentKey<Key = I>>,
    I: Key,
    S: Send,
    Again<S>: Sends<'q, <D as AsyncConnectionCore>::Backend, M>,
{
    type Output = Vec<Option<M>>;

    async fn run<'c>(self, conn: &mut D::Lent<'c>) -> Result<Vec<Option<M>>> {
        let Some(mut many) = self.many? else { return Ok(Vec::new()) };
        for number in 0..many.statements::<<D as AsyncConnectionCore>::Backend>() {
            let rows = many.statement(number).ask(conn).await?;
            many.place(rows);
        }
        Ok(many.hand_out())
    }
}

/// A backend on which the rows of `M` can be filtered by `P`.
#[diagnostic::on_unimplemented(
    message = "this predicate cannot filter the rows of `{M}`",
    label = "not a condition on the table of `{M}`",
    note = "a predicate is a condition on columns of the model's own table, such as `users::email.eq(\"..\")`",
    note = "`{M}` also needs `#[derive(Queryable, Selectable)]`"
)]
pub trait Finds<'q, M, P>: Dialect {
    /// At most two rows.
    fn first_two(predicate: P) -> impl Sends<'q, Self, M>;

    /// All rows.
    fn matching(predicate: P) -> impl Sends<'q, Self, M>;
}

#[diagnostic::do_not_recommend]
impl<'q, M, P, DB> Finds<'q, M, P> for DB
where
    DB: Dialect,
    M: Model + Selectable<DB>,
    AsSelect<M, DB>: Expression,
    M::Table: SelectDsl<AsSelect<M, DB>>,
    Rows<M, DB>: FilterDsl<P>,
    Matching<M, P, DB>: Sends<'q, DB, M> + LimitDsl,
    Limit<Matching<M, P, DB>>: Sends<'q, DB, M>,
{
    fn first_two(predicate: P) -> impl Sends<'q, DB, M> {
        statement::first_two::<M, P, DB>(predicate)
    }

    fn matching(predicate: P) -> impl Sends<'q, DB, M> {
        statement::matching::<M, P, DB>(predicate)
    }
}

/// A backend on which the rows of `M` for which `P` holds can be counted.
#[diagnostic::on_unimplemented(
    message = "this predicate cannot filter the rows of `{M}`",
    label = "not a condition on the table of `{M}`",
    note = "a predicate is a condition on columns of the model's own table, such as `users::email.eq(\"..\")`"
)]
pub trait Counts<'q, M, P>: Dialect {
    /// Whether there is one.
    fn any(predicate: P) -> impl Sends<'q, Self, bool>;

    /// How many there are.
    fn number(predicate: P) -> impl Sends<'q, Self, i64>;
}

#[diagnostic::do_not_recommend]
impl<'q, M, P, DB> Counts<'q, M, P> for DB
where
    DB: Dialect,
    M: Model,
    M::Table: FilterDsl<P>,
    Filter<M::Table, P>: SelectDsl<CountStar>,
    Number<M, P>: Sends<'q, DB, i64>,
    exists<Filter<M::Table, P>>: Expression,
    Any<M, P>: Sends<'q, DB, bool> + AsQuery,
{
    fn any(predicate: P) -> impl Sends<'q, DB, bool> {
        statement::any::<M, P>(predicate)
    }

    fn number(predicate: P) -> impl Sends<'q, DB, i64> {
        statement::number::<M, P>(predicate)
    }
}
