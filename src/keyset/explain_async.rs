//! The plans of a page that is awaited.

use std::future::Future;
use std::marker::PhantomData;

use diesel::query_builder::{AsQuery, QueryFragment};
use diesel_async::AsyncConnectionCore;

use super::asynchronous::{Load, Prepared};
use super::ordering::OrderingOn;
use super::reading::Request;
use super::row::KeyedRow;
use super::select::Selecting;
use super::statement::{Pages, PagesOf, SelectedRow};
use super::{Keyset, KnownSize, PageSize, clauses, reading};
use crate::driver::{Connects, Driver, Sends};
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::mode::Async;
#[cfg(doc)]
use crate::plan::asynchronous::ExplainDsl;
use crate::plan::{How, Plans, asynchronous};
use crate::preload::plumbing::fetch_async::FetchAll;
use crate::preload::relation::{Relations, RootRow};

/// The plan of the page's statement, then those of its relations, awaited. With features `plan` and `async`.
///
/// Like the blocking ones these methods **load** the page.
impl<Q, O, Size, S> Keyset<Q, O, Size, S, Async> {
    /// What the database does with each statement and its values: [`ExplainDsl::explain`].
    ///
    /// # Errors
    ///
    /// Those of [`load`](Keyset::load).
    pub fn explain<'q, K, Conn, T>(self, conn: &mut Conn) -> impl Future<Output = Result<Plans>> + Send
    where
        Size: KnownSize,
        Conn: Connects<K, Driver: ExplainsPage<'q, Q, O, S, T>>,
    {
        let Keyset { query, ordering, size, request, relations, .. } = self;
        conn.driver().explain_page(query, ordering, size.size(), request, relations, How::Values)
    }

    /// What the database does for values that it does not know: [`ExplainDsl::explain_generic`].
    ///
    /// # Errors
    ///
    /// Those of [`load`](Keyset::load).
    pub fn explain_generic<'q, K, Conn, T>(self, conn: &mut Conn) -> impl Future<Output = Result<Plans>> + Send
    where
        Size: KnownSize,
        Conn: Connects<K, Driver: ExplainsPage<'q, Q, O, S, T>>,
    {
        let Keyset { query, ordering, size, request, relations, .. } = self;
        conn.driver().explain_page(query, ordering, size.size(), request, relations, How::Generic)
    }

    /// What each statement did, counted: [`ExplainDsl::explain_analyze`]. Each runs twice, once to be counted.
    ///
    /// # Errors
    ///
    /// Those of [`load`](Keyset::load); [`is_no_analyze`](Error::is_no_analyze) on SQLite.
    pub fn explain_analyze<'q, K, Conn, T>(self, conn: &mut Conn) -> impl Future<Output = Result<Plans>> + Send
    where
        Size: KnownSize,
        Conn: Connects<K, Driver: ExplainsPage<'q, Q, O, S, T>>,
    {
        let Keyset { query, ordering, size, request, relations, .. } = self;
        conn.driver().explain_page(query, ordering, size.size(), request, relations, How::Analyze)
    }
}

/// A connection that can say, awaited, how it reads a page of the query `Q` with the relations `S`.
#[diagnostic::on_unimplemented(
    message = "this page cannot be explained on this connection",
    note = "what can be loaded can be explained: `.load(conn)` in the place of `.explain(conn)` says what is wrong"
)]
pub trait ExplainsPage<'q, Q, O, S, T>: Driver {
    /// The plan of each statement.
    ///
    /// # Errors
    ///
    /// Those of [`Keyset::load`].
    fn explain_page(
        &mut self,
        query: Q,
        ordering: O,
        size: PageSize,
        request: Request,
        relations: S,
        how: How,
    ) -> impl Future<Output = Result<Plans>> + Send;
}

type Backend<D> = <D as AsyncConnectionCore>::Backend;

#[diagnostic::do_not_recommend]
impl<'q, D, Q, O, S, T> ExplainsPage<'q, Q, O, S, T> for D
where
    D: FetchAll<'q, S, T, <Q::SqlType as RootRow<T>>::Lens>,
    Backend<D>: Pages<Q, O, T, Statement: Sends<'q, Backend<D>, KeyedRow<T>>>,
    O: OrderingOn<Backend<D>>,
    Q: AsQuery<SqlType: SelectedRow<Backend<D>, Row = T> + RootRow<T>> + QueryFragment<Backend<D>>,
    S: Relations<T, <Q::SqlType as RootRow<T>>::Lens, Row: Send> + Send,
    T: Send,
{
    fn explain_page(
        &mut self,
        query: Q,
        ordering: O,
        size: PageSize,
        request: Request,
        relations: S,
        how: How,
    ) -> impl Future<Output = Result<Plans>> + Send {
        let prepared: Prepared<_> = clauses::check::<Backend<D>>(&query).and_then(|clauses| {
            let (bounds, reading) = reading::begin::<Backend<D>>(&ordering, size, request, clauses)?;
            Ok((<Backend<D> as Pages<Q, O, T>>::page(query, ordering, bounds), reading))
        });
        asynchronous::all(self, how, Load { prepared, size, relations, marker: PhantomData })
    }
}

// A selection that is no model: it has no relations, so nothing is loaded.
#[diagnostic::do_not_recommend]
impl<D, Q, Sel, O> ExplainsPage<'_, Selecting<Q, Sel>, O, (), ()> for D
where
    D: Driver,
    Backend<D>: PagesOf<Q, O, Sel, Statement: QueryFragment<Backend<D>> + Send>,
    O: OrderingOn<Backend<D>>,
    Q: QueryFragment<Backend<D>>,
{
    fn explain_page(
        &mut self,
        page: Selecting<Q, Sel>,
        ordering: O,
        size: PageSize,
        request: Request,
        (): (),
        how: How,
    ) -> impl Future<Output = Result<Plans>> + Send {
        let Selecting { query, selection } = page;
        let statement = clauses::check::<Backend<D>>(&query).and_then(|clauses| {
            let (bounds, _) = reading::begin::<Backend<D>>(&ordering, size, request, clauses)?;
            Ok(<Backend<D> as PagesOf<Q, O, Sel>>::page_of(query, selection, ordering, bounds))
        });
        let plan = statement.map(|statement| asynchronous::one(self, how, statement));
        async move { Ok(vec![plan?.await?].into()) }
    }
}
