//! A new row on PostgreSQL: RETURNING gives it back.

use diesel::connection::Connection;
use diesel::dsl::AsSelect;
use diesel::expression::{Expression, Selectable, SelectableHelper};
use diesel::pg::Pg;
use diesel::prelude::Insertable;
use diesel::query_dsl::RunQueryDsl;
use diesel::query_dsl::methods::LoadQuery;

use crate::backend::Writes;
use crate::error::Result;
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
