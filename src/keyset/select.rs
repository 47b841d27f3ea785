//! Pages of a selection that is no model.

use diesel::RunQueryDsl;
use diesel::connection::Connection;
use diesel::expression::Expression;
use diesel::query_builder::QueryFragment;
use diesel::query_dsl::methods::LoadQuery;

use super::ordering::OrderingOn;
use super::page::Page;
use super::reading::{self, Request};
use super::statement::{KeyedRow, PagesOf};
use super::total::CountTotal;
use super::{Keyset, KnownSize, clauses};
use crate::backend::Dialect;
use crate::error::Result;
use crate::mode::Blocking;

/// A query and what is selected of it.
#[derive(Debug, Clone, Copy)]
pub struct Selecting<Q, S> {
    pub(super) query: Q,
    pub(super) selection: S,
}

impl<Q, O, Size, M> Keyset<Q, O, Size, (), M> {
    /// What is selected, where that is no model: then [`load_page`](Keyset::load_page) names the type of a row.
    pub fn select<S: Expression>(self, selection: S) -> Keyset<Selecting<Q, S>, O, Size, (), M> {
        let Keyset { query, ordering, size, request, relations, mode } = self;
        Keyset { query: Selecting { query, selection }, ordering, size, request, relations, mode }
    }
}

impl<Q, Sel, O, Size> Keyset<Selecting<Q, Sel>, O, Size, (), Blocking> {
    /// Sends the statement of this page of a selection that is no model.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::schema::posts;
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let page = posts::table
    ///     .keyset((posts::created_at.desc(), posts::id.desc()))
    ///     .select((posts::id, posts::title))
    ///     .first(20)
    ///     .load_page::<(i32, String)>(conn)?;
    /// assert_eq!(page.len(), 20);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`load`](Keyset::load).
    pub fn load_page<'q, T>(self, conn: &mut impl PageConnection<'q, Q, Sel, O, T, Size>) -> Result<Page<T>>
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
pub trait PageConnection<'q, Q, S, O, T, Size>: Connection<Backend: Dialect> {
    /// Reads the page.
    fn load_rows(&mut self, query: Q, selection: S, ordering: O, size: Size, request: Request) -> Result<Page<T>>;
}

#[diagnostic::do_not_recommend]
impl<'q, Conn, Q, S, O, T, Size> PageConnection<'q, Q, S, O, T, Size> for Conn
where
    Conn: Connection<Backend: PagesOf<Q, O, S, Statement: LoadQuery<'q, Conn, KeyedRow<T>>>>,
    Size: CountTotal<'q, Conn, <Conn::Backend as PagesOf<Q, O, S>>::Statement>,
    O: OrderingOn<Conn::Backend>,
    Q: QueryFragment<Conn::Backend>,
{
    fn load_rows(&mut self, query: Q, selection: S, ordering: O, size: Size, request: Request) -> Result<Page<T>> {
        let clauses = clauses::check::<Conn::Backend>(&query)?;
        let (bounds, reading) = reading::begin::<Conn::Backend>(&ordering, size.size(), request, clauses)?;
        let statement = <Conn::Backend as PagesOf<Q, O, S>>::page_of(query, selection, ordering, bounds);
        let (total, statement) = size.total(statement, self)?;
        let (mut frame, items) = reading.finish(RunQueryDsl::load::<KeyedRow<T>>(statement, self)?)?;
        frame.total = total;
        Ok(frame.around(items))
    }
}
