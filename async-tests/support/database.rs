//! A fresh sample database on each backend, with a connection of diesel-async.

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::Text;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, bb8};
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{AsyncConnection, AsyncMysqlConnection, AsyncPgConnection, SimpleAsyncConnection};
use turbodiesel::driver::{Driver, Itself};
use turbodiesel::preload::plumbing::fetch_async::Preload;
use turbodiesel::preload::relation::Relation;
use turbodiesel::preload::{ForKeys, Key};
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
pub(crate) trait TestConnection: Driver {
    type Blocking: turbodiesel::testing::TestConnection + blog::BlogConnection;

    fn migrations() -> impl MigrationSource<<Self::Blocking as Connection>::Backend>;
    /// Turns foreign keys off for this connection, so that a test can break one.
    const NO_FOREIGN_KEYS: &'static str;
    /// How the server answers when asked who it is.
    const VERSION: &'static str;
    /// Where else one can connect to the same database.
    fn address(&mut self) -> QueryResult<String>;

    /// What only a blocking connection can do, on one of its own.
    fn blocking<T>(&mut self, f: impl FnOnce(&mut Self::Blocking) -> QueryResult<T>) -> QueryResult<T> {
        let address = self.address()?;
        f(&mut Self::Blocking::establish(&address).map_err(|error| Error::QueryBuilderError(Box::new(error)))?)
    }
}

pub(crate) fn seed(conn: &mut impl TestConnection, seed: &blog::Seed) -> QueryResult<blog::Counts> {
    conn.blocking(|conn| blog::seed(conn, seed))
}

pub(crate) fn seed_posts(conn: &mut impl TestConnection, posts: usize) -> QueryResult<()> {
    conn.blocking(|conn| blog::seed_posts(conn, posts).map(drop))
}

pub(crate) fn analyze(conn: &mut impl TestConnection) -> QueryResult<()> {
    conn.blocking(|conn| blog::analyze(conn).map(drop))
}

pub(crate) fn explain(conn: &mut impl TestConnection, statement: &blog::Statement) -> QueryResult<String> {
    conn.blocking(|conn| blog::explain(conn, statement))
}

/// The connection that blocks to the database of such a one.
pub(crate) type Blocking<C> = <C as TestConnection>::Blocking;

/// A further connection.
pub(crate) fn connect<C: TestConnection>(db: &TestDb<Blocking<C>>) -> TestResult<C> {
    Ok(wait(C::establish(db.url()))?)
}

/// Runs the migrations on another database than a fresh one.
pub(crate) fn migrate<C: TestConnection>(conn: &mut C) -> TestResult {
    conn.blocking(|conn| {
        diesel_migrations::MigrationHarness::run_pending_migrations(conn, C::migrations())
            .map(drop)
            .map_err(Error::QueryBuilderError)
    })?;
    Ok(())
}

/// With as many types to write as the blocking function has.
#[track_caller]
pub(crate) fn load_for_keys<'q, P, R, Conn>(
    keys: &[R::Key],
    relation: R,
    conn: &mut Conn,
) -> impl Future<Output = turbodiesel::Result<HashMap<R::Key, <R::Relation as Relation<R::Key>>::Output>>> + Send
where
    R: ForKeys<P, Key: Key>,
    Conn: Driver,
    R::Relation: Preload<'q, R::Key, Conn>,
{
    turbodiesel::async_prelude::load_for_keys::<P, R, Conn, Itself>(keys, relation, conn)
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

/// Waits for what a scenario does not await, as the other driver does not.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(future))
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

    pub(crate) fn without_foreign_keys(&mut self) -> QueryResult<()> {
        wait(self.conn.batch_execute(C::NO_FOREIGN_KEYS))
    }

    /// Where a pool connects.
    pub(crate) fn url(&self) -> &str {
        self.inner.url()
    }
}

/// A database on the server that the environment names.
fn on_server(variable: &str) -> impl Fn(String) -> String {
    let server = std::env::var(variable).unwrap_or_default();
    move |name| {
        format!(
            "{}/{name}",
            server.split('?').next().unwrap_or_default().rsplit_once('/').map_or("", |(server, _)| server)
        )
    }
}

macro_rules! backend {
    ($($backend:ident $DB:ty, $BACKEND:literal $Conn:ty, $Blocking:ty, $MIGRATIONS:ident, $NO_FOREIGN_KEYS:literal, $VERSION:literal, $name:literal, $address:expr;)+) => {$(
        impl TestConnection for $Conn {
            type Blocking = $Blocking;

            fn migrations() -> impl MigrationSource<<Self::Blocking as Connection>::Backend> {
                blog::migrations::$MIGRATIONS
            }
            const NO_FOREIGN_KEYS: &'static str = $NO_FOREIGN_KEYS;
            const VERSION: &'static str = $VERSION;

            fn address(&mut self) -> QueryResult<String> {
                let name = diesel::select(sql::<Text>($name));
                wait(diesel_async::RunQueryDsl::get_result::<String>(name, self)).map(|name| $address(name))
            }
        }

        impl Db<$Conn> {
            /// A pool of connections that are awaited.
            pub(crate) async fn pool(&self, size: u32) -> TestResult<bb8::Pool<$Conn>> {
                let manager = AsyncDieselConnectionManager::new(self.url());
                Ok(bb8::Pool::builder().max_size(size).build(manager).await?)
            }
        }

        pub(crate) mod $backend {
            use super::*;

            pub(crate) type Conn = $Conn;
            pub(crate) type DB = $DB;
            pub(crate) const BACKEND: &str = $BACKEND;
        }
    )+};
}
backend! {
    sqlite diesel::sqlite::Sqlite, "sqlite" SyncConnectionWrapper<SqliteConnection>, SqliteConnection, SQLITE, "PRAGMA foreign_keys = OFF", "sqlite_version()", "(SELECT file FROM pragma_database_list WHERE name = 'main')", |file| file;
    followed diesel::sqlite::Sqlite, "sqlite" SyncConnectionWrapper<SqliteConnection, Followed>, SqliteConnection, SQLITE, "PRAGMA foreign_keys = OFF", "sqlite_version()", "(SELECT file FROM pragma_database_list WHERE name = 'main')", |file| file;
    postgres diesel::pg::Pg, "postgres" AsyncPgConnection, PgConnection, POSTGRES, "SET session_replication_role = replica", "version()", "current_database()", on_server("TURBODIESEL_POSTGRES_URL");
    mysql diesel::mysql::Mysql, "mysql" AsyncMysqlConnection, MysqlConnection, MYSQL, "SET FOREIGN_KEY_CHECKS = 0", "version()", "database()", on_server("TURBODIESEL_MYSQL_URL");
}
