//! Whole tables, in keyset batches of constant memory.

use std::marker::PhantomData;

use diesel::connection::Connection;
use diesel::query_builder::{AsQuery, QueryFragment};
use diesel::query_dsl::methods::LoadQuery;

use super::cursor::Cursor;
use super::ordering::OrderingOn;
use super::page::Page;
use super::reading::{Bound, Request};
use super::statement::{KeyedRow, Pages, SelectedRow};
use super::{Keyset, NoSize, PageSize};
#[cfg(doc)]
use crate::Error;
use crate::error::Result;
use crate::mode::Blocking;
use crate::preload::plumbing::fetch::FetchAll;
use crate::preload::relation::{Relations, RootRow};

impl<Q, O, S, M> Keyset<Q, O, NoSize, S, M> {
    /// All rows, in batches of `rows`: as many statements as there are batches, and the memory of one.
    ///
    /// For work over a whole table: an export, a backfill, a search index. Each batch reads a range of the ordering's
    /// index, so the last one costs what the first does. Between two batches the connection is free for anything else.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Comment, Post}, schema::posts};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let mut seen = 0;
    /// let mut batches = posts::table.select(Post::as_select()).keyset(posts::id.asc()).preload(has_many::<Comment>()).batches(50);
    /// while let Some(batch) = batches.next(conn)? {
    ///     for (_post, _comments) in &batch {
    ///         seen += 1;
    ///     }
    /// }
    /// assert_eq!(seen, posts::table.count().get_result::<i64>(conn)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Stopping and going on
    ///
    /// [`position`](Batches::position) is behind the last row that was handed out. Store its text, and another process goes on
    /// there with [`after_token`](Keyset::after_token). A batch that fails moves nothing: the error has the position
    /// ([`last_cursor`](Error::last_cursor)), and the next call of [`next`](Batches::next) tries the same batch again.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::Post, schema::posts};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let by_id = || posts::table.select(Post::as_select()).keyset(posts::id.asc());
    /// let mut batches = by_id().batches(50);
    /// batches.next(conn)?;
    /// let stored = batches.position().map(ToString::to_string); // the process ends, another one begins
    ///
    /// let mut rest = by_id().after_token(stored.as_deref()).batches(50);
    /// let next = rest.next(conn)?.ok_or("no more posts")?;
    /// assert_eq!(next.items()[0].id, posts::table.order(posts::id).offset(50).select(posts::id).first::<i32>(conn)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # While others write
    ///
    /// Each batch is read from the state that it finds: the table in [`keyset`](super) says what that means for a walk. Ordered
    /// by a key that never changes, such as the primary key, every row that is there all the time is seen once.
    ///
    /// All batches inside one transaction with a snapshot see one state. It has a price, and the longer it is held the higher:
    /// PostgreSQL cannot vacuum what was deleted or updated anywhere since it began, MySQL and MariaDB keep every old version
    /// of a row for it, and the write-ahead log of SQLite grows until it ends. Hold one for seconds or minutes, not for a walk
    /// of hours, or run that on a replica.
    pub fn batches(self, rows: u32) -> Batches<Q, O, S, M> {
        let Keyset { query, ordering, size: NoSize, request, relations, mode } = self;
        let position = request.position();
        let walk = Walk { size: PageSize { rows, backward: false }, request, position, is_over: false };
        Batches { query, ordering, relations, walk, mode }
    }
}

/// A walk over all rows of a query, batch by batch.
#[must_use = "nothing is sent before `.next(conn)`"]
#[derive(Debug, Clone)]
pub struct Batches<Q, O, S, M> {
    query: Q,
    ordering: O,
    relations: S,
    pub(super) walk: Walk,
    mode: PhantomData<M>,
}

/// How far the walk is.
#[derive(Debug, Clone)]
pub(super) struct Walk {
    size: PageSize,
    request: Request,
    pub(super) position: Option<Cursor>,
    is_over: bool,
}

impl Walk {
    /// What is asked of the next batch.
    fn request(&self) -> Request {
        let mut request = self.request.clone();
        if let Some(position) = &self.position {
            request.after = Bound::cursor(Some(position), false);
        }
        request
    }

    /// Moves behind a batch. An empty one is none.
    pub(super) fn pass<T>(&mut self, batch: Page<T>) -> Option<Page<T>> {
        self.is_over = batch.has_next() != Some(true);
        self.position = batch.end_cursor().cloned().or(self.position.take());
        Some(batch).filter(|batch| !batch.is_empty())
    }
}

/// What can be sent again for each batch: a query, an ordering and relations that are `Clone`.
#[diagnostic::on_unimplemented(
    message = "this cannot be sent again for each batch, because it is not `Clone`; make a boxed query anew for each page"
)]
pub trait Again {
    /// One more of it.
    fn again(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone> Again for T {
    fn again(&self) -> Self {
        self.clone()
    }
}

impl<Q, O, S, M> Batches<Q, O, S, M> {
    /// Behind the last row that was handed out; before the first batch, where the walk begins, if that is no end of all rows.
    /// It is a place to go on from, in this process or in another.
    pub fn position(&self) -> Option<&Cursor> {
        self.walk.position.as_ref()
    }

    /// The batch that comes next, as a page; `None` after the last one.
    pub(super) fn following(&self) -> Option<Keyset<Q, O, PageSize, S, M>>
    where
        Q: Again,
        O: Again,
        S: Again,
    {
        (!self.walk.is_over).then(|| Keyset {
            query: self.query.again(),
            ordering: self.ordering.again(),
            size: self.walk.size,
            request: self.walk.request(),
            relations: self.relations.again(),
            mode: self.mode,
        })
    }
}

impl<Q, O, S> Batches<Q, O, S, Blocking> {
    /// Reads the next batch; `None` after the last one. A table without rows has none, and there is no empty batch.
    ///
    /// That a batch is the last one is known when it is read, so no statement is sent to find out.
    ///
    /// # Errors
    ///
    /// Those of [`load`](Keyset::load), with the position of the walk ([`last_cursor`](Error::last_cursor)). The walk has not
    /// moved: `next` tries the same batch again.
    #[track_caller]
    pub fn next<'q, Conn, T, Row>(&mut self, conn: &mut Conn) -> Result<Option<Page<Row>>>
    where
        Conn: Connection<Backend: Pages<Q, O, T, Statement: LoadQuery<'q, Conn, KeyedRow<T>>>>
            + FetchAll<'q, S, T, <Q::SqlType as RootRow<T>>::Lens>,
        O: OrderingOn<Conn::Backend> + Again,
        Q: AsQuery<SqlType: SelectedRow<Conn::Backend, Row = T> + RootRow<T>> + QueryFragment<Conn::Backend> + Again,
        S: Relations<T, <Q::SqlType as RootRow<T>>::Lens, Row = Row> + Again,
    {
        let Some(batch) = self.following() else { return Ok(None) };
        match batch.load(conn) {
            Ok(batch) => Ok(self.walk.pass(batch)),
            Err(error) => Err(error.with_last_cursor(self.position())),
        }
    }
}
