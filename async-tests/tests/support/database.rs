//! A fresh sample database on each backend, with a connection of diesel-async.

use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{AsyncConnection, AsyncMysqlConnection, AsyncPgConnection};
use turbodiesel::testing::TestDb;
use turbodiesel::watch::asynchronous::Followed;

use super::TestResult;

/// A fresh database of the sample domain and a connection that is awaited.
pub(crate) struct Db<C: TestConnection> {
    conn: C,
    // Last: it goes when nobody is connected.
    inner: TestDb<C::Blocking>,
}

/// A connection that is awaited, and the blocking one that makes its database.
pub(crate) trait TestConnection: AsyncConnection + 'static {
    type Blocking: turbodiesel::testing::TestConnection;

    fn migrations() -> impl MigrationSource<<Self::Blocking as Connection>::Backend>;
}

/// The log of a connection that is awaited.
pub(crate) struct StatementLog;

impl StatementLog {
    /// Records what `conn` sends from now on, in place of any other instrumentation of it.
    pub(crate) fn install(conn: &mut impl AsyncConnection) -> blog::StatementLog {
        let log = blog::StatementLog::default();
        conn.set_instrumentation(log.clone());
        log
    }
}

impl<C: TestConnection> Db<C> {
    pub(crate) async fn fresh() -> TestResult<Self> {
        let inner = TestDb::<C::Blocking>::new(C::migrations())?;
        Ok(Db { conn: C::establish(inner.url()).await?, inner })
    }

    pub(crate) fn conn(&mut self) -> &mut C {
        &mut self.conn
    }

    /// The connection that made the database.
    pub(crate) fn blocking(&mut self) -> &mut C::Blocking {
        &mut self.inner
    }

    /// A connection beside that one.
    pub(crate) async fn another(&self) -> TestResult<C> {
        Ok(C::establish(self.inner.url()).await?)
    }

    /// Where a pool connects.
    pub(crate) fn url(&self) -> &str {
        self.inner.url()
    }
}

macro_rules! backend {
    ($($backend:ident $BACKEND:literal $Conn:ty, $Blocking:ty, $MIGRATIONS:ident;)+) => {$(
        impl TestConnection for $Conn {
            type Blocking = $Blocking;

            fn migrations() -> impl MigrationSource<<Self::Blocking as Connection>::Backend> {
                blog::migrations::$MIGRATIONS
            }
        }

        pub(crate) mod $backend {
            use super::*;

            pub(crate) type Conn = $Conn;
            pub(crate) const BACKEND: &str = $BACKEND;
        }
    )+};
}
backend! {
    sqlite "sqlite" SyncConnectionWrapper<SqliteConnection>, SqliteConnection, SQLITE;
    followed "sqlite" SyncConnectionWrapper<SqliteConnection, Followed>, SqliteConnection, SQLITE;
    postgres "postgres" AsyncPgConnection, PgConnection, POSTGRES;
    mysql "mysql" AsyncMysqlConnection, MysqlConnection, MYSQL;
}
