//! The plans of a load with relations that is awaited.

use std::future::Future;
use std::marker::PhantomData;

use diesel::query_builder::AsQuery;

use super::Preloading;
use super::asynchronous::Load;
use super::plumbing::fetch_async::FetchAll;
use super::relation::{Relations, RootRow};
use crate::driver::{BackendOf, Connects, Sends};
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::mode::Async;
#[cfg(doc)]
use crate::plan::asynchronous::ExplainDsl;
use crate::plan::{How, Plans, asynchronous};

/// The plan of each statement of this load, the query's own first, awaited. With features `plan` and `async`.
///
/// Like the blocking ones these methods **load** the rows, and ask for the plan of each statement before it is sent, one
/// after the other on every database.
impl<Q, S> Preloading<Q, S, Async> {
    /// What the database does with each statement and its values: [`ExplainDsl::explain`].
    ///
    /// # Errors
    ///
    /// Those of [`load`](Preloading::load).
    pub fn explain<'q, K, Conn, R, Row>(self, conn: &mut Conn) -> impl Future<Output = Result<Plans>> + Send
    where
        Conn: Connects<K, Driver: FetchAll<'q, S, R, <Q::SqlType as RootRow<R>>::Lens>>,
        Q: AsQuery<SqlType: RootRow<R>> + Sends<'q, BackendOf<Conn, K>, R>,
        S: Relations<R, <Q::SqlType as RootRow<R>>::Lens, Row = Row> + Send,
        R: Send,
        Row: Send,
    {
        asynchronous::all(conn.driver(), How::Values, self.explained())
    }

    /// What the database does for values that it does not know: [`ExplainDsl::explain_generic`].
    ///
    /// # Errors
    ///
    /// Those of [`load`](Preloading::load).
    pub fn explain_generic<'q, K, Conn, R, Row>(self, conn: &mut Conn) -> impl Future<Output = Result<Plans>> + Send
    where
        Conn: Connects<K, Driver: FetchAll<'q, S, R, <Q::SqlType as RootRow<R>>::Lens>>,
        Q: AsQuery<SqlType: RootRow<R>> + Sends<'q, BackendOf<Conn, K>, R>,
        S: Relations<R, <Q::SqlType as RootRow<R>>::Lens, Row = Row> + Send,
        R: Send,
        Row: Send,
    {
        asynchronous::all(conn.driver(), How::Generic, self.explained())
    }

    /// What each statement did, counted: [`ExplainDsl::explain_analyze`]. Each runs twice, once to be counted.
    ///
    /// # Errors
    ///
    /// Those of [`load`](Preloading::load); [`is_no_analyze`](Error::is_no_analyze) on SQLite.
    pub fn explain_analyze<'q, K, Conn, R, Row>(self, conn: &mut Conn) -> impl Future<Output = Result<Plans>> + Send
    where
        Conn: Connects<K, Driver: FetchAll<'q, S, R, <Q::SqlType as RootRow<R>>::Lens>>,
        Q: AsQuery<SqlType: RootRow<R>> + Sends<'q, BackendOf<Conn, K>, R>,
        S: Relations<R, <Q::SqlType as RootRow<R>>::Lens, Row = Row> + Send,
        R: Send,
        Row: Send,
    {
        asynchronous::all(conn.driver(), How::Analyze, self.explained())
    }

    fn explained<'q, R, L>(self) -> Load<'q, Q, S, R, L> {
        Load { query: self.query, relations: self.relations, marker: PhantomData }
    }
}
