//! A fresh sample database on each backend.

use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool, R2D2Connection};
use turbodiesel::testing::TestDb;

/// A fresh database of the sample domain, and what only the tests need to know of its backend.
pub(crate) struct Db<C> {
    pub(crate) inner: TestDb<C>,
}

/// What differs between the connections, for tests.
pub(crate) trait TestConnection: turbodiesel::testing::TestConnection + blog::BlogConnection {
    fn migrations() -> impl MigrationSource<Self::Backend>;
    /// The same, of Diesel's own type.
    fn embedded() -> diesel_migrations::EmbeddedMigrations;
    /// Turns foreign keys off for this connection, so that a test can break one.
    const NO_FOREIGN_KEYS: &'static str;
    /// How the server answers when asked who it is.
    const VERSION: &'static str;
}

impl<C: TestConnection> Db<C> {
    pub(crate) fn fresh() -> turbodiesel::Result<Self> {
        Ok(Db { inner: TestDb::new(C::migrations())? })
    }

    pub(crate) fn conn(&mut self) -> &mut C {
        &mut self.inner
    }

    /// A connection that blocks, which this one is.
    pub(crate) fn blocking(&mut self) -> &mut C {
        &mut self.inner
    }

    /// Where a pool connects.
    pub(crate) fn url(&self) -> &str {
        self.inner.url()
    }

    /// A pool of connections to it.
    pub(crate) fn pool(&self, size: u32) -> turbodiesel::Result<Pool<ConnectionManager<C>>>
    where
        C: R2D2Connection + 'static,
    {
        self.inner.pool(size)
    }

    pub(crate) fn without_foreign_keys(&mut self) -> QueryResult<()> {
        self.inner.batch_execute(C::NO_FOREIGN_KEYS)
    }
}

/// The connection that blocks to the database of such a one: itself.
pub(crate) type Blocking<C> = C;

/// A further connection.
pub(crate) fn connect<C: TestConnection>(db: &TestDb<C>) -> super::TestResult<C> {
    Ok(db.connect()?)
}

/// Runs the migrations on another database than a fresh one.
pub(crate) fn migrate<C: TestConnection>(conn: &mut C) -> super::TestResult {
    diesel_migrations::MigrationHarness::run_pending_migrations(conn, C::embedded())
        .map_err(|error| error.to_string())?;
    Ok(())
}

pub(crate) mod sqlite {
    use super::*;

    pub(crate) type Conn = SqliteConnection;
    pub(crate) type DB = diesel::sqlite::Sqlite;
    pub(crate) const BACKEND: &str = "sqlite";

    impl TestConnection for SqliteConnection {
        fn migrations() -> impl MigrationSource<Self::Backend> {
            blog::migrations::SQLITE
        }
        fn embedded() -> diesel_migrations::EmbeddedMigrations {
            blog::migrations::SQLITE
        }
        const NO_FOREIGN_KEYS: &'static str = "PRAGMA foreign_keys = OFF";
        const VERSION: &'static str = "sqlite_version()";
    }
}

#[cfg(feature = "postgres")]
pub(crate) mod postgres {
    use super::*;

    pub(crate) type Conn = PgConnection;
    pub(crate) type DB = diesel::pg::Pg;
    pub(crate) const BACKEND: &str = "postgres";

    impl TestConnection for PgConnection {
        fn migrations() -> impl MigrationSource<Self::Backend> {
            blog::migrations::POSTGRES
        }
        fn embedded() -> diesel_migrations::EmbeddedMigrations {
            blog::migrations::POSTGRES
        }
        const NO_FOREIGN_KEYS: &'static str = "SET session_replication_role = replica";
        const VERSION: &'static str = "version()";
    }
}

#[cfg(feature = "mysql")]
pub(crate) mod mysql {
    use super::*;

    pub(crate) type Conn = MysqlConnection;
    pub(crate) type DB = diesel::mysql::Mysql;
    pub(crate) const BACKEND: &str = "mysql";

    impl TestConnection for MysqlConnection {
        fn migrations() -> impl MigrationSource<Self::Backend> {
            blog::migrations::MYSQL
        }
        fn embedded() -> diesel_migrations::EmbeddedMigrations {
            blog::migrations::MYSQL
        }
        const NO_FOREIGN_KEYS: &'static str = "SET FOREIGN_KEY_CHECKS = 0";
        const VERSION: &'static str = "version()";
    }
}
