//! SQLite: a file, read by connections that are each lent to a thread.

use blog::Seed;
use blog::schema::users;
use diesel::prelude::*;
use diesel_async::pooled_connection::bb8::Pool;
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;

use super::Error;
use crate::Config;

/// Readers wait for a writer, and not for each other.
const SET_UP: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON";

/// Makes the tables, and fills them if they are empty.
pub(super) async fn prepare(config: &Config) -> Result<(), Error> {
    let (file, users) = (config.database.clone(), config.users);
    let prepared = tokio::task::spawn_blocking(move || -> Result<(), Error> {
        let conn = &mut SqliteConnection::establish(&file)?;
        blog::create(conn)?;
        if users::table.count().get_result::<i64>(conn)? == 0 {
            blog::seed(conn, &Seed::users(users))?;
            blog::analyze(conn)?;
        }
        Ok(())
    });
    prepared.await?
}

pub(super) async fn pool(config: &Config) -> Result<Pool<SyncConnectionWrapper<SqliteConnection>>, Error> {
    let pool = Pool::builder().max_size(super::size(config)?).connection_timeout(config.patience);
    Ok(pool.build(super::manager(config, SET_UP)).await?)
}
