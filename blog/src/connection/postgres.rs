//! PostgreSQL.

use super::BlogConnection;
use crate::seed::{insert_all, inserts};
use crate::{Counts, Error, Seed, Statement, explain, migrations};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::Error::RollbackTransaction;
use diesel::sql_query;
use diesel::sql_types::Text;
use diesel_migrations::MigrationHarness;

inserts!(PgConnection);

/// A row of EXPLAIN.
#[derive(QueryableByName)]
struct Explained {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    plan: String,
}

/// The next row gets a new id, though ids were given before.
fn advance_sequences(conn: &mut PgConnection) -> QueryResult<()> {
    for table in ["users", "profiles", "posts", "comments", "tags", "translation_reviews"] {
        conn.batch_execute(&format!(
            "SELECT setval(pg_get_serial_sequence('{table}', 'id'), COALESCE(MAX(id), 0) + 1, false) FROM {table}"
        ))?;
    }
    Ok(())
}

impl BlogConnection for PgConnection {
    fn create(&mut self) -> Result<(), Error> {
        self.run_pending_migrations(migrations::POSTGRES).map_err(Error::Migration)?;
        Ok(())
    }

    fn seed(&mut self, seed: &Seed) -> QueryResult<Counts> {
        self.transaction(|conn| {
            let counts = insert_all(conn, seed)?;
            advance_sequences(conn)?;
            Ok(counts)
        })
    }

    fn seed_posts(&mut self, n: usize) -> QueryResult<Counts> {
        let posts = format!(
            "WITH moments (i, moment) AS (SELECT i, i * 7919 % ({n} / 3 + 1) FROM generate_series(1::bigint, {n}) i)
             INSERT INTO posts (id, author_id, title, body, published, score, created_at)
             SELECT i, 1, 'Post ' || i, 'The text of post ' || i, i % 5 <> 0, CASE WHEN i % 10 > 2 THEN i * 31 % 100 END,
               timestamp '2026-01-01 00:00:00' + moment * interval '1 second'
                 + (moment * 7919 % 999 * 1000 + 1 + moment % 998) * interval '1 microsecond'
             FROM moments"
        );
        self.transaction(|conn| {
            let users = sql_query(super::ONE_USER).execute(conn)?;
            let posts = sql_query(posts).execute(conn)?;
            advance_sequences(conn)?;
            Ok(Counts { users, posts, ..Counts::default() })
        })
    }

    fn analyze(&mut self) -> QueryResult<()> {
        self.batch_execute("ANALYZE")
    }

    /// The generic plan, which does not depend on the values: what a prepared statement comes to after a few runs.
    fn explain(&mut self, statement: &Statement) -> QueryResult<String> {
        let types = explain::types_of_placeholders(&statement.sql);
        let list = |names: &[&str]| if names.is_empty() { String::new() } else { format!("({})", names.join(", ")) };
        let (values, types) = (list(&vec!["NULL"; types.len()]), list(&types));
        let mut plan = None;
        let mut prepared = false;
        let outcome = self.transaction::<(), _, _>(|conn| {
            conn.batch_execute(&format!("{}SET LOCAL plan_cache_mode = force_generic_plan", explain::MARK))?;
            conn.batch_execute(&format!("{}PREPARE blog_explain {types} AS {}", explain::MARK, statement.sql))?;
            prepared = true;
            let explain = format!("{}EXPLAIN (FORMAT JSON) EXECUTE blog_explain{values}", explain::MARK);
            plan = Some(sql_query(explain).get_result::<Explained>(conn)?.plan);
            Err(RollbackTransaction) // nothing is left of the setting
        });
        if prepared {
            self.batch_execute(&format!("{}DEALLOCATE blog_explain", explain::MARK))?;
        }
        match outcome {
            Err(RollbackTransaction) => plan.ok_or(RollbackTransaction),
            other => other.map(|()| String::new()),
        }
    }
}
