//! Snapshots of SQLite: every transaction is one, from its first read on.

use diesel::connection::LoadConnection;
use diesel::result::{Error, QueryResult};
use diesel::sqlite::Sqlite;

use crate::backend::{Snapshots, Transaction};

impl Snapshots for Sqlite {
    const BEFORE_BEGIN: Option<&'static str> = None;
    const AFTER_BEGIN: Option<&'static str> = None;

    /// No SQL says whether a transaction is open, but a second BEGIN fails in one, and changes nothing.
    fn transaction<C: LoadConnection<Backend = Sqlite>>(conn: &mut C) -> QueryResult<Transaction> {
        match conn.batch_execute("BEGIN") {
            Ok(()) => conn.batch_execute("ROLLBACK").map(|()| Transaction::None),
            Err(error) => within(error),
        }
    }

    #[cfg(feature = "async")]
    async fn transaction_async<C>(conn: &mut C) -> QueryResult<Transaction>
    where
        C: diesel_async::AsyncConnection<Backend = Sqlite>,
    {
        match conn.batch_execute("BEGIN").await {
            Ok(()) => conn.batch_execute("ROLLBACK").await.map(|()| Transaction::None),
            Err(error) => within(error),
        }
    }
}

fn within(error: Error) -> QueryResult<Transaction> {
    match error {
        Error::DatabaseError(_, said) if said.message().contains("within a transaction") => Ok(Transaction::Snapshot),
        error => Err(error),
    }
}
