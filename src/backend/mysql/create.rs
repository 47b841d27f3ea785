//! A new row on MySQL and MariaDB, which have no RETURNING in common: read back by the id that the server made.

use diesel::connection::Connection;
use diesel::dsl::{AsSelect, Filter, Select};
use diesel::expression::{
    AppearsOnTable, Expression, Selectable, SelectableExpression, SelectableHelper, ValidGrouping, is_aggregate,
};
use diesel::mysql::Mysql;
use diesel::prelude::Insertable;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;
use diesel::query_dsl::methods::{ExecuteDsl, FilterDsl, LoadQuery, SelectDsl};
use diesel::query_source::{Column, Table};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Bool, Integer, SmallInt, TinyInt, Unsigned};

use crate::backend::Writes;
#[cfg(feature = "async")]
use crate::driver::{self, Driver, Executes, Sends, Task};
use crate::error::{Error, ErrorKind, Result};
#[cfg(feature = "async")]
use crate::repository::Batch;
#[cfg(feature = "async")]
use crate::repository::asynchronous::{self, in_batches_of, write_and_read};
use crate::repository::{Creates, Insert, Model, insert};

impl Writes for Mysql {
    const RETURNING: bool = false;
}

/// An SQL type that AUTO_INCREMENT counts in.
pub trait AutoIncrement {}

impl AutoIncrement for TinyInt {}
impl AutoIncrement for SmallInt {}
impl AutoIncrement for Integer {}
impl AutoIncrement for BigInt {}
impl<ST> AutoIncrement for Unsigned<ST> {}

type PrimaryKey<M> = <<M as diesel::associations::HasTable>::Table as Table>::PrimaryKey;
type MadeRow<M> = Filter<<M as diesel::associations::HasTable>::Table, IsLastInsertId<PrimaryKey<M>>>;

#[diagnostic::do_not_recommend]
impl<'q, 'n, M, N, C> Creates<'q, 'n, M, N, C> for Mysql
where
    C: Connection<Backend = Mysql>,
    M: Model + Selectable<Mysql>,
    AsSelect<M, Mysql>: Expression,
    PrimaryKey<M>: Column<SqlType: AutoIncrement>,
    N: 'n,
    &'n N: Insertable<M::Table>,
    Insert<'n, M, N>: ExecuteDsl<C>,
    M::Table: FilterDsl<IsLastInsertId<PrimaryKey<M>>>,
    MadeRow<M>: SelectDsl<AsSelect<M, Mysql>>,
    Select<MadeRow<M>, AsSelect<M, Mysql>>: LoadQuery<'q, C, M>,
{
    fn create(conn: &mut C, new: &'n N) -> Result<M> {
        conn.transaction(|conn| {
            RunQueryDsl::execute(diesel::sql_query(NO_ID), conn)?;
            ExecuteDsl::execute(insert::<M, N>(new), conn)?;
            RunQueryDsl::load::<M>(made::<M>(), conn)?.pop().ok_or_else(id_not_made)
        })
    }
}

#[cfg(feature = "async")]
#[diagnostic::do_not_recommend]
impl<'q, 'n, M, N> asynchronous::Creates<'q, 'n, M, N> for Mysql
where
    M: Model + Selectable<Mysql> + Send,
    AsSelect<M, Mysql>: Expression,
    PrimaryKey<M>: Column<SqlType: AutoIncrement>,
    N: 'n,
    &'n N: Insertable<M::Table>,
    Insert<'n, M, N>: Executes<'q, Mysql>,
    M::Table: FilterDsl<IsLastInsertId<PrimaryKey<M>>>,
    MadeRow<M>: SelectDsl<AsSelect<M, Mysql>>,
    Select<MadeRow<M>, AsSelect<M, Mysql>>: Sends<'q, Mysql, M>,
{
    fn create<D>(conn: &mut D, new: &'n N) -> impl Future<Output = Result<M>> + Send
    where
        D: Driver<Backend = Mysql>,
    {
        driver::transacted(conn, Made(write_and_read(insert::<M, N>(new), made::<M>())))
    }
}

#[cfg(feature = "async")]
#[diagnostic::do_not_recommend]
impl<'q, 'n, M, N> asynchronous::CreatesMany<'q, 'n, M, N> for Mysql
where
    M: Model,
    N: Sync + 'n,
    &'n [N]: Insertable<M::Table>,
    Batch<'n, M, N>: Executes<'q, Mysql>,
{
    fn create_many<D>(new: &'n [N]) -> impl Task<D, Output = usize>
    where
        D: Driver<Backend = Mysql>,
    {
        in_batches_of::<M, N>(new)
    }
}

/// A row that is read back, or undone.
#[cfg(feature = "async")]
struct Made<T>(T);

#[cfg(feature = "async")]
impl<D: Driver<Backend = Mysql>, M: Send, T: Task<D, Output = Option<M>>> Task<D> for Made<T> {
    type Output = M;

    async fn run<'c>(self, conn: &mut D::Lent<'c>) -> Result<M> {
        Executes::execute(diesel::sql_query(NO_ID), conn).await?;
        self.0.run(conn).await?.ok_or_else(id_not_made)
    }
}

/// A row that brings its id leaves the id of an earlier row of this connection standing.
const NO_ID: &str = "DO LAST_INSERT_ID(0)";

fn made<M>() -> Select<MadeRow<M>, AsSelect<M, Mysql>>
where
    M: Model + Selectable<Mysql>,
    AsSelect<M, Mysql>: Expression,
    M::Table: FilterDsl<IsLastInsertId<PrimaryKey<M>>>,
    MadeRow<M>: SelectDsl<AsSelect<M, Mysql>>,
{
    let made = FilterDsl::filter(M::table(), IsLastInsertId(M::table().primary_key()));
    SelectDsl::select(made, M::as_select())
}

fn id_not_made() -> Error {
    let message = "create: the new row brought its own id, so that it cannot be read back by the one that the \
                   database made; `create_with_id` writes it";
    Error::new(ErrorKind::IdNotMade, message)
}

/// The predicate "this row was made by the INSERT before".
#[derive(Debug, Clone, Copy, QueryId)]
pub struct IsLastInsertId<PK>(PK);

impl<PK: Expression> Expression for IsLastInsertId<PK> {
    type SqlType = Bool;
}
impl<PK: AppearsOnTable<QS>, QS> AppearsOnTable<QS> for IsLastInsertId<PK> {}
impl<PK: SelectableExpression<QS>, QS> SelectableExpression<QS> for IsLastInsertId<PK> {}
impl<PK, GB> ValidGrouping<GB> for IsLastInsertId<PK> {
    type IsAggregate = is_aggregate::No;
}

// `users`.`id` = LAST_INSERT_ID()
impl<PK: QueryFragment<Mysql>> QueryFragment<Mysql> for IsLastInsertId<PK> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Mysql>) -> QueryResult<()> {
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(" = LAST_INSERT_ID()");
        Ok(())
    }
}
