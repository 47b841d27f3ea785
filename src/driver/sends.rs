//! Statements that are awaited.

use std::future::Future;

use diesel::backend::Backend;
use diesel::deserialize::FromSqlRow;
use diesel::expression::QueryMetadata;
use diesel::query_builder::{AsQuery, QueryFragment, QueryId};
use diesel::query_dsl::CompatibleType;
use diesel::result::QueryResult;
use diesel_async::AsyncConnectionCore;
use diesel_async::methods::LoadQuery;
use futures_util::TryStreamExt;

use crate::backend::Dialect;
use crate::error::Result;

/// A statement whose rows are `U`s.
///
/// Of the backend, not of the connection: one bound serves every connection that a load lends.
pub trait Sends<'q, DB: Backend, U>: Send {
    /// Sends it, and waits for its rows. If its load is explained, it is too.
    fn send<V>(self, conn: &mut V) -> impl Future<Output = Result<Vec<U>>> + Send
    where
        V: AsyncConnectionCore<Backend = DB>;

    /// Sends it, and waits for its rows.
    fn ask<V>(self, conn: &mut V) -> impl Future<Output = QueryResult<Vec<U>>> + Send
    where
        V: AsyncConnectionCore<Backend = DB>;
}

#[diagnostic::do_not_recommend]
impl<'q, DB, T, U, ST> Sends<'q, DB, U> for T
where
    DB: Dialect + QueryMetadata<T::SqlType>,
    T: AsQuery<Query: QueryFragment<DB> + QueryId + Send + 'q, SqlType: CompatibleType<U, DB, SqlType = ST>>
        + Send
        + 'q,
    U: FromSqlRow<ST, DB> + Send + 'static,
    ST: 'static,
{
    fn send<V>(self, conn: &mut V) -> impl Future<Output = Result<Vec<U>>> + Send
    where
        V: AsyncConnectionCore<Backend = DB>,
    {
        let query = self.as_query();
        async move {
            #[cfg(feature = "plan")]
            let query = crate::plan::asynchronous::note(query, conn).await?;
            Ok(query.ask(conn).await?)
        }
    }

    fn ask<V>(self, conn: &mut V) -> impl Future<Output = QueryResult<Vec<U>>> + Send
    where
        V: AsyncConnectionCore<Backend = DB>,
    {
        let sent = LoadQuery::<'q, V, U>::internal_load(self, conn);
        async move { sent.await?.try_collect().await }
    }
}

/// A statement that writes.
#[cfg(feature = "repository")]
pub trait Executes<'q, DB: Backend>: Send {
    /// Sends it, and waits for the number of rows.
    fn execute<V>(self, conn: &mut V) -> impl Future<Output = QueryResult<usize>> + Send
    where
        V: AsyncConnectionCore<Backend = DB>;
}

#[cfg(feature = "repository")]
#[diagnostic::do_not_recommend]
impl<'q, DB: Backend, T: QueryFragment<DB> + QueryId + Send + 'q> Executes<'q, DB> for T {
    async fn execute<V>(self, conn: &mut V) -> QueryResult<usize>
    where
        V: AsyncConnectionCore<Backend = DB>,
    {
        diesel_async::methods::ExecuteDsl::execute(self, conn).await
    }
}
