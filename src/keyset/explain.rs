//! The plans of a page.

use diesel::connection::LoadConnection;
use diesel::query_builder::{AsQuery, QueryFragment};
use diesel::query_dsl::RunQueryDsl;
use diesel::query_dsl::methods::LoadQuery;

use super::ordering::OrderingOn;
use super::reading::Request;
use super::row::KeyedRow;
use super::select::Selecting;
use super::statement::{Pages, PagesOf, SelectedRow};
use super::{Keyset, KnownSize, PageSize, clauses, reading};
use crate::backend::Dialect;
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::mode::Blocking;
#[cfg(doc)]
use crate::plan::ExplainDsl;
use crate::plan::{How, Plans, record, sent};
use crate::preload::plumbing::fetch::FetchAll;
use crate::preload::relation::{Relations, RootRow};

/// The plan of the page's statement, then those of its relations. With feature `plan`.
///
/// Like those of a [preload](crate::preload::Preloading::explain) these methods **load** the page, because a relation's statement
/// holds the keys of its rows.
impl<Q, O, Size, S> Keyset<Q, O, Size, S, Blocking> {
    /// What the database does with each statement and its values: [`ExplainDsl::explain`].
    ///
    /// A page after a cursor has another statement than the first one, so both are worth a look.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::Post, schema::posts};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let newest = || posts::table.select(Post::as_select()).keyset((posts::created_at.desc(), posts::id.desc())).first(20);
    /// let cursor = newest().load(conn)?.end_cursor().cloned();
    /// for plans in [newest().explain(conn)?, newest().after(cursor.as_ref()).explain(conn)?] {
    ///     plans.assert_uses_index("posts_created_at_idx").assert_no_full_scan_of("posts");
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`load`](Keyset::load).
    pub fn explain<'q, Conn, T>(self, conn: &mut Conn) -> Result<Plans>
    where
        Size: KnownSize,
        Conn: ExplainsPage<'q, Q, O, S, T>,
    {
        self.explain_as(How::Values, conn)
    }

    /// What the database does for values that it does not know: [`ExplainDsl::explain_generic`].
    ///
    /// # Errors
    ///
    /// Those of [`load`](Keyset::load).
    pub fn explain_generic<'q, Conn, T>(self, conn: &mut Conn) -> Result<Plans>
    where
        Size: KnownSize,
        Conn: ExplainsPage<'q, Q, O, S, T>,
    {
        self.explain_as(How::Generic, conn)
    }

    /// What each statement did, counted: [`ExplainDsl::explain_analyze`]. Each runs twice, once to be counted.
    ///
    /// # Errors
    ///
    /// Those of [`load`](Keyset::load); [`is_no_analyze`](Error::is_no_analyze) on SQLite.
    pub fn explain_analyze<'q, Conn, T>(self, conn: &mut Conn) -> Result<Plans>
    where
        Size: KnownSize,
        Conn: ExplainsPage<'q, Q, O, S, T>,
    {
        self.explain_as(How::Analyze, conn)
    }

    fn explain_as<'q, Conn, T>(self, how: How, conn: &mut Conn) -> Result<Plans>
    where
        Size: KnownSize,
        Conn: ExplainsPage<'q, Q, O, S, T>,
    {
        let Keyset { query, ordering, size, request, relations, .. } = self;
        conn.explain_page(query, ordering, size.size(), request, relations, how)
    }
}

/// A connection that can say how it reads a page of the query `Q` with the relations `S`.
#[diagnostic::on_unimplemented(
    message = "this page cannot be explained on this connection",
    note = "what can be loaded can be explained: `.load(conn)` in the place of `.explain(conn)` says what is wrong"
)]
pub trait ExplainsPage<'q, Q, O, S, T>: LoadConnection<Backend: Dialect> {
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
    ) -> Result<Plans>;
}

#[diagnostic::do_not_recommend]
impl<'q, Conn, Q, O, S, T> ExplainsPage<'q, Q, O, S, T> for Conn
where
    Conn: LoadConnection<
            Backend: Pages<Q, O, T, Statement: LoadQuery<'q, Conn, KeyedRow<T>> + QueryFragment<Conn::Backend>>,
        > + FetchAll<'q, S, T, <Q::SqlType as RootRow<T>>::Lens>,
    O: OrderingOn<Conn::Backend>,
    Q: AsQuery<SqlType: SelectedRow<Conn::Backend, Row = T> + RootRow<T>> + QueryFragment<Conn::Backend>,
    S: Relations<T, <Q::SqlType as RootRow<T>>::Lens>,
{
    fn explain_page(
        &mut self,
        query: Q,
        ordering: O,
        size: PageSize,
        request: Request,
        relations: S,
        how: How,
    ) -> Result<Plans> {
        let clauses = clauses::check::<Conn::Backend>(&query)?;
        let (bounds, reading) = reading::begin::<Conn::Backend>(&ordering, size, request, clauses)?;
        let statement = <Conn::Backend as Pages<Q, O, T>>::page(query, ordering, bounds);
        let plan = sent::plan(&statement, self, how)?;
        let (_, items) = reading.finish(RunQueryDsl::load::<KeyedRow<T>>(statement, self)?)?;
        record::record(how, vec![plan], || self.fetch_all(relations, items).map(drop))
    }
}

// A selection that is no model: it has no relations, so nothing is loaded.
#[diagnostic::do_not_recommend]
impl<Conn, Q, Sel, O> ExplainsPage<'_, Selecting<Q, Sel>, O, (), ()> for Conn
where
    Conn: LoadConnection<Backend: PagesOf<Q, O, Sel, Statement: QueryFragment<Conn::Backend>>>,
    O: OrderingOn<Conn::Backend>,
    Q: QueryFragment<Conn::Backend>,
{
    fn explain_page(
        &mut self,
        page: Selecting<Q, Sel>,
        ordering: O,
        size: PageSize,
        request: Request,
        (): (),
        how: How,
    ) -> Result<Plans> {
        let Selecting { query, selection } = page;
        let clauses = clauses::check::<Conn::Backend>(&query)?;
        let (bounds, _) = reading::begin::<Conn::Backend>(&ordering, size, request, clauses)?;
        let statement = <Conn::Backend as PagesOf<Q, O, Sel>>::page_of(query, selection, ordering, bounds);
        Ok(vec![sent::plan(&statement, self, how)?].into())
    }
}
