//! Sakila on SQLite.

use super::SakilaConnection;
use crate::load::Loader;
use crate::record::{load_others, load_stores};
use crate::{LoadError, Progress};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use std::path::Path;

impl SakilaConnection for SqliteConnection {
    fn create_sakila(&mut self) -> QueryResult<()> {
        self.transaction(|conn| conn.batch_execute(include_str!("../../ddl/sqlite.sql")))
    }

    fn load_sakila(&mut self, dir: &Path, progress: &mut dyn FnMut(Progress)) -> Result<(), LoadError> {
        let mut loader = Loader::new(dir, progress)?;
        self.transaction(|conn| {
            // Whether foreign keys are enforced is the caller's choice for this connection. Where they are, they wait
            // for the end of the transaction (the pragma ends with it); where they are not, they are checked all the
            // same.
            conn.batch_execute("PRAGMA defer_foreign_keys = ON")?;
            load_stores(conn, &mut loader)?;
            load_others(conn, &mut loader)?;
            check(conn)
        })
    }
}

#[derive(QueryableByName)]
struct Dangling {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    parent: String,
    #[diesel(sql_type = BigInt)]
    violations: i64,
    #[diesel(sql_type = BigInt)]
    first_row: i64,
}

fn check(conn: &mut SqliteConnection) -> Result<(), LoadError> {
    let dangling = diesel::sql_query(
        "SELECT \"table\" AS table_name, parent, COUNT(*) AS violations, MIN(rowid) AS first_row \
         FROM pragma_foreign_key_check GROUP BY 1, 2 ORDER BY 1, 2",
    )
    .get_results::<Dangling>(conn)?;
    match dangling.into_iter().next() {
        None => Ok(()),
        Some(Dangling { table_name: table, parent, violations: rows, first_row }) => {
            Err(LoadError::ForeignKey { table, parent, rows, first_row })
        }
    }
}
