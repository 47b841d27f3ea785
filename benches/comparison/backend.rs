//! The databases, and which of them this build can talk to.

use blog::{BlogConnection, Counts};
use diesel::migration::MigrationSource;
use diesel::prelude::*;
use turbodiesel::backend::Dialect;
use turbodiesel::testing::{TestConnection, TestDb, TestOptions};

use crate::bench::Bench;
use crate::{Result, keyset, preload, relations};

/// What a planner knows of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Statistics {
    /// Nothing: SQLite, as it is.
    None,
    /// What ANALYZE told it, because somebody ran that.
    Asked,
    /// The same, as a matter of course.
    Usual,
}

/// A connection on which the comparisons run.
pub(crate) trait Backend:
    BlogConnection<Backend: Dialect> + TestConnection + preload::Contenders + keyset::Contenders + relations::Contenders
{
    /// What `TURBODIESEL_BENCH` and the names of the scenarios call it.
    const NAME: &'static str;

    /// What planners know of the rows, each to be compared. A server gathers statistics by itself; SQLite never does
    /// unless it is told to, and plans otherwise afterwards.
    const STATISTICS: &'static [Statistics];

    /// What makes the tables.
    fn migrations() -> impl MigrationSource<Self::Backend>;

    /// A database with some rows.
    fn filled(statistics: Statistics, fill: impl FnOnce(&mut Self) -> QueryResult<Counts>) -> Result<TestDb<Self>> {
        // Files would be measured too.
        let options = if Self::NAME == "sqlite" { TestOptions::new().in_memory() } else { TestOptions::new() };
        let mut database = TestDb::<Self>::with(options, Self::migrations())?;
        fill(&mut database)?;
        if statistics != Statistics::None {
            blog::analyze(&mut *database)?;
        }
        Ok(database)
    }
}

// The number: how many keys `eq_any` takes, a placeholder each; PostgreSQL has one array for them. After it: a list of keys
// in one bind.
macro_rules! backend {
    ($name:literal, $Connection:ty, $migrations:expr, $statistics:expr, $keys:expr, $listed:path, $another:expr) => {
        preload::contenders!($Connection, $keys, $listed);
        keyset::contenders!($Connection, $another);
        relations::contenders!($Connection);

        impl Backend for $Connection {
            const NAME: &'static str = $name;
            const STATISTICS: &'static [Statistics] = $statistics;

            fn migrations() -> impl MigrationSource<Self::Backend> {
                $migrations
            }
        }
    };
}

backend!(
    "sqlite",
    SqliteConnection,
    blog::migrations::SQLITE,
    &[Statistics::None, Statistics::Asked],
    32_766,
    preload::in_json,
    None
);
#[cfg(feature = "postgres")]
backend!(
    "postgres",
    PgConnection,
    blog::migrations::POSTGRES,
    &[Statistics::Usual],
    usize::MAX,
    preload::in_array,
    Some(keyset::i_love_jesus::page)
);
#[cfg(feature = "mysql")]
backend!("mysql", MysqlConnection, blog::migrations::MYSQL, &[Statistics::Usual], 65_535, preload::in_json_table, None);

/// All comparisons on one backend.
#[derive(Debug)]
pub(crate) struct Suite {
    /// Whether a database can be made there.
    pub(crate) reach: fn() -> Result<()>,
    /// Runs them.
    pub(crate) run: fn(&mut Bench) -> Result<()>,
}

impl Suite {
    /// The suite of the backend of this name.
    pub(crate) fn named(name: &str) -> Result<Self> {
        let suites = [
            ("sqlite", Some(Suite::of::<SqliteConnection>())),
            #[cfg(feature = "postgres")]
            ("postgres", Some(Suite::of::<PgConnection>())),
            #[cfg(not(feature = "postgres"))]
            ("postgres", None),
            #[cfg(feature = "mysql")]
            ("mysql", Some(Suite::of::<MysqlConnection>())),
            #[cfg(not(feature = "mysql"))]
            ("mysql", None),
        ];
        match suites.into_iter().find(|(known, _)| *known == name) {
            Some((_, Some(suite))) => Ok(suite),
            Some((_, None)) => {
                Err(format!("TURBODIESEL_BENCH names {name}, which is not built in: add `--features {name}`").into())
            }
            None => Err(format!("TURBODIESEL_BENCH takes sqlite, postgres and mysql, not `{name}`").into()),
        }
    }

    fn of<C: Backend + 'static>() -> Self {
        Suite {
            reach: || Ok(TestDb::<C>::new(C::migrations()).map(drop)?),
            run: |bench| {
                preload::run::<C>(bench)?;
                relations::run::<C>(bench)?;
                keyset::run::<C>(bench)
            },
        }
    }
}
