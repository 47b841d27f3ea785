//! SQLite.

use super::BlogConnection;
use crate::seed::{insert_all, inserts};
use crate::{Counts, Error, Seed, Statement, explain, migrations};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Integer, Text};
use diesel_migrations::MigrationHarness;

inserts!(SqliteConnection);

/// A row of EXPLAIN QUERY PLAN.
#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Integer)]
    id: i32,
    #[diesel(sql_type = Integer)]
    parent: i32,
    #[diesel(sql_type = Integer)]
    notused: i32,
    #[diesel(sql_type = Text)]
    detail: String,
}

impl BlogConnection for SqliteConnection {
    fn create(&mut self) -> Result<(), Error> {
        self.run_pending_migrations(migrations::SQLITE).map_err(Error::Migration)?;
        Ok(())
    }

    fn seed(&mut self, seed: &Seed) -> QueryResult<Counts> {
        insert_all(self, seed)
    }

    fn seed_posts(&mut self, n: usize) -> QueryResult<Counts> {
        // As text, a timestamp is what Diesel would have written.
        let posts = format!(
            "WITH RECURSIVE numbers (i) AS (SELECT 1 WHERE {n} > 0 UNION ALL SELECT i + 1 FROM numbers WHERE i < {n}),
               moments (i, moment) AS (SELECT i, i * 7919 % ({n} / 3 + 1) FROM numbers)
             INSERT INTO posts (id, author_id, title, body, published, score, created_at)
             SELECT i, 1, 'Post ' || i, 'The text of post ' || i, i % 5 <> 0, CASE WHEN i % 10 > 2 THEN i * 31 % 100 END,
               datetime(1767225600 + moment, 'unixepoch')
                 || printf('.%06d', moment * 7919 % 999 * 1000 + 1 + moment % 998)
             FROM moments"
        );
        self.transaction(|conn| {
            let users = sql_query(super::ONE_USER).execute(conn)?;
            Ok(Counts { users, posts: sql_query(posts).execute(conn)?, ..Counts::default() })
        })
    }

    fn analyze(&mut self) -> QueryResult<()> {
        self.batch_execute("ANALYZE")
    }

    /// Placeholders without a value are NULL, and SQLite does not plan by values.
    fn explain(&mut self, statement: &Statement) -> QueryResult<String> {
        let steps: Vec<Step> =
            sql_query(format!("{}EXPLAIN QUERY PLAN {}", explain::MARK, statement.sql)).load(self)?;
        let line = |Step { id, parent, notused, detail }| format!("{id}|{parent}|{notused}|{detail}\n");
        Ok(steps.into_iter().map(line).collect())
    }
}
