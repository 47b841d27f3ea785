//! How each database fills a table of a million rows, and counts what a statement reads of it.

use diesel::connection::{LoadConnection, SimpleConnection};
use diesel::prelude::*;
#[cfg(feature = "postgres")]
use diesel::sql_types::BigInt;
use diesel::sql_types::Integer;
#[cfg(feature = "mysql")]
use diesel::sql_types::Text;

use crate::support::database::TestConnection;

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = Integer)]
    id: i32,
}

/// A connection that knows what was read.
pub(crate) trait Counted: TestConnection + LoadConnection + SimpleConnection {
    const NAME: &'static str;
    const ANALYZE: &'static str;
    /// What makes the planner plan as it may.
    const PLAN_MODES: &'static [&'static str] = &["SELECT 1"];
    /// Whether an index has NULLs where the database stores them, and nowhere else.
    const NULLS_STAND_AS_STORED: bool;
    /// Whether a plan shows a sort beside the scan that it sorts.
    const SHOWS_SORTS_BESIDE_SCANS: bool;
    /// Whether the plan of a range in a UNION minds its LIMIT. Where it does not, the counters alone are to be believed.
    const EXPLAINS_LIMITS_IN_UNIONS: bool = true;

    /// The table, with so many rows.
    fn fill(rows: i32) -> String;

    fn drop_index(name: &str) -> String {
        format!("DROP INDEX {name}")
    }

    /// The id that this query gives.
    fn id(&mut self, sql: &str) -> QueryResult<i32>;

    /// What `run` gives, and how many rows the database came by for it.
    fn counted<T, E: From<diesel::result::Error>>(
        &mut self,
        run: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<(T, Option<u64>), E>;
}

/// The columns, from the number of a row: ties of 1,000 and of 20 rows, a third of NULLs.
fn columns(row: &str, at: &str, concat: &str) -> String {
    format!(
        "{row}, {row} * 7919 % 1000, {row} * 3571 % 50000, CASE WHEN {row} % 3 = 0 THEN NULL ELSE {row} * 31 % 5000 END,
         {concat}, {at}, '{}'",
        "x".repeat(40)
    )
}

fn create(at: &str) -> String {
    format!(
        "CREATE TABLE events (id INTEGER PRIMARY KEY, a INTEGER NOT NULL, b INTEGER NOT NULL, n INTEGER,
         name VARCHAR(40) NOT NULL, at {at} NOT NULL, pad VARCHAR(100) NOT NULL);"
    )
}

impl Counted for SqliteConnection {
    const NAME: &'static str = "sqlite";
    // It knows nothing of the rows, as most SQLite databases.
    const ANALYZE: &'static str = "SELECT 1";
    const NULLS_STAND_AS_STORED: bool = true;
    const SHOWS_SORTS_BESIDE_SCANS: bool = true;

    fn fill(rows: i32) -> String {
        format!(
            "{} WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < {rows})
             INSERT INTO events SELECT {} FROM r",
            create("TIMESTAMP"),
            columns("i", "datetime('2026-01-01', (i * 7 % 500000) || ' seconds')", "'name ' || (i % 4000)")
        )
    }

    fn id(&mut self, sql: &str) -> QueryResult<i32> {
        diesel::sql_query(sql).get_result::<Id>(self).map(|row| row.id)
    }

    fn counted<T, E: From<diesel::result::Error>>(
        &mut self,
        run: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<(T, Option<u64>), E> {
        Ok((run(self)?, None))
    }
}

#[cfg(feature = "postgres")]
impl Counted for PgConnection {
    const NAME: &'static str = "postgres";
    const ANALYZE: &'static str = "ANALYZE events";
    const PLAN_MODES: &'static [&'static str] =
        &["SET plan_cache_mode = auto", "SET plan_cache_mode = force_generic_plan"];
    const NULLS_STAND_AS_STORED: bool = false;
    const SHOWS_SORTS_BESIDE_SCANS: bool = false;

    fn fill(rows: i32) -> String {
        format!(
            "{} INSERT INTO events SELECT {} FROM generate_series(1, {rows}) i",
            create("TIMESTAMP"),
            columns(
                "i",
                "timestamp '2026-01-01' + (i::bigint * 7 % 500000) * interval '1 second'",
                "'name ' || (i % 4000)"
            )
            .replace("i * ", "i::bigint * ")
        )
    }

    fn id(&mut self, sql: &str) -> QueryResult<i32> {
        diesel::sql_query(sql).get_result::<Id>(self).map(|row| row.id)
    }

    fn counted<T, E: From<diesel::result::Error>>(
        &mut self,
        run: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<(T, Option<u64>), E> {
        #[derive(QueryableByName)]
        struct Read {
            #[diesel(sql_type = BigInt)]
            read: i64,
        }
        // Counted within the transaction, and therefore at once.
        let read = |conn: &mut Self| {
            let read = diesel::sql_query(
                "SELECT (pg_stat_get_xact_tuples_returned('events'::regclass) + (SELECT SUM(
                 pg_stat_get_xact_tuples_returned(indexrelid)) FROM pg_index WHERE indrelid = 'events'::regclass))::bigint AS read",
            );
            read.get_result::<Read>(conn).map(|row| row.read)
        };
        self.transaction(|conn| {
            let before = read(conn)?;
            let result = run(conn)?;
            Ok((result, u64::try_from(read(conn)? - before).ok()))
        })
    }
}

#[cfg(feature = "mysql")]
impl Counted for MysqlConnection {
    const NAME: &'static str = "mysql";
    const ANALYZE: &'static str = "ANALYZE TABLE events";
    const EXPLAINS_LIMITS_IN_UNIONS: bool = false;
    const NULLS_STAND_AS_STORED: bool = true;
    const SHOWS_SORTS_BESIDE_SCANS: bool = false;

    fn fill(rows: i32) -> String {
        format!(
            "{} SET SESSION max_recursive_iterations = {rows}; INSERT INTO events
             WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < {rows}) SELECT {} FROM r",
            create("DATETIME(6)"),
            columns("i", "'2026-01-01' + INTERVAL (i * 7 % 500000) SECOND", "CONCAT('name ', i % 4000)")
        )
    }

    fn drop_index(name: &str) -> String {
        format!("DROP INDEX {name} ON events")
    }

    fn id(&mut self, sql: &str) -> QueryResult<i32> {
        diesel::sql_query(sql).get_result::<Id>(self).map(|row| row.id)
    }

    fn counted<T, E: From<diesel::result::Error>>(
        &mut self,
        run: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<(T, Option<u64>), E> {
        #[derive(QueryableByName)]
        struct Status {
            #[diesel(sql_type = Text)]
            #[diesel(column_name = Value)]
            value: String,
        }
        // Everything that is read, temporary tables too.
        let read = |conn: &mut Self| {
            let status: Vec<Status> = diesel::sql_query("SHOW SESSION STATUS LIKE 'Handler_read%'").load(conn)?;
            Ok::<u64, diesel::result::Error>(status.iter().filter_map(|row| row.value.parse::<u64>().ok()).sum())
        };
        let before = read(self)?;
        let between = read(self)?;
        let result = run(self)?;
        // Reading the counters is counted too.
        Ok((result, Some((read(self)? - between).saturating_sub(between - before))))
    }
}
