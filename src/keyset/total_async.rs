//! A page and how many rows there are on all pages together, awaited.

use std::future::Future;
use std::marker::PhantomData;

use diesel_async::AsyncConnectionCore;

use super::KnownSize;
use super::PageSize;
use super::statement::{KeyedRow, Page};
use super::total::{CountOf, Counted, Total};
use crate::backend::Dialect;
use crate::driver::{Driver, Sends, Task};
use crate::error::Result;
use crate::preload::plumbing::again::Kept;

/// A page of which the size is known, and whose rows can be counted where that is asked for.
#[diagnostic::on_unimplemented(
    message = "this page has no size",
    label = "how many rows?",
    note = "say `.first(20)` for the first rows (after a cursor), or `.last(20)` for the last ones (before a cursor)"
)]
pub trait CountTotal<'q, DB: Dialect, Statement>: KnownSize + Send {
    /// Counts, and reads the rows of the page: both are on their way together where the connection can do that.
    ///
    /// # Errors
    ///
    /// The database's.
    fn read<'c, D, T>(
        self,
        statement: Statement,
        conn: &mut D::Lent<'c>,
    ) -> impl Future<Output = Result<Read<T>>> + Send
    where
        D: Driver<Backend = DB>,
        Statement: Sends<'q, DB, KeyedRow<T>>,
        T: Send;

    /// The same one after the other, on whatever sends.
    ///
    /// # Errors
    ///
    /// The database's.
    fn read_in_turn<V, T>(self, statement: Statement, conn: &mut V) -> impl Future<Output = Result<Read<T>>> + Send
    where
        V: AsyncConnectionCore<Backend = DB>,
        Statement: Sends<'q, DB, KeyedRow<T>>,
        T: Send;
}

/// How many rows there are, if that was asked for, and those of the page.
pub type Read<T> = (Option<Total>, Vec<KeyedRow<T>>);

impl<'q, DB: Dialect, Statement> CountTotal<'q, DB, Statement> for PageSize {
    async fn read<'c, D, T>(self, statement: Statement, conn: &mut D::Lent<'c>) -> Result<Read<T>>
    where
        D: Driver<Backend = DB>,
        Statement: Sends<'q, DB, KeyedRow<T>>,
        T: Send,
    {
        Ok((None, statement.send(conn).await?))
    }

    async fn read_in_turn<V, T>(self, statement: Statement, conn: &mut V) -> Result<Read<T>>
    where
        V: AsyncConnectionCore<Backend = DB>,
        Statement: Sends<'q, DB, KeyedRow<T>>,
        T: Send,
    {
        Ok((None, statement.send(conn).await?))
    }
}

impl<'q, DB, Q, O> CountTotal<'q, DB, Page<Q, O>> for Counted
where
    DB: Dialect,
    CountOf<Q, O>: Sends<'q, DB, i64>,
    Page<Q, O>: Send,
{
    async fn read<'c, D, T>(self, statement: Page<Q, O>, conn: &mut D::Lent<'c>) -> Result<Read<T>>
    where
        D: Driver<Backend = DB>,
        Page<Q, O>: Sends<'q, DB, KeyedRow<T>>,
        T: Send,
    {
        // One value for both: a driver has written a statement, and drops it, before it waits for anything.
        let (page, counted) = (Kept::new(statement), self);
        let first = page.same();
        let count = Sent::new(move || Ok(counted.count_of(&first)));
        let rows = Sent::new(move || Ok(page.again().into_statement()?));
        let (found, rows): (Vec<i64>, _) = D::both(conn, count, rows).await?;
        Ok((Some(self.found(&found)), rows))
    }

    async fn read_in_turn<V, T>(self, statement: Page<Q, O>, conn: &mut V) -> Result<Read<T>>
    where
        V: AsyncConnectionCore<Backend = DB>,
        Page<Q, O>: Sends<'q, DB, KeyedRow<T>>,
        T: Send,
    {
        let page = Kept::new(statement);
        let found = self.count_of(&page).send(conn).await?;
        Ok((Some(self.found(&found)), page.again().into_statement()?.send(conn).await?))
    }
}

/// A statement that is made when it is sent.
struct Sent<'q, F, U> {
    make: F,
    marker: PhantomData<fn(&'q ()) -> U>,
}

impl<F, U> Sent<'_, F, U> {
    fn new(make: F) -> Self {
        Sent { make, marker: PhantomData }
    }
}

impl<'q, D, F, S, U> Task<D> for Sent<'q, F, U>
where
    D: Driver,
    F: FnOnce() -> Result<S> + Send,
    S: Sends<'q, <D as AsyncConnectionCore>::Backend, U>,
    U: Send,
{
    type Output = Vec<U>;

    async fn run<'c>(self, conn: &mut D::Lent<'c>) -> Result<Vec<U>> {
        (self.make)()?.send(conn).await
    }
}
