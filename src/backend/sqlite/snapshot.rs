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
            Err(Error::DatabaseError(_, said)) if said.message().contains("within a transaction") => {
                Ok(Transaction::Snapshot)
            }
            Err(error) => Err(error),
        }
    }
}
