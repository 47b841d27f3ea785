//! What the databases need to hand out a database for each test.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use diesel::backend::Backend;

/// A backend on which [`TestDb`](super::TestDb) can make databases.
pub trait Server: Backend {
    /// What messages call it.
    const NAME: &'static str;
    /// The environment variable with the URL of the server; `None` where there is no server.
    const URL_VARIABLE: Option<&'static str>;

    /// The statement that drops a database.
    fn drop_database(name: &str) -> String {
        format!("DROP DATABASE IF EXISTS {name}")
    }
}

#[cfg(feature = "sqlite")]
impl Server for diesel::sqlite::Sqlite {
    const NAME: &'static str = "SQLite";
    const URL_VARIABLE: Option<&'static str> = None;
}

#[cfg(feature = "postgres")]
impl Server for diesel::pg::Pg {
    const NAME: &'static str = "PostgreSQL";
    const URL_VARIABLE: Option<&'static str> = Some("TURBODIESEL_POSTGRES_URL");

    // A connection that is being closed still counts as one.
    fn drop_database(name: &str) -> String {
        format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    }
}

#[cfg(feature = "mysql")]
impl Server for diesel::mysql::Mysql {
    const NAME: &'static str = "MySQL or MariaDB";
    const URL_VARIABLE: Option<&'static str> = Some("TURBODIESEL_MYSQL_URL");
}

/// A name that no other test has: process, moment, counter.
pub(super) fn unique_name() -> String {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros());
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    format!("turbodiesel_test_{}_{now:x}_{count}", std::process::id())
}

/// The URL of another database on the same server.
pub(super) fn with_database(url: &str, name: &str) -> String {
    let (base, query) = match url.split_once('?') {
        Some((base, query)) => (base, format!("?{query}")),
        None => (url, String::new()),
    };
    let authority = base.find("://").map_or(0, |scheme| scheme + 3);
    let end = base[authority..].find('/').map_or(base.len(), |slash| authority + slash);
    format!("{}/{name}{query}", &base[..end])
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn the_database_of_a_url_is_replaced() {
        for (url, replaced) in [
            ("postgres://u:p@h:1/old?sslmode=disable", "postgres://u:p@h:1/new?sslmode=disable"),
            ("mysql://u@h", "mysql://u@h/new"),
            ("mysql://u@h/", "mysql://u@h/new"),
        ] {
            assert_eq!(with_database(url, "new"), replaced);
        }
    }
}
