//! An empty database for each test, gone when the test ends.

use diesel::prelude::*;

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;
pub(crate) type TestResult = Result<(), BoxError>;

pub(crate) fn sqlite() -> ConnectionResult<SqliteConnection> {
    SqliteConnection::establish(":memory:")
}

#[cfg(feature = "postgres")]
pub(crate) fn postgres() -> Result<server::Fresh<PgConnection>, BoxError> {
    server::Fresh::new("TURBODIESEL_POSTGRES_URL")
}

#[cfg(feature = "mysql")]
pub(crate) fn mysql() -> Result<server::Fresh<MysqlConnection>, BoxError> {
    server::Fresh::new("TURBODIESEL_MYSQL_URL")
}

#[cfg(any(feature = "postgres", feature = "mysql"))]
mod server {
    use super::BoxError;
    use diesel::prelude::*;
    use std::ops::{Deref, DerefMut};
    use std::sync::atomic::{AtomicU32, Ordering};

    /// A connection to a database of its own.
    pub(crate) struct Fresh<C: Connection> {
        connection: Option<C>,
        server: C,
        name: String,
    }

    impl<C: Connection> Fresh<C> {
        pub(super) fn new(variable: &str) -> Result<Self, BoxError> {
            static COUNT: AtomicU32 = AtomicU32::new(0);
            let url =
                std::env::var(variable).map_err(|_| format!("{variable} is not set: eval \"$(scripts/databases)\""))?;
            let name = format!("blog_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
            let mut server = C::establish(&url)?;
            server.batch_execute(&format!("DROP DATABASE IF EXISTS {name}"))?;
            server.batch_execute(&format!("CREATE DATABASE {name}"))?;
            let (before, _) = url.rsplit_once('/').ok_or("the URL names no database")?;
            let connection = Some(C::establish(&format!("{before}/{name}"))?);
            Ok(Fresh { connection, server, name })
        }
    }

    impl<C: Connection> Deref for Fresh<C> {
        type Target = C;

        fn deref(&self) -> &C {
            self.connection.as_ref().expect("there until it is dropped")
        }
    }

    impl<C: Connection> DerefMut for Fresh<C> {
        fn deref_mut(&mut self) -> &mut C {
            self.connection.as_mut().expect("there until it is dropped")
        }
    }

    impl<C: Connection> Drop for Fresh<C> {
        fn drop(&mut self) {
            self.connection = None; // a server keeps a database that is in use
            for _ in 0..50 {
                if self.server.batch_execute(&format!("DROP DATABASE {}", self.name)).is_ok() {
                    return;
                }
                std::thread::sleep(std::time::Duration::from_millis(20)); // PostgreSQL is still closing it
            }
        }
    }
}
