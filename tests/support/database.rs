//! A fresh sample database on each backend.

use diesel::migration::MigrationSource;
use diesel::prelude::*;
use turbodiesel::testing::{Server, TestDb};

/// A fresh database of the sample domain, and what only the tests need to know of its backend.
pub(crate) struct Db<C> {
    pub(crate) inner: TestDb<C>,
}

/// What differs between the connections, for tests.
pub(crate) trait TestConnection:
    Connection<Backend: Server> + diesel_migrations::MigrationHarness<Self::Backend>
{
    fn migrations() -> impl MigrationSource<Self::Backend>;
    /// The same, of Diesel's own type.
    fn embedded() -> diesel_migrations::EmbeddedMigrations;
    /// Turns foreign keys off for this connection, so that a test can break one.
    const NO_FOREIGN_KEYS: &'static str;
    /// What every connection of the tests starts with.
    const SET_UP: &'static str = "SELECT 1";
    /// What a connection starts with that shares its database with others.
    const SHARED: &'static str = Self::SET_UP;
    /// How the server answers when asked who it is.
    const VERSION: &'static str;
}

impl<C: TestConnection> Db<C> {
    pub(crate) fn fresh() -> turbodiesel::Result<Self> {
        let mut inner = TestDb::<C>::new(C::migrations())?;
        inner.batch_execute(C::SET_UP)?;
        Ok(Db { inner })
    }

    pub(crate) fn conn(&mut self) -> &mut C {
        &mut self.inner
    }

    pub(crate) fn without_foreign_keys(&mut self) -> QueryResult<()> {
        self.inner.batch_execute(C::NO_FOREIGN_KEYS)
    }
}

pub(crate) mod sqlite {
    use super::*;

    pub(crate) type Conn = SqliteConnection;
    pub(crate) const BACKEND: &str = "sqlite";

    impl TestConnection for SqliteConnection {
        fn migrations() -> impl MigrationSource<Self::Backend> {
            blog::migrations::SQLITE
        }
        fn embedded() -> diesel_migrations::EmbeddedMigrations {
            blog::migrations::SQLITE
        }
        const NO_FOREIGN_KEYS: &'static str = "PRAGMA foreign_keys = OFF";
        const SET_UP: &'static str = "PRAGMA foreign_keys = ON";
        const SHARED: &'static str = "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON";
        const VERSION: &'static str = "sqlite_version()";
    }
}

#[cfg(feature = "postgres")]
pub(crate) mod postgres {
    use super::*;

    pub(crate) type Conn = PgConnection;
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
