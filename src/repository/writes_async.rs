//! Writing rows and their changes, awaited.

use std::future::Future;
use std::marker::PhantomData;

use diesel::associations::Identifiable;
use diesel::dsl::{AsSelect, Find, Update};
use diesel::expression::{Expression, Selectable, SelectableHelper};
use diesel::prelude::Insertable;
use diesel::query_builder::{AsChangeset, AsQuery, IntoUpdateTarget};
use diesel::query_dsl::methods::{FindDsl, SelectDsl};
use diesel::result::Error as DieselError;
use diesel_async::AsyncConnectionCore;

use super::asynchronous::{Gets, read};
use super::statement::{Batch, ById, Id, Insert, Steps, by_id, in_batches, insert, is_unchanged, no_step, not_found};
use super::{Model, Repository, Returning, returning};
use crate::backend::{Dialect, Writes};
use crate::driver::{self, BackendOf, Connects, Driver, Executes, Sends, Task};
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::mode::Async;
use crate::one_load;

impl<M, C> Repository<'_, M, C, Async> {
    /// Writes a new row and returns it as the database has it: the blocking [`create`](Repository#method.create), awaited.
    ///
    /// # Errors
    ///
    /// A constraint that is violated: see [`Error::constraint`]. [`is_id_not_made`](Error::is_id_not_made) on MySQL and
    /// MariaDB, and nothing is written.
    #[track_caller]
    pub fn create<'q, 'n, K, N>(&mut self, new: &'n N) -> impl Future<Output = Result<M>> + Send
    where
        C: Connects<K>,
        N: Create<'q, 'n, M, BackendOf<C, K>>,
    {
        one_load::awaited(new.create(self.conn.driver()))
    }

    /// Writes a new row that brings its own id, on every backend.
    ///
    /// # Errors
    ///
    /// A constraint that is violated: see [`Error::constraint`].
    #[track_caller]
    pub fn create_with_id<'q, 'n, K, N>(&mut self, new: &'n N) -> impl Future<Output = Result<M>> + Send
    where
        C: Connects<K>,
        N: CreateWithId<'q, 'n, M, BackendOf<C, K>>,
    {
        one_load::awaited(new.create_with_id(self.conn.driver()))
    }

    /// Writes many new rows, all or none, and returns how many. In batches of 250 rows and in a transaction; on SQLite a
    /// statement for each row, as diesel-async has none for several there.
    ///
    /// # Errors
    ///
    /// A constraint that is violated: see [`Error::constraint`]. Then none is written.
    #[track_caller]
    pub fn create_many<'q, 'n, K, N>(&mut self, new: &'n [N]) -> impl Future<Output = Result<usize>> + Send
    where
        C: Connects<K>,
        N: CreateMany<'q, 'n, M, BackendOf<C, K>>,
    {
        one_load::awaited(driver::transacted(self.conn.driver(), N::create_many::<C::Driver>(new)))
    }

    /// Writes the changes to the row that has their id, and returns the row as it is then.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](Error::is_not_found): no row has this id. A constraint that is violated: see [`Error::constraint`].
    #[track_caller]
    pub fn update<'q, 'n, K, U>(&mut self, changes: &'n U) -> impl Future<Output = Result<M>> + Send
    where
        C: Connects<K>,
        U: UpdateRow<'q, 'n, M, BackendOf<C, K>>,
    {
        one_load::awaited(changes.update(self.conn.driver()))
    }

    /// [`update`](Self::update), only if nobody else has changed the row since it was read: optimistic locking.
    ///
    /// # Errors
    ///
    /// [`is_conflict`](Error::is_conflict): the row has another version by now, and nothing is written.
    /// [`is_not_found`](Error::is_not_found): no row has this id.
    #[track_caller]
    pub fn update_versioned<'q, 'n, K, U>(&mut self, changes: &'n U) -> impl Future<Output = Result<M>> + Send
    where
        C: Connects<K>,
        U: UpdateVersioned<'q, 'n, M, BackendOf<C, K>>,
    {
        one_load::awaited(changes.update_versioned(self.conn.driver()))
    }
}

/// A statement that writes, and one that reads what was written.
pub(crate) struct WriteAndRead<'q, W, R, M> {
    write: W,
    read: R,
    /// Whether nothing is read where nothing was written.
    if_written: bool,
    marker: PhantomData<fn(&'q ()) -> M>,
}

pub(crate) fn write_and_read<'q, W, R, M>(write: W, read: R) -> WriteAndRead<'q, W, R, M> {
    WriteAndRead { write, read, if_written: false, marker: PhantomData }
}

impl<'q, D, W, R, M> Task<D> for WriteAndRead<'q, W, R, M>
where
    D: Driver,
    W: Executes<'q, <D as AsyncConnectionCore>::Backend>,
    R: Sends<'q, <D as AsyncConnectionCore>::Backend, M>,
    M: Send,
{
    type Output = Option<M>;

    async fn run<'c>(self, conn: &mut D::Lent<'c>) -> Result<Option<M>> {
        let written = self.write.execute(conn).await?;
        if self.if_written && written == 0 {
            return Ok(None);
        }
        Ok(self.read.ask(conn).await?.pop())
    }
}

/// The row that was written.
pub(crate) fn written<M>(row: Option<M>) -> Result<M> {
    row.ok_or_else(|| DieselError::NotFound.into())
}

/// What can be written on `DB` and read back as an `M`.
///
/// On the row, not on the backend, for the reason that the blocking [`Create`](super::Create) has.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be created as a `{M}`",
    label = "not insertable, or its id is not made by the database",
    note = "put `#[derive(Insertable)]` and `#[diesel(table_name = ..)]` on `{Self}`, with the table of `{M}`",
    note = "on MySQL and MariaDB the primary key must be one integer column with AUTO_INCREMENT: `create_with_id` takes other ids"
)]
pub trait Create<'q, 'n, M, DB: Dialect> {
    /// Writes and reads back.
    ///
    /// # Errors
    ///
    /// The database's, or an id that the database did not make.
    fn create<D>(&'n self, conn: &mut D) -> impl Future<Output = Result<M>> + Send
    where
        D: Driver<Backend = DB>;
}

#[diagnostic::do_not_recommend]
impl<'q, 'n, M, N, DB: Creates<'q, 'n, M, N>> Create<'q, 'n, M, DB> for N {
    fn create<D>(&'n self, conn: &mut D) -> impl Future<Output = Result<M>> + Send
    where
        D: Driver<Backend = DB>,
    {
        DB::create(conn, self)
    }
}

/// A backend on which an `N` can be written and read back as an `M`: each does it in its own way.
pub trait Creates<'q, 'n, M, N>: Dialect {
    /// Writes and reads back.
    ///
    /// # Errors
    ///
    /// The database's, or an id that the database did not make.
    fn create<D>(conn: &mut D, new: &'n N) -> impl Future<Output = Result<M>> + Send
    where
        D: Driver<Backend = Self>;
}

/// Writes a row where there is RETURNING.
#[cfg_attr(not(any(feature = "postgres", feature = "sqlite")), allow(dead_code))]
pub(crate) fn create_returning<'q, 'n, M, N, D>(conn: &mut D, new: &'n N) -> impl Future<Output = Result<M>> + Send
where
    D: Driver,
    M: Model + Selectable<<D as AsyncConnectionCore>::Backend> + Send,
    AsSelect<M, <D as AsyncConnectionCore>::Backend>: Expression,
    &'n N: Insertable<M::Table>,
    Returning<Insert<'n, M, N>, AsSelect<M, <D as AsyncConnectionCore>::Backend>>:
        Sends<'q, <D as AsyncConnectionCore>::Backend, M>,
{
    let rows = driver::on(conn, read(returning(insert::<M, N>(new), M::as_select())));
    async move { written(rows.await?.pop()) }
}

/// What brings its id, and can be written on `DB` and read back as an `M`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be created with its id as a `{M}`",
    label = "not insertable, or without an id",
    note = "put `#[derive(Identifiable, Insertable)]` and `#[diesel(table_name = ..)]` on `{Self}`, with the table of `{M}`"
)]
pub trait CreateWithId<'q, 'n, M, DB: Dialect> {
    /// Writes and reads back.
    ///
    /// # Errors
    ///
    /// The database's.
    fn create_with_id<D>(&'n self, conn: &mut D) -> impl Future<Output = Result<M>> + Send
    where
        D: Driver<Backend = DB>;
}

#[diagnostic::do_not_recommend]
impl<'q, 'n, M, N: 'n, DB> CreateWithId<'q, 'n, M, DB> for N
where
    DB: Writes,
    M: Model + Selectable<DB> + Send,
    AsSelect<M, DB>: Expression,
    &'n N: Insertable<M::Table> + Identifiable<Table = M::Table>,
    Insert<'n, M, N>: Executes<'q, DB>,
    Returning<Insert<'n, M, N>, AsSelect<M, DB>>: Sends<'q, DB, M>,
    M::Table: FindDsl<Id<'n, N>>,
    Find<M::Table, Id<'n, N>>: SelectDsl<AsSelect<M, DB>>,
    ById<M, Id<'n, N>, DB>: Sends<'q, DB, M>,
{
    fn create_with_id<D>(&'n self, conn: &mut D) -> impl Future<Output = Result<M>> + Send
    where
        D: Driver<Backend = DB>,
    {
        let (new, row) = (insert::<M, N>(self), by_id::<M, _, DB>(self.id()));
        async move {
            written(if DB::RETURNING {
                driver::on(conn, read(returning(new, M::as_select()))).await?.pop()
            } else {
                driver::transacted(conn, write_and_read(new, row)).await?
            })
        }
    }
}

/// Many of these can be written on `DB` to the table of `M`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be created as a `{M}`",
    label = "not insertable",
    note = "put `#[derive(Insertable)]` and `#[diesel(table_name = ..)]` on `{Self}`, with the table of `{M}`"
)]
pub trait CreateMany<'q, 'n, M, DB: Dialect>: Sized {
    /// Writes all; the number.
    fn create_many<D>(new: &'n [Self]) -> impl Task<D, Output = usize>
    where
        D: Driver<Backend = DB>;
}

#[diagnostic::do_not_recommend]
impl<'q, 'n, M, N, DB: CreatesMany<'q, 'n, M, N>> CreateMany<'q, 'n, M, DB> for N {
    fn create_many<D>(new: &'n [N]) -> impl Task<D, Output = usize>
    where
        D: Driver<Backend = DB>,
    {
        DB::create_many::<D>(new)
    }
}

/// A backend on which many `N` can be written to the table of `M`: each does it in its own way.
pub trait CreatesMany<'q, 'n, M, N>: Dialect {
    /// Writes all; the number.
    fn create_many<D>(new: &'n [N]) -> impl Task<D, Output = usize>
    where
        D: Driver<Backend = Self>;
}

/// The rows, many in a statement.
pub(crate) struct InBatches<'q, 'n, M, N> {
    new: &'n [N],
    marker: PhantomData<fn(&'q ()) -> M>,
}

#[cfg_attr(not(any(feature = "postgres", feature = "mysql")), allow(dead_code))]
pub(crate) fn in_batches_of<'q, 'n, M, N>(new: &'n [N]) -> InBatches<'q, 'n, M, N> {
    InBatches { new, marker: PhantomData }
}

impl<'q, 'n, D, M, N> Task<D> for InBatches<'q, 'n, M, N>
where
    D: Driver,
    M: Model,
    N: Sync,
    &'n [N]: Insertable<M::Table>,
    Batch<'n, M, N>: Executes<'q, <D as AsyncConnectionCore>::Backend>,
{
    type Output = usize;

    async fn run<'c>(self, conn: &mut D::Lent<'c>) -> Result<usize> {
        let mut written = 0;
        for batch in in_batches(self.new) {
            written += Executes::execute(diesel::insert_into(M::table()).values(batch), conn).await?;
        }
        Ok(written)
    }
}

/// Changes that can be written on `DB` to a row of `M`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot update a `{M}`",
    label = "no changes to a row of `{M}`",
    note = "put `#[derive(Identifiable, AsChangeset)]` and `#[diesel(table_name = ..)]` on `{Self}`, with the table of `{M}`"
)]
pub trait UpdateRow<'q, 'n, M, DB: Dialect> {
    /// Writes and reads back.
    ///
    /// # Errors
    ///
    /// The database's, or no row.
    fn update<D>(&'n self, conn: &mut D) -> impl Future<Output = Result<M>> + Send
    where
        D: Driver<Backend = DB>;
}

#[diagnostic::do_not_recommend]
impl<'q, 'n, M, U: 'n, DB> UpdateRow<'q, 'n, M, DB> for U
where
    DB: Writes + Gets<'q, M, Id<'n, U>>,
    M: Model + Selectable<DB> + Send,
    AsSelect<M, DB>: Expression,
    &'n U: Identifiable<Table = M::Table> + IntoUpdateTarget + AsChangeset<Target = M::Table>,
    Update<&'n U, &'n U>: AsQuery + Executes<'q, DB>,
    Returning<Update<&'n U, &'n U>, AsSelect<M, DB>>: Sends<'q, DB, M>,
{
    fn update<D>(&'n self, conn: &mut D) -> impl Future<Output = Result<M>> + Send
    where
        D: Driver<Backend = DB>,
    {
        let change = diesel::update(self).set(self);
        let (row, unchanged) = (DB::by_id(self.id()), DB::by_id(self.id()));
        async move {
            let row = if DB::RETURNING {
                driver::on(conn, read(returning(change, M::as_select()))).await.map(|mut rows| rows.pop())
            } else {
                // An absent row is found absent by the second statement.
                driver::transacted(conn, write_and_read(change, row)).await
            };
            let row = match row {
                Err(error) if error.as_diesel().is_some_and(is_unchanged) => {
                    driver::on(conn, read(unchanged)).await?.pop()
                }
                row => row?,
            };
            row.ok_or_else(not_found::<M>)
        }
    }
}

/// Versioned changes that can be written on `DB` to a row of `M`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot update a `{M}` by its version",
    label = "no versioned changes to a row of `{M}`",
    note = "put `#[derive(Identifiable, AsChangeset)]` and `#[diesel(table_name = ..)]` on `{Self}`, with the table of `{M}`",
    note = "and implement `turbodiesel::repository::Versioned` for it"
)]
pub trait UpdateVersioned<'q, 'n, M, DB: Dialect> {
    /// Writes and reads back.
    ///
    /// # Errors
    ///
    /// The database's, a conflict, or no row.
    fn update_versioned<D>(&'n self, conn: &mut D) -> impl Future<Output = Result<M>> + Send
    where
        D: Driver<Backend = DB>;
}

#[diagnostic::do_not_recommend]
impl<'q, 'n, M, U: 'n, DB, St> UpdateVersioned<'q, 'n, M, DB> for U
where
    DB: Writes + Gets<'q, M, Id<'n, U>>,
    M: Model + Selectable<DB> + Send,
    AsSelect<M, DB>: Expression,
    U: Steps<'n, M, Step = St>,
    St: AsQuery + Executes<'q, DB>,
    &'n U: Identifiable<Table = M::Table>,
    Returning<St, AsSelect<M, DB>>: Sends<'q, DB, M>,
{
    fn update_versioned<D>(&'n self, conn: &mut D) -> impl Future<Output = Result<M>> + Send
    where
        D: Driver<Backend = DB>,
    {
        let step = self.step();
        let (row, absent) = (DB::by_id(self.id()), DB::by_id(self.id()));
        async move {
            let row = if DB::RETURNING {
                driver::on(conn, read(returning(step, M::as_select()))).await?.pop()
            } else {
                driver::transacted(conn, WriteAndRead { if_written: true, ..write_and_read(step, row) }).await?
            };
            match row {
                Some(row) => Ok(row),
                None => Err(no_step::<M>(!driver::on(conn, read::<_, M>(absent)).await?.is_empty())),
            }
        }
    }
}
