//! What becomes of a connection when a future is dropped.

use diesel::connection::TransactionManagerStatus;
use diesel::result::QueryResult;
use diesel_async::{AsyncConnection, TransactionManager};

use crate::backend::Dialect;

/// A connection on which something is under way. Dropped before that is over, it is broken, unless its driver copes.
pub(crate) struct UnderWay<'a, C: AsyncConnection<Backend: Dialect>> {
    pub(crate) conn: &'a mut C,
    pub(crate) is_over: bool,
    /// A transaction of ours is open.
    pub(crate) in_transaction: bool,
}

fn status<C: AsyncConnection>(conn: &mut C) -> &mut TransactionManagerStatus {
    <C::TransactionManager as TransactionManager<C>>::transaction_manager_status_mut(conn)
}

impl<'a, C: AsyncConnection<Backend: Dialect>> UnderWay<'a, C> {
    /// Refuses a connection that is broken.
    pub(crate) fn begin(conn: &'a mut C) -> QueryResult<Self> {
        status(conn).transaction_depth()?;
        Ok(UnderWay { conn, is_over: false, in_transaction: false })
    }
}

impl<C: AsyncConnection<Backend: Dialect>> Drop for UnderWay<'_, C> {
    fn drop(&mut self) {
        if !self.is_over && (self.in_transaction || !C::Backend::SURVIVES_CANCELLATION) {
            status(self.conn).set_in_error();
        }
    }
}
