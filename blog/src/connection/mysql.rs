//! MySQL and MariaDB.

use super::BlogConnection;
use crate::explain::{self, values::with_values};
use crate::seed::{insert_all, inserts};
use crate::{Counts, Error, Seed, Statement, migrations};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use diesel_migrations::MigrationHarness;

inserts!(MysqlConnection);

/// The row of EXPLAIN.
#[derive(QueryableByName)]
struct Explained {
    #[diesel(sql_type = Text, column_name = "EXPLAIN")]
    plan: String,
}

impl BlogConnection for MysqlConnection {
    fn create(&mut self) -> Result<(), Error> {
        self.run_pending_migrations(migrations::MYSQL).map_err(Error::Migration)?;
        Ok(())
    }

    fn seed(&mut self, seed: &Seed) -> QueryResult<Counts> {
        insert_all(self, seed)
    }

    /// Numbers by their decimal digits: neither server counts to a million in a recursive query by default.
    fn seed_posts(&mut self, n: usize) -> QueryResult<Counts> {
        let places = 0..n.max(1).ilog10() + 1;
        let number = places.clone().map(|place| format!("d{place}.i * {}", 10_u64.pow(place))).collect::<Vec<_>>();
        let digits = places.map(|place| format!("digits d{place}")).collect::<Vec<_>>();
        let (number, digits) = (number.join(" + "), digits.join(", "));
        let posts = format!(
            "INSERT INTO posts (id, author_id, title, body, published, score, created_at)
             WITH digits (i) AS (SELECT 0 UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5
                 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9),
               numbers (i) AS (SELECT 1 + {number} FROM {digits}),
               moments (i, moment) AS (SELECT i, i * 7919 % ({n} DIV 3 + 1) FROM numbers WHERE i <= {n})
             SELECT i, 1, CONCAT('Post ', i), CONCAT('The text of post ', i), i % 5 <> 0,
               CASE WHEN i % 10 > 2 THEN i * 31 % 100 END,
               TIMESTAMP '2026-01-01 00:00:00'
                 + INTERVAL (moment * 1000000 + moment * 7919 % 999 * 1000 + 1 + moment % 998) MICROSECOND
             FROM moments ORDER BY i"
        );
        self.transaction(|conn| {
            let users = sql_query(super::ONE_USER).execute(conn)?;
            Ok(Counts { users, posts: sql_query(posts).execute(conn)?, ..Counts::default() })
        })
    }

    fn analyze(&mut self) -> QueryResult<()> {
        self.batch_execute(
            "ANALYZE TABLE users, profiles, posts, comments, tags, post_tags, translations, translation_reviews",
        )
    }

    /// With the values in the text, as EXPLAIN takes no statement that is prepared already.
    fn explain(&mut self, statement: &Statement) -> QueryResult<String> {
        let explain = format!("{}EXPLAIN FORMAT=JSON {}", explain::MARK, with_values(statement));
        Ok(sql_query(explain).get_result::<Explained>(self)?.plan)
    }
}
