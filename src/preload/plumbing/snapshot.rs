//! The driver of a snapshot: a transaction that is never left open.

use diesel::connection::{Connection, LoadConnection, TransactionManager};
use diesel::result::QueryResult;

use crate::backend::{Snapshots, Transaction};
use crate::error::{Error, ErrorKind, Result};

/// Runs `f` in a transaction that gives one snapshot: the caller's, or one of its own.
pub(crate) fn in_snapshot<C, T>(conn: &mut C, f: impl FnOnce(&mut C) -> Result<T>) -> Result<T>
where
    C: LoadConnection<Backend: Snapshots>,
{
    match C::Backend::transaction(conn)? {
        Transaction::Snapshot => f(conn),
        Transaction::None => {
            let own = Own::begin(conn)?;
            // An error rolls back, as a panic does: when `own` is dropped.
            let value = f(own.conn)?;
            own.commit()?;
            Ok(value)
        }
        Transaction::Weaker(isolation) => Err(weaker(&isolation)),
    }
}

/// The error that an open transaction is which gives no snapshot.
pub(crate) fn weaker(isolation: &str) -> Error {
    let message = format!(
        "in_snapshot: the open transaction is {isolation}, where each statement sees what others have committed; \
         begin it as REPEATABLE READ, or load outside of it"
    );
    Error::new(ErrorKind::WeakIsolation, message)
}

/// A transaction of our own. (Diesel's `transaction` leaves it open when its closure panics.)
struct Own<'a, C: Connection> {
    conn: &'a mut C,
    open: bool,
}

impl<'a, C: Connection<Backend: Snapshots>> Own<'a, C> {
    fn begin(conn: &'a mut C) -> QueryResult<Self> {
        if let Some(sql) = C::Backend::BEFORE_BEGIN {
            conn.batch_execute(sql)?;
        }
        C::TransactionManager::begin_transaction(conn)?;
        let own = Own { conn, open: true };
        if let Some(sql) = C::Backend::AFTER_BEGIN {
            own.conn.batch_execute(sql)?;
        }
        Ok(own)
    }
}

impl<C: Connection> Own<'_, C> {
    fn commit(mut self) -> QueryResult<()> {
        // Diesel rolls back where it cannot commit.
        self.open = false;
        C::TransactionManager::commit_transaction(self.conn)
    }
}

impl<C: Connection> Drop for Own<'_, C> {
    fn drop(&mut self) {
        if self.open {
            // The error of a connection that is lost: Diesel knows it as broken, and the caller has the first error.
            let _ = C::TransactionManager::rollback_transaction(self.conn);
        }
    }
}
