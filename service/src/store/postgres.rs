//! PostgreSQL, without a client library.

use blog::schema::{comments, post_tags, posts, profiles, tags, translation_reviews, translations, users};
use blog::{Seed, rows};
use diesel::QueryDsl;
use diesel_async::pooled_connection::bb8::Pool;
use diesel_async::{AsyncConnection, AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use diesel_migrations::MigrationHarness;

use super::Error;
use crate::Config;

/// Rows in one INSERT: eight columns of them stay under 65,535 placeholders.
const CHUNK: usize = 1_000;

/// Makes the tables, and fills them if they are empty.
pub(super) async fn prepare(config: &Config) -> Result<(), Error> {
    let conn = AsyncPgConnection::establish(&config.database).await?;
    let mut harness = AsyncMigrationHarness::new(conn);
    harness.run_pending_migrations(blog::migrations::POSTGRES)?;
    let conn = &mut harness.into_inner();
    if users::table.count().get_result::<i64>(conn).await? == 0 {
        fill(conn, &Seed::users(config.users)).await?;
        conn.batch_execute("ANALYZE").await?;
    }
    Ok(())
}

pub(super) async fn pool(config: &Config) -> Result<Pool<AsyncPgConnection>, Error> {
    let pool = Pool::builder().max_size(super::size(config)?).connection_timeout(config.patience);
    Ok(pool.build(super::manager(config, "")).await?)
}

/// Writes all rows in one transaction.
async fn fill(conn: &mut AsyncPgConnection, seed: &Seed) -> diesel::QueryResult<()> {
    /// The rows of these tables, in few statements.
    macro_rules! insert {
        ($conn:ident: $($table:ident)+) => {$(
            let mut rows = rows::$table(seed);
            loop {
                let chunk: Vec<_> = rows.by_ref().take(CHUNK).collect();
                if chunk.is_empty() {
                    break;
                }
                diesel::insert_into($table::table).values(&chunk).execute($conn).await?;
            }
        )+};
    }
    conn.transaction(async |conn| {
        insert!(conn: users profiles posts comments tags post_tags translations translation_reviews);
        // The next row gets a new id, though ids were given.
        for table in ["users", "profiles", "posts", "comments", "tags", "translation_reviews"] {
            let next = format!("SELECT setval(pg_get_serial_sequence('{table}', 'id'), MAX(id)) FROM {table}");
            conn.batch_execute(&next).await?;
        }
        Ok(())
    })
    .await
}
