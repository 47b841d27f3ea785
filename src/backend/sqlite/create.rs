//! A new row on SQLite: RETURNING gives it back.

#[cfg(feature = "async")]
use std::marker::PhantomData;

use diesel::connection::Connection;
use diesel::dsl::AsSelect;
use diesel::expression::{Expression, Selectable, SelectableHelper};
use diesel::prelude::Insertable;
use diesel::query_dsl::RunQueryDsl;
use diesel::query_dsl::methods::LoadQuery;
use diesel::sqlite::Sqlite;

use crate::backend::Writes;
#[cfg(feature = "async")]
use crate::driver::{Driver, Executes, Sends, Task};
use crate::error::Result;
#[cfg(feature = "async")]
use crate::repository::asynchronous::{self, create_returning};
use crate::repository::{Creates, Insert, Model, Returning, insert, returning};

impl Writes for Sqlite {
    const RETURNING: bool = true;
}

#[diagnostic::do_not_recommend]
impl<'q, 'n, M, N, C> Creates<'q, 'n, M, N, C> for Sqlite
where
    C: Connection<Backend = Sqlite>,
    M: Model + Selectable<Sqlite>,
    AsSelect<M, Sqlite>: Expression,
    N: 'n,
    &'n N: Insertable<M::Table>,
    Returning<Insert<'n, M, N>, AsSelect<M, Sqlite>>: LoadQuery<'q, C, M>,
{
    fn create(conn: &mut C, new: &'n N) -> Result<M> {
        Ok(RunQueryDsl::get_result(returning(insert::<M, N>(new), M::as_select()), conn)?)
    }
}

#[cfg(feature = "async")]
#[diagnostic::do_not_recommend]
impl<'q, 'n, M, N> asynchronous::Creates<'q, 'n, M, N> for Sqlite
where
    M: Model + Selectable<Sqlite> + Send,
    AsSelect<M, Sqlite>: Expression,
    N: 'n,
    &'n N: Insertable<M::Table>,
    Returning<Insert<'n, M, N>, AsSelect<M, Sqlite>>: Sends<'q, Sqlite, M>,
{
    fn create<D>(conn: &mut D, new: &'n N) -> impl Future<Output = Result<M>> + Send
    where
        D: Driver<Backend = Sqlite>,
    {
        create_returning::<M, N, D>(conn, new)
    }
}

#[cfg(feature = "async")]
#[diagnostic::do_not_recommend]
impl<'q, 'n, M, N> asynchronous::CreatesMany<'q, 'n, M, N> for Sqlite
where
    M: Model,
    N: Sync + 'n,
    &'n N: Insertable<M::Table>,
    Insert<'n, M, N>: Executes<'q, Sqlite>,
{
    fn create_many<D>(new: &'n [N]) -> impl Task<D, Output = usize>
    where
        D: Driver<Backend = Sqlite>,
    {
        OneByOne { new, marker: PhantomData::<fn(&'q ()) -> M> }
    }
}

/// A statement for each row: diesel-async has none for several on SQLite.
#[cfg(feature = "async")]
struct OneByOne<'q, 'n, M, N> {
    new: &'n [N],
    marker: PhantomData<fn(&'q ()) -> M>,
}

#[cfg(feature = "async")]
impl<'q, 'n, D, M, N> Task<D> for OneByOne<'q, 'n, M, N>
where
    D: Driver<Backend = Sqlite>,
    M: Model,
    N: Sync,
    &'n N: Insertable<M::Table>,
    Insert<'n, M, N>: Executes<'q, Sqlite>,
{
    type Output = usize;

    async fn run<'c>(self, conn: &mut D::Lent<'c>) -> Result<usize> {
        let mut written = 0;
        for new in self.new {
            written += Executes::execute(insert::<M, N>(new), conn).await?;
        }
        Ok(written)
    }
}
