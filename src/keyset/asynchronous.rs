//! Pages that are awaited. With feature `async`.

use std::future::Future;
use std::marker::PhantomData;

use diesel::QueryDsl;
use diesel::query_builder::{AsQuery, QueryFragment};
use diesel_async::{AsyncConnection, AsyncConnectionCore};
use futures_util::Stream;

use super::batches::{Again, Batches};
use super::ordering::{EndsNotNull, EndsUnique, IntoOrdering, OrderingOn};
use super::page::Page;
use super::reading::{self, Reading, Request};
use super::select::Selecting;
use super::statement::{KeyedRow, Pages, PagesOf, SelectedRow};
use super::total_async::CountTotal;
use super::{Keyset, KnownSize, NoSize, clauses};
use crate::backend::Dialect;
use crate::driver::{self, BackendOf, Connects, Sends, Task, UnderWay};
use crate::dsl;
use crate::error::Result;
use crate::mode::Async;
use crate::one_load;
use crate::preload::plumbing::fetch_async::FetchAll;
use crate::preload::relation::{Relations, RootRow};

/// `.keyset(ordering)` on every Diesel query, for pages that are awaited.
pub trait KeysetDsl: Sized {
    /// Reads this query in pages: the blocking [`KeysetDsl`](super::KeysetDsl), awaited.
    fn keyset<O: IntoOrdering>(self, ordering: O) -> dsl::Keyset<Self, O, Async>
    where
        O::Ordering: EndsUnique<Self> + EndsNotNull,
    {
        let ordering = ordering.into_ordering();
        let request = Request { unique_keys: ordering.unique_keys(), ..Request::default() };
        Keyset { query: self, ordering, size: NoSize, request, relations: (), mode: PhantomData }
    }
}

impl<Q: QueryDsl> KeysetDsl for Q {}

/// A page's statement that is ready to be sent, and how its rows are read.
pub(super) type Prepared<Statement> = Result<(Statement, Reading)>;

/// A page: its rows, then their relations.
pub(super) struct Load<'q, Statement, Size, S, T, L> {
    pub(super) prepared: Prepared<Statement>,
    pub(super) size: Size,
    pub(super) relations: S,
    pub(super) marker: PhantomData<fn(&'q ()) -> (T, L)>,
}

impl<'q, D, Statement, Size, S, T, L> Task<D> for Load<'q, Statement, Size, S, T, L>
where
    D: FetchAll<'q, S, T, L>,
    Statement: Sends<'q, <D as AsyncConnectionCore>::Backend, KeyedRow<T>>,
    Size: CountTotal<'q, <D as AsyncConnectionCore>::Backend, Statement>,
    S: Relations<T, L, Row: Send> + Send,
    T: Send,
{
    type Output = Page<S::Row>;

    async fn run<'c>(self, conn: &mut D::Lent<'c>) -> Result<Page<S::Row>> {
        let (statement, reading) = self.prepared?;
        let (total, rows) = self.size.read::<D, T>(statement, conn).await?;
        let (mut frame, items) = reading.finish(rows)?;
        frame.total = total;
        Ok(frame.around(D::fetch_all(self.relations, items, conn).await?))
    }
}

impl<Q, O, Size, S> Keyset<Q, O, Size, S, Async> {
    /// Sends the statement of this page, and one for each relation.
    ///
    /// The statements and the errors are those of the blocking load. On PostgreSQL relations that stand side by side are on
    /// their way together, and a [count](Keyset::count_total) with its page.
    ///
    /// # Errors
    ///
    /// As the blocking load; a connection that is [broken](crate::driver#cancellation).
    #[track_caller]
    pub fn load<'q, K, Conn, T, Row>(self, conn: &mut Conn) -> impl Future<Output = Result<Page<Row>>> + Send
    where
        Size: CountTotal<'q, BackendOf<Conn, K>, <BackendOf<Conn, K> as Pages<Q, O, T>>::Statement>,
        Conn: Connects<K, Driver: FetchAll<'q, S, T, <Q::SqlType as RootRow<T>>::Lens>>,
        BackendOf<Conn, K>: Pages<Q, O, T, Statement: Sends<'q, BackendOf<Conn, K>, KeyedRow<T>>>,
        O: OrderingOn<BackendOf<Conn, K>>,
        Q: AsQuery<SqlType: SelectedRow<BackendOf<Conn, K>, Row = T> + RootRow<T>> + QueryFragment<BackendOf<Conn, K>>,
        S: Relations<T, <Q::SqlType as RootRow<T>>::Lens, Row = Row> + Send,
        T: Send,
        Row: Send,
    {
        let Keyset { query, ordering, size, request, relations, .. } = self;
        let prepared = clauses::check::<BackendOf<Conn, K>>(&query).and_then(|clauses| {
            let (bounds, reading) = reading::begin::<BackendOf<Conn, K>>(&ordering, size.size(), request, clauses)?;
            Ok((<BackendOf<Conn, K> as Pages<Q, O, T>>::page(query, ordering, bounds), reading))
        });
        driver::run(conn, Load { prepared, size, relations, marker: PhantomData })
    }
}

impl<Q, Sel, O, Size> Keyset<Selecting<Q, Sel>, O, Size, (), Async> {
    /// Sends the statement of this page of a selection that is no model; a [count](Keyset::count_total) before it.
    ///
    /// # Errors
    ///
    /// Those of [`load`](Keyset::load).
    #[track_caller]
    pub fn load_page<'q, T>(
        self,
        conn: &mut impl PageConnection<'q, Q, Sel, O, T, Size>,
    ) -> impl Future<Output = Result<Page<T>>> + Send
    where
        Size: KnownSize,
    {
        let Keyset { query: Selecting { query, selection }, ordering, size, request, .. } = self;
        conn.load_rows(query, selection, ordering, size, request)
    }
}

/// A connection that can read a selection `S` of the query `Q` in pages of `T`.
#[diagnostic::on_unimplemented(
    message = "this selection cannot be paged as `{T}` on this connection",
    note = "the fields of `{T}` must be those of the selection, in number, order and type",
    note = "the keys of the ordering and the selected expressions must come from the tables of the query"
)]
pub trait PageConnection<'q, Q, S, O, T, Size>: AsyncConnection<Backend: Dialect> {
    /// Reads the page.
    fn load_rows(
        &mut self,
        query: Q,
        selection: S,
        ordering: O,
        size: Size,
        request: Request,
    ) -> impl Future<Output = Result<Page<T>>> + Send;
}

#[diagnostic::do_not_recommend]
impl<'q, Conn, Q, S, O, T, Size> PageConnection<'q, Q, S, O, T, Size> for Conn
where
    Conn: AsyncConnection,
    Conn::Backend: PagesOf<Q, O, S, Statement: Sends<'q, Conn::Backend, KeyedRow<T>>>,
    Size: CountTotal<'q, Conn::Backend, <Conn::Backend as PagesOf<Q, O, S>>::Statement>,
    O: OrderingOn<Conn::Backend>,
    Q: QueryFragment<Conn::Backend>,
    T: Send,
{
    #[track_caller]
    fn load_rows(
        &mut self,
        query: Q,
        selection: S,
        ordering: O,
        size: Size,
        request: Request,
    ) -> impl Future<Output = Result<Page<T>>> + Send {
        let prepared = clauses::check::<Conn::Backend>(&query).and_then(|clauses| {
            let (bounds, reading) = reading::begin::<Conn::Backend>(&ordering, size.size(), request, clauses)?;
            Ok((<Conn::Backend as PagesOf<Q, O, S>>::page_of(query, selection, ordering, bounds), reading))
        });
        one_load::awaited(async move {
            let (statement, reading) = prepared?;
            let mut under_way = UnderWay::begin(self)?;
            let read = size.read_in_turn(statement, under_way.conn).await;
            under_way.is_over = true;
            let (total, rows) = read?;
            let (mut frame, items) = reading.finish(rows)?;
            frame.total = total;
            Ok(frame.around(items))
        })
    }
}

impl<Q, O, S> Batches<Q, O, S, Async> {
    /// Reads the next batch; `None` after the last one. A table without rows has none, and there is no empty batch.
    ///
    /// A future that is dropped moves nothing: the next call reads the same batch.
    ///
    /// # Errors
    ///
    /// Those of [`load`](Keyset::load), with the position of the walk ([`last_cursor`](crate::Error::last_cursor)). The walk
    /// has not moved: `next` tries the same batch again.
    #[track_caller]
    pub fn next<'q, K, Conn, T, Row>(
        &mut self,
        conn: &mut Conn,
    ) -> impl Future<Output = Result<Option<Page<Row>>>> + Send
    where
        Conn: Connects<K, Driver: FetchAll<'q, S, T, <Q::SqlType as RootRow<T>>::Lens>>,
        BackendOf<Conn, K>: Pages<Q, O, T, Statement: Sends<'q, BackendOf<Conn, K>, KeyedRow<T>>>,
        O: OrderingOn<BackendOf<Conn, K>> + Again,
        Q: AsQuery<SqlType: SelectedRow<BackendOf<Conn, K>, Row = T> + RootRow<T>>
            + QueryFragment<BackendOf<Conn, K>>
            + Again,
        S: Relations<T, <Q::SqlType as RootRow<T>>::Lens, Row = Row> + Again + Send,
        T: Send,
        Row: Send,
    {
        let batch = self.following().map(|batch| batch.load(conn));
        let walk = &mut self.walk;
        async move {
            let Some(batch) = batch else { return Ok(None) };
            match batch.await {
                Ok(batch) => Ok(walk.pass(batch)),
                Err(error) => Err(error.with_last_cursor(walk.position.as_ref())),
            }
        }
    }

    /// The batches as a stream, one after the other on this connection.
    ///
    /// It ends after the last batch, and with the first error.
    pub fn stream<'q, 'c, K, Conn, T, Row>(self, conn: &'c mut Conn) -> impl Stream<Item = Result<Page<Row>>> + Send
    where
        Conn: Connects<K, Driver: FetchAll<'q, S, T, <Q::SqlType as RootRow<T>>::Lens>>,
        BackendOf<Conn, K>: Pages<Q, O, T, Statement: Sends<'q, BackendOf<Conn, K>, KeyedRow<T>>>,
        O: OrderingOn<BackendOf<Conn, K>> + Again + Send,
        Q: AsQuery<SqlType: SelectedRow<BackendOf<Conn, K>, Row = T> + RootRow<T>>
            + QueryFragment<BackendOf<Conn, K>>
            + Again
            + Send,
        S: Relations<T, <Q::SqlType as RootRow<T>>::Lens, Row = Row> + Again + Send,
        T: Send,
        Row: Send,
    {
        futures_util::stream::try_unfold((self, conn), async |(mut batches, conn)| {
            let batch = batches.next(&mut *conn).await?;
            Ok(batch.map(|batch| (batch, (batches, conn))))
        })
    }
}
