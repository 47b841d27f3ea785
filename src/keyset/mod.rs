//! Keyset pagination: every page at the price of the first.
//!
//! # The problem
//!
//! `LIMIT 20 OFFSET 100000` reads 100,020 rows to show 20, and shows one twice when another is inserted meanwhile. A
//! keyset page says instead "the 20 rows after *this* one": a range of an index, at any depth. What makes it hard by hand
//! is the predicate. It differs with the directions of the keys, with NULLs and with the database, and a wrong one loses
//! rows silently.
//!
//! # A page
//!
//! ```
//! # use diesel::prelude::*;
//! use blog::{models::Post, schema::posts};
//! use turbodiesel::keyset::Cursor; // not in the prelude
//! use turbodiesel::prelude::*;
//!
//! let conn = &mut blog::example()?;
//! let mut cursor: Option<Cursor> = None;
//! let mut seen = 0;
//! loop {
//!     let page = posts::table
//!         .filter(posts::published.eq(true))
//!         .select(Post::as_select())
//!         .keyset((posts::created_at.desc(), posts::id.desc())) // must end in a unique key: the compiler checks it
//!         .first(20)
//!         .after(cursor.as_ref())
//!         .load(conn)?;
//!     seen += page.len();
//!     let Some(next) = page.next_cursor() else { break };
//!     cursor = Some(next.clone());
//! }
//! assert_eq!(seen as i64, posts::table.filter(posts::published.eq(true)).count().get_result::<i64>(conn)?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! * [`first`](Keyset::first) reads from the start or from [`after`](Keyset::after), [`last`](Keyset::last) reads back
//!   from the end or from [`before`](Keyset::before). Rows always come in the declared order.
//! * A key is `column.asc()`, `column.desc()`, or [`asc`]`(expr)`, [`desc`]`(expr)` for anything else. Directions may be
//!   mixed; every key but the last may be nullable, and NULLs stand where the database's own indexes have them, or where
//!   [`nulls_first`](SortKey::nulls_first) and [`nulls_last`](SortKey::nulls_last) put them.
//! * The last key must be unique in the result. A primary key of a query of one table is, and the compiler sees it; in a
//!   join a primary key repeats, so there you say which key does not: [`unique`]`(comments::id.desc())`.
//! * ORDER BY, predicate and cursor come from this one ordering. A cursor of another one is an error, never page one.
//! * Relations load with a page: `.keyset(..).first(20).preload(has_many::<Comment>())` gives
//!   `Page<(Post, Vec<Comment>)>`.
//!
#![doc = include_str!("walks.md")]

mod cursor;
#[cfg(feature = "plan")]
mod explain;
pub mod ordering;
mod page;
mod reading;
pub(crate) mod seek;
#[cfg(feature = "serde")]
mod serde;
pub mod statement;
pub mod stored;
mod tuple;
mod web;

use std::marker::PhantomData;

use diesel::RunQueryDsl;
use diesel::connection::Connection;
use diesel::query_builder::{AsQuery, QueryFragment};
use diesel::query_dsl::methods::LoadQuery;

#[cfg(doc)]
use crate::Error;
use crate::error::Result;
use crate::mode::Blocking;
use crate::preload::Append;
use crate::preload::plumbing::fetch::FetchAll;
use crate::preload::relation::{CountStatements, Relations, RootRow, Statements};
use ordering::{EndsNotNull, EndsUnique, OrderingOn};
use reading::Bound;
use statement::{Pages, SelectedRow};

#[cfg(feature = "signing")]
pub use cursor::CursorSecret;
use cursor::Seal;
pub use cursor::{Cursor, CursorError};
pub use ordering::{IntoOrdering, Nulls, SortKey, asc, desc, unique};
pub use page::{Edge, Page};
pub use web::{PageInfo, Step};

/// `.keyset(ordering)` on every Diesel query.
pub trait KeysetDsl: Sized {
    /// Reads this query in pages.
    ///
    /// A query of tables, joins or a boxed one, with any filter. It must not have ORDER BY, LIMIT, OFFSET or DISTINCT of
    /// its own: that is an error of `load`.
    fn keyset<O: IntoOrdering>(self, ordering: O) -> Keyset<Self, O::Ordering, NoSize, (), Blocking>
    where
        O::Ordering: EndsUnique<Self> + EndsNotNull,
    {
        Keyset {
            query: self,
            ordering: ordering.into_ordering(),
            size: NoSize,
            after: Bound::None,
            before: Bound::None,
            relations: (),
            options: Options::default(),
            mode: PhantomData,
        }
    }
}

impl<Q: AsQuery> KeysetDsl for Q {}

/// A query read in pages.
#[must_use = "nothing is sent before `.load(conn)`"]
#[derive(Debug, Clone)]
pub struct Keyset<Q, O, Size, S, M> {
    query: Q,
    ordering: O,
    size: Size,
    after: Bound,
    before: Bound,
    relations: S,
    options: Options,
    mode: PhantomData<M>,
}

/// What changes no type.
#[derive(Debug, Clone, Default)]
struct Options {
    seal: Seal,
}

/// Nobody has said yet how many rows a page has.
#[derive(Debug, Clone, Copy)]
pub struct NoSize;

/// How many rows a page has, and from which end it is read.
#[derive(Debug, Clone, Copy)]
pub struct PageSize {
    rows: u32,
    backward: bool,
}

/// A page of which the size is known.
#[diagnostic::on_unimplemented(
    message = "this page has no size",
    label = "how many rows?",
    note = "say `.first(20)` for the first rows (after a cursor), or `.last(20)` for the last ones (before a cursor)"
)]
pub trait KnownSize {
    /// The size.
    fn size(&self) -> PageSize;
}

impl KnownSize for PageSize {
    fn size(&self) -> PageSize {
        *self
    }
}

impl<Q, O, S, M> Keyset<Q, O, NoSize, S, M> {
    /// The first `rows` rows: of all, or of those after [`after`](Keyset::after).
    pub fn first(self, rows: u32) -> Keyset<Q, O, PageSize, S, M> {
        self.sized(PageSize { rows, backward: false })
    }

    /// The last `rows` rows: of all, or of those before [`before`](Keyset::before). They still come in the declared order.
    pub fn last(self, rows: u32) -> Keyset<Q, O, PageSize, S, M> {
        self.sized(PageSize { rows, backward: true })
    }

    fn sized(self, size: PageSize) -> Keyset<Q, O, PageSize, S, M> {
        let Keyset { query, ordering, size: NoSize, after, before, relations, options, mode } = self;
        Keyset { query, ordering, size, after, before, relations, options, mode }
    }
}

impl<Q, O, Size, S, M> Keyset<Q, O, Size, S, M> {
    /// Only rows after this position. `None` is no bound.
    pub fn after(self, cursor: Option<&Cursor>) -> Self {
        Keyset { after: cursor.cloned().map_or(Bound::None, Bound::Cursor), ..self }
    }

    /// Only rows before this position. `None` is no bound.
    pub fn before(self, cursor: Option<&Cursor>) -> Self {
        Keyset { before: cursor.cloned().map_or(Bound::None, Bound::Cursor), ..self }
    }

    /// Only rows after the position of this token, text from a request. `None` is no bound; a bad token is an error of
    /// `load` ([`is_cursor`](Error::is_cursor)), and nothing is sent.
    pub fn after_token(self, token: Option<&str>) -> Self {
        Keyset { after: token.map_or(Bound::None, |token| Bound::Token(token.to_owned())), ..self }
    }

    /// Only rows before the position of this token, text from a request. `None` is no bound; a bad token is an error of
    /// `load` ([`is_cursor`](Error::is_cursor)), and nothing is sent.
    pub fn before_token(self, token: Option<&str>) -> Self {
        Keyset { before: token.map_or(Bound::None, |token| Bound::Token(token.to_owned())), ..self }
    }

    /// Signs the cursors of this page, and takes no cursor that this secret has not signed for the same context.
    ///
    /// An unsigned cursor, another key, another context or any change is an error of `load`
    /// ([`is_cursor`](Error::is_cursor)), and nothing is sent.
    #[cfg(feature = "signing")]
    #[cfg_attr(docsrs, doc(cfg(feature = "signing")))]
    pub fn signed(self, secret: &CursorSecret) -> Self {
        Keyset { options: Options { seal: Seal::by(secret.clone()) }, ..self }
    }

    /// Loads a relation of the rows of the page with them: `Page<(Post, Vec<Comment>)>`.
    pub fn preload<R>(self, relation: R) -> Keyset<Q, O, Size, S::Output, M>
    where
        S: Append<R>,
    {
        let Keyset { query, ordering, size, after, before, relations, options, mode } = self;
        Keyset { query, ordering, size, after, before, relations: relations.append(relation), options, mode }
    }

    /// How many statements [`load`](Keyset::load) sends at most.
    pub fn statements(&self) -> Statements
    where
        S: CountStatements,
    {
        Statements::fixed_at(1) + self.relations.statements()
    }
}

impl<Q, O, Size, S> Keyset<Q, O, Size, S, Blocking> {
    /// Sends the statement of this page, and one for each relation.
    ///
    /// ```sql
    /// -- PostgreSQL, one direction
    /// SELECT created_at, id, .. FROM posts WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT 21
    /// -- PostgreSQL with mixed directions or nullable keys, SQLite always: a range for each key
    /// SELECT * FROM (SELECT .. WHERE created_at = $1 AND id > $2 ORDER BY .. LIMIT 21) AS s0
    ///  UNION ALL SELECT * FROM (SELECT .. WHERE created_at < $4 ORDER BY .. LIMIT 21) AS s1 ORDER BY 1 DESC, 2 ASC LIMIT 21
    /// -- MySQL, MariaDB
    /// SELECT .. WHERE ((created_at < ?) OR (created_at = ? AND id < ?)) ORDER BY created_at DESC, id DESC LIMIT 21
    /// ```
    ///
    /// # Errors
    ///
    /// A cursor that is not one of this ordering and backend ([`is_cursor`](Error::is_cursor)); a size of 0
    /// ([`is_page_size`](Error::is_page_size)); a query with ORDER BY, LIMIT, OFFSET or DISTINCT
    /// ([`is_unsupported_query`](Error::is_unsupported_query)); keys too long for a cursor
    /// ([`is_cursor_too_long`](Error::is_cursor_too_long)); the database's errors and those of the relations.
    #[track_caller]
    pub fn load<'q, Conn, T, Row>(self, conn: &mut Conn) -> Result<Page<Row>>
    where
        Size: KnownSize,
        Conn: Connection<Backend: Pages<Q, O, T, Statement: LoadQuery<'q, Conn, (O::Row, T)>>>
            + FetchAll<'q, S, T, <Q::SqlType as RootRow<T>>::Lens>,
        O: OrderingOn<Conn::Backend>,
        Q: AsQuery<SqlType: SelectedRow<Conn::Backend, Row = T> + RootRow<T>> + QueryFragment<Conn::Backend>,
        S: Relations<T, <Q::SqlType as RootRow<T>>::Lens, Row = Row>,
    {
        let _load = crate::one_load::begin();
        let Keyset { query, ordering, size, after, before, relations, options, .. } = self;
        statement::refuse_clauses::<Conn::Backend>(&query)?;
        let (bounds, reading) = reading::begin::<Conn::Backend>(&ordering, size.size(), after, before, options.seal)?;
        let rows =
            RunQueryDsl::load::<(O::Row, T)>(<Conn::Backend as Pages<Q, O, T>>::page(query, ordering, bounds), conn)?;
        let (frame, items) = reading.finish::<O, T>(rows)?;
        Ok(frame.around(conn.fetch_all(relations, items)?))
    }
}
