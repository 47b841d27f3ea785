//! Connections of diesel-async to the database of a test. With feature `async`.

use std::future::Future;

use diesel::result::ConnectionError;
use diesel_async::AsyncConnection;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig};

use super::provide::Provide;
use super::{Server, TestConnection, TestDb, failed};
use crate::error::Result;

/// A backend of which diesel-async has connections.
#[diagnostic::on_unimplemented(
    message = "diesel-async has no connections to `{Self}` here",
    note = "turn on the feature of the database beside `async`"
)]
pub trait AsyncServer: Server {
    /// The connection: `AsyncPgConnection`, `AsyncMysqlConnection` or `SyncConnectionWrapper<SqliteConnection>`.
    type Connection: AsyncConnection<Backend = Self> + 'static;
}

#[cfg(feature = "sqlite")]
impl AsyncServer for diesel::sqlite::Sqlite {
    type Connection = diesel_async::sync_connection_wrapper::SyncConnectionWrapper<diesel::SqliteConnection>;
}

#[cfg(feature = "postgres")]
impl AsyncServer for diesel::pg::Pg {
    type Connection = diesel_async::AsyncPgConnection;
}

#[cfg(feature = "mysql")]
impl AsyncServer for diesel::mysql::Mysql {
    type Connection = diesel_async::AsyncMysqlConnection;
}

impl<C: TestConnection<Backend: AsyncServer>> TestDb<C> {
    /// A connection of diesel-async to the same database, set up as the others are.
    ///
    /// ```text
    /// let db = TestDb::<SqliteConnection>::new(blog::migrations::SQLITE)?;
    /// let mut conn = db.connect_async().await?;
    /// assert_eq!(tags::table.count().get_result::<i64>(&mut conn).await?, 0);
    /// ```
    ///
    /// # Errors
    ///
    /// As [`connect`](TestDb::connect).
    pub fn connect_async(
        &self,
    ) -> impl Future<Output = Result<<C::Backend as AsyncServer>::Connection>> + Send + use<C> {
        let url = self.database.several::<C::Backend>().map(|()| self.url().to_owned());
        async move {
            let conn = connected::<<C::Backend as AsyncServer>::Connection>(&url?).await;
            conn.map_err(|error| failed::<C::Backend>("cannot connect", &error))
        }
    }

    /// What the pools of diesel-async (bb8, deadpool, mobc) make their connections with, set up as the others are.
    ///
    /// ```text
    /// let bb8 = bb8::Pool::builder().max_size(2).build(db.async_manager()?).await?;
    /// let deadpool = deadpool::Pool::builder(db.async_manager()?).max_size(2).build()?;
    /// ```
    ///
    /// Drop the pool before the database, which cuts its connections off.
    ///
    /// # Errors
    ///
    /// A database [in memory](super::TestOptions::in_memory) has one connection.
    pub fn async_manager(&self) -> Result<AsyncDieselConnectionManager<<C::Backend as AsyncServer>::Connection>> {
        self.database.several::<C::Backend>()?;
        let mut config = ManagerConfig::default();
        config.custom_setup = Box::new(|url| {
            let url = url.to_owned();
            Box::pin(async move { connected(&url).await })
        });
        Ok(AsyncDieselConnectionManager::new_with_config(self.url(), config))
    }
}

async fn connected<C: AsyncConnection<Backend: Provide>>(url: &str) -> Result<C, ConnectionError> {
    let mut conn = C::establish(url).await?;
    if let Some(statements) = <C::Backend as Provide>::SET_UP {
        conn.batch_execute(statements).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
    }
    Ok(conn)
}
