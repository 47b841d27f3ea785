//! Taking rows away, awaited.

use std::future::Future;
use std::marker::PhantomData;

use diesel::dsl::Find;
use diesel::query_builder::IntoUpdateTarget;
use diesel::query_dsl::methods::FindDsl;
use diesel_async::AsyncConnectionCore;

use super::statement::{self, Delete};
use super::{Model, Repository};
use crate::backend::Dialect;
use crate::driver::{self, BackendOf, Connects, Driver, Executes, Task};
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::mode::Async;

impl<M, C> Repository<'_, M, C, Async> {
    /// Deletes the row with this id, and says whether there was one.
    ///
    /// # Errors
    ///
    /// A foreign key that still points to the row: see [`Error::constraint`].
    #[track_caller]
    pub fn delete<'q, K, I>(&mut self, id: I) -> impl Future<Output = Result<bool>> + Send
    where
        C: Connects<K>,
        BackendOf<C, K>: Deletes<'q, M, I>,
    {
        let deleted = driver::run(self.conn, Execute(BackendOf::<C, K>::deletion(id), PhantomData));
        async move { Ok(deleted.await? > 0) }
    }
}

/// A statement that writes.
struct Execute<'q, S>(S, PhantomData<fn(&'q ())>);

impl<'q, D: Driver, S: Executes<'q, <D as AsyncConnectionCore>::Backend>> Task<D> for Execute<'q, S> {
    type Output = usize;

    async fn run<'c>(self, conn: &mut D::Lent<'c>) -> Result<usize> {
        Ok(self.0.execute(conn).await?)
    }
}

/// A backend on which a row of `M` can be deleted by an id of type `I`.
#[diagnostic::on_unimplemented(
    message = "`{M}` cannot be deleted by a `{I}`",
    label = "not the id of `{M}`",
    note = "give the id in the Rust type of the primary key, or a reference to it; the id of a composite key is a tuple in the order of `primary_key(..)`"
)]
pub trait Deletes<'q, M, I>: Dialect {
    /// Deletes the row.
    fn deletion(id: I) -> impl Executes<'q, Self>;
}

#[diagnostic::do_not_recommend]
impl<'q, M, I, DB> Deletes<'q, M, I> for DB
where
    DB: Dialect,
    M: Model,
    M::Table: FindDsl<I>,
    Find<M::Table, I>: IntoUpdateTarget,
    Delete<M, I>: Executes<'q, DB>,
{
    fn deletion(id: I) -> impl Executes<'q, DB> {
        statement::delete::<M, I>(id)
    }
}
