//! A statement that is sent more than once, though a driver takes what it sends. Pure.

use std::sync::{Arc, Mutex, PoisonError};

use diesel::RunQueryDsl;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::{Error, QueryResult};

use crate::backend::Dialect;

/// A statement that comes back after it was sent.
///
/// Not an `Arc` of it: that could be sent to another thread only if two threads may use the statement at once, and a boxed
/// query of Diesel's is `Send` and no more.
#[derive(Debug)]
pub struct Kept<S>(Arc<Mutex<Option<S>>>);

impl<S> Kept<S> {
    pub(crate) fn new(statement: S) -> Self {
        Kept(Arc::new(Mutex::new(Some(statement))))
    }

    /// The same, for somebody else.
    #[cfg(feature = "async")]
    pub(crate) fn same(&self) -> Self {
        Kept(self.0.clone())
    }

    /// The statement, to be sent once more: it comes back when who sent it drops it.
    pub(crate) fn again(&self) -> Again<S> {
        Again { statement: take(&self.0), back: self.0.clone() }
    }
}

/// A statement that goes back to where it was kept.
#[derive(Debug)]
pub struct Again<S> {
    statement: Option<S>,
    back: Arc<Mutex<Option<S>>>,
}

fn take<S>(kept: &Mutex<Option<S>>) -> Option<S> {
    kept.lock().unwrap_or_else(PoisonError::into_inner).take()
}

impl<S> Again<S> {
    /// The statement.
    ///
    /// # Errors
    ///
    /// Where somebody else has it: it is sent before it came back.
    pub(crate) fn statement(&self) -> QueryResult<&S> {
        self.statement.as_ref().ok_or_else(|| Error::QueryBuilderError("a statement is still being sent".into()))
    }

    /// The statement, for good.
    ///
    /// # Errors
    ///
    /// Where somebody else has it.
    pub(crate) fn into_statement(mut self) -> QueryResult<S> {
        self.statement.take().ok_or_else(|| Error::QueryBuilderError("a statement is still being sent".into()))
    }
}

impl<S> Drop for Again<S> {
    fn drop(&mut self) {
        if let Some(statement) = self.statement.take() {
            *self.back.lock().unwrap_or_else(PoisonError::into_inner) = Some(statement);
        }
    }
}

impl<S: Query> Query for Again<S> {
    type SqlType = S::SqlType;
}
impl<S> QueryId for Again<S> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<S, Conn> RunQueryDsl<Conn> for Again<S> {}
impl<S: QueryFragment<DB>, DB: Dialect> QueryFragment<DB> for Again<S> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.statement()?.walk_ast(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_back_when_it_is_dropped() {
        let kept = Kept::new("statement");
        let sent = kept.again();
        assert!(sent.statement().is_ok() && kept.again().statement().is_err());
        drop(sent);
        assert!(kept.again().statement().is_ok());
        assert_eq!(kept.again().into_statement(), Ok("statement"));
    }
}
