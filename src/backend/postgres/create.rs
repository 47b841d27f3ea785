//! A new row on PostgreSQL: RETURNING gives it back.

use diesel::connection::Connection;
use diesel::dsl::AsSelect;
use diesel::expression::{Expression, Selectable, SelectableHelper};
use diesel::pg::Pg;
use diesel::prelude::Insertable;
use diesel::query_dsl::RunQueryDsl;
use diesel::query_dsl::methods::LoadQuery;

use crate::backend::Writes;
#[cfg(feature = "async")]
use crate::driver::{Driver, Executes, Sends, Task};
use crate::error::Result;
#[cfg(feature = "async")]
use crate::repository::Batch;
#[cfg(feature = "async")]
use crate::repository::asynchronous::{self, create_returning, in_batches_of};
use crate::repository::{Creates, Insert, Model, Returning, insert, returning};

impl Writes for Pg {
    const RETURNING: bool = true;
}

#[diagnostic::do_not_recommend]
impl<'q, 'n, M, N, C> Creates<'q, 'n, M, N, C> for Pg
where
    C: Connection<Backend = Pg>,
    M: Model + Selectable<Pg>,
    AsSelect<M, Pg>: Expression,
    N: 'n,
    &'n N: Insertable<M::Table>,
    Returning<Insert<'n, M, N>, AsSelect<M, Pg>>: LoadQuery<'q, C, M>,
{
    fn create(conn: &mut C, new: &'n N) -> Result<M> {
        Ok(RunQueryDsl::get_result(returning(insert::<M, N>(new), M::as_select()), conn)?)
    }
}

#[cfg(feature = "async")]
#[diagnostic::do_not_recommend]
impl<'q, 'n, M, N> asynchronous::Creates<'q, 'n, M, N> for Pg
where
    M: Model + Selectable<Pg> + Send,
    AsSelect<M, Pg>: Expression,
    N: 'n,
    &'n N: Insertable<M::Table>,
    Returning<Insert<'n, M, N>, AsSelect<M, Pg>>: Sends<'q, Pg, M>,
{
    fn create<D>(conn: &mut D, new: &'n N) -> impl Future<Output = Result<M>> + Send
    where
        D: Driver<Backend = Pg>,
    {
        create_returning::<M, N, D>(conn, new)
    }
}

#[cfg(feature = "async")]
#[diagnostic::do_not_recommend]
impl<'q, 'n, M, N> asynchronous::CreatesMany<'q, 'n, M, N> for Pg
where
    M: Model,
    N: Sync + 'n,
    &'n [N]: Insertable<M::Table>,
    Batch<'n, M, N>: Executes<'q, Pg>,
{
    fn create_many<D>(new: &'n [N]) -> impl Task<D, Output = usize>
    where
        D: Driver<Backend = Pg>,
    {
        in_batches_of::<M, N>(new)
    }
}
