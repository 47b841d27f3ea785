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
//! * What is on both sides of a page is known where it is free to know, and always with
//!   [`exact_bounds`](Keyset::exact_bounds). An empty page still has cursors: back, and to ask again.
//! * ORDER BY, predicate and cursor come from this one ordering. A cursor of another one is an error, never page one.
//! * Relations load with a page: `.keyset(..).first(20).preload(has_many::<Comment>())` gives
//!   `Page<(Post, Vec<Comment>)>`.
//! * A client chooses its "sort by" from an [`OrderingSet`]. [`index_sql`](IntoOrdering::index_sql) names the index that an
//!   ordering wants, [`max_page_size`](Keyset::max_page_size) ends what a client may ask for.
//! * Any selection is paged: `.keyset(..).select((posts::id, posts::title)).first(20).load_page::<(i32, String)>(conn)`.
//! * [`count_total`](Keyset::count_total) counts the rows on all pages together, to the last one or so far as you say.
//! * Children come in a page for each parent: `.preload(has_many::<Comment>().keyset(..).first(3))` gives
//!   `Vec<(Post, Page<Comment>)>`, in one statement where the database allows.
//! * A whole table comes in [`batches`](Keyset::batches): constant memory, and a position to go on from.
//!
#![doc = include_str!("reads.md")]
//!
#![doc = include_str!("walks.md")]

#[cfg(feature = "async")]
#[cfg_attr(docsrs, doc(cfg(feature = "async")))]
pub mod asynchronous;
mod batches;
mod clauses;
mod cursor;
#[cfg(feature = "plan")]
mod explain;
#[cfg(all(feature = "plan", feature = "async"))]
mod explain_async;
mod index;
pub mod key;
pub mod of_each;
pub mod ordering;
mod page;
pub(crate) mod plan;
mod reading;
mod row;
pub(crate) mod seek;
pub mod select;
#[cfg(feature = "serde")]
mod serde;
pub mod set;
pub mod statement;
pub mod stored;
pub mod total;
#[cfg(feature = "async")]
pub mod total_async;
mod tuple;
pub mod values;
mod web;

use std::marker::PhantomData;

use diesel::connection::Connection;
use diesel::query_builder::{AsQuery, QueryFragment};
use diesel::query_dsl::methods::LoadQuery;
use diesel::{QueryDsl, RunQueryDsl};

#[cfg(doc)]
use crate::Error;
use crate::error::Result;
use crate::mode::Blocking;
use crate::preload::Append;
use crate::preload::plumbing::fetch::FetchAll;
use crate::preload::relation::{CountStatements, Relations, RootRow, Statements};
#[cfg(feature = "signing")]
use cursor::Seal;
use ordering::{EndsNotNull, EndsUnique, OrderingOn};
use reading::{Bound, Request};
use statement::{KeyedRow, Pages, SelectedRow};
use total::CountTotal;
use values::{KeyValues, Positioned};

pub use crate::backend::SeekForm;
pub use batches::{Again, Batches};
#[cfg(feature = "signing")]
pub use cursor::CursorSecret;
pub use cursor::{Cursor, CursorError};
pub use key::{Nulls, SortKey, asc, desc, unique};
pub use of_each::PageOfEach;
pub use ordering::IntoOrdering;
pub use page::{Edge, Page};
pub use set::OrderingSet;
pub use total::{Count, Total};
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
        let ordering = ordering.into_ordering();
        let request = Request { unique_keys: ordering.unique_keys(), ..Request::default() };
        Keyset { query: self, ordering, size: NoSize, request, relations: (), mode: PhantomData }
    }
}

// Not `AsQuery`: a query with GROUP BY is none before something is selected of it.
impl<Q: QueryDsl> KeysetDsl for Q {}

/// A query read in pages.
#[must_use = "nothing is sent before `.load(conn)`"]
#[derive(Debug, Clone)]
pub struct Keyset<Q, O, Size, S, M> {
    query: Q,
    ordering: O,
    size: Size,
    request: Request,
    relations: S,
    mode: PhantomData<M>,
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
        let Keyset { query, ordering, size: NoSize, request, relations, mode } = self;
        Keyset { query, ordering, size, request, relations, mode }
    }
}

impl<Q, O, Size, S, M> Keyset<Q, O, Size, S, M> {
    /// Only rows after this position. `None` is no bound.
    pub fn after(self, cursor: Option<&Cursor>) -> Self {
        self.bounded_below(Bound::cursor(cursor, false))
    }

    /// Only the row at this position and those after it. `None` is no bound.
    ///
    /// For "start with this row": the row of a link, or a page that is to be shown once more. If the row is gone, the page
    /// starts with the next one.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::Post, schema::posts};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let newest = || posts::table.select(Post::as_select()).keyset((posts::created_at.desc(), posts::id.desc())).first(5);
    /// let page = newest().load(conn)?;
    /// assert_eq!(newest().from(page.start_cursor()).load(conn)?.items(), page.items());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// ```sql
    /// WHERE (created_at, id) <= ($1, $2) -- PostgreSQL
    /// ```
    pub fn from(self, cursor: Option<&Cursor>) -> Self {
        self.bounded_below(Bound::cursor(cursor, true))
    }

    /// Only rows after the position of this token, text from a request. `None` is no bound; a bad token is an error of
    /// `load` ([`is_cursor`](Error::is_cursor)), and nothing is sent.
    pub fn after_token(self, token: Option<&str>) -> Self {
        self.bounded_below(Bound::token(token))
    }

    /// Only rows after these values, one for each key, typed as their columns: a position that no row need have. On MySQL and
    /// MariaDB a decimal has up to 35 digits before its point and 30 after it here.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::Post, schema::posts};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let page = posts::table
    ///     .select(Post::as_select())
    ///     .keyset((posts::score.desc(), posts::id.asc()))
    ///     .first(10)
    ///     .after_values((Some(3), i32::MAX)) // all posts that score less than 3
    ///     .load(conn)?;
    /// assert!(page.items().iter().all(|post| post.score < Some(3)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn after_values<V: KeyValues<O>>(self, values: V) -> Keyset<Q, Positioned<O, V::Values>, Size, S, M> {
        let Keyset { query, ordering, size, request, relations, mode } = self;
        let ordering = Positioned { ordering, values: values.into_values() };
        Keyset { query, ordering, size, request, relations, mode }.bounded_below(Bound::values())
    }

    /// Only rows before this position. `None` is no bound.
    pub fn before(self, cursor: Option<&Cursor>) -> Self {
        self.bounded_above(Bound::cursor(cursor, false))
    }

    /// Only rows before this position, and the row at it. `None` is no bound.
    pub fn until(self, cursor: Option<&Cursor>) -> Self {
        self.bounded_above(Bound::cursor(cursor, true))
    }

    /// Only rows before the position of this token, text from a request. `None` is no bound; a bad token is an error of
    /// `load` ([`is_cursor`](Error::is_cursor)), and nothing is sent.
    pub fn before_token(self, token: Option<&str>) -> Self {
        self.bounded_above(Bound::token(token))
    }

    /// The most rows that a page may have, for a size that a client chooses: a larger one is an error of `load`
    /// ([`is_page_size`](Error::is_page_size)), never cut down without a word, and nothing is sent.
    pub fn max_page_size(self, rows: u32) -> Self {
        self.requested(|request| request.max_rows = Some(rows))
    }

    /// Asks whether there are rows on both sides of the page, so that [`has_next`](Page::has_next) and
    /// [`has_previous`](Page::has_previous) are always known.
    ///
    /// The page's own statement asks, so the answers are of the same moment as the rows: it reads one row more for each side
    /// that has a bound.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::Post, schema::posts};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let newest = || posts::table.select(Post::as_select()).keyset((posts::created_at.desc(), posts::id.desc()));
    /// let first = newest().first(5).load(conn)?;
    /// let second = newest().first(5).after(first.end_cursor());
    /// assert_eq!(second.clone().load(conn)?.has_previous(), None);
    /// assert_eq!(second.exact_bounds().load(conn)?.has_previous(), Some(true));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// ```sql
    /// -- PostgreSQL
    /// (SELECT .., 2 AS keyset_part FROM posts WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT 6)
    ///  UNION ALL (SELECT .., 0 AS keyset_part FROM posts WHERE (created_at, id) >= ($4, $5) ORDER BY created_at ASC, id ASC LIMIT 1)
    ///  ORDER BY keyset_part, keyset_1 DESC, keyset_2 DESC LIMIT 14
    /// ```
    pub fn exact_bounds(self) -> Self {
        self.requested(|request| request.exact = true)
    }

    /// How the position is compared, where the backend's choice does not fit: servers that speak its protocol differ.
    ///
    /// Every form gives the same rows. A row value asks for NOT NULL keys of one direction, ranges for keys that are known
    /// before grouping: another ordering is an error of `load` ([`is_strategy`](Error::is_strategy)). What each form is in SQL
    /// is said at [`SeekForm`].
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::Post, schema::posts};
    /// use turbodiesel::{keyset::SeekForm, prelude::*};
    ///
    /// let conn = &mut blog::example()?;
    /// let newest = || posts::table.select(Post::as_select()).keyset((posts::created_at.desc(), posts::id.desc())).first(5);
    /// let first = newest().load(conn)?;
    /// let second = newest().after(first.end_cursor()).load(conn)?;
    /// for form in [SeekForm::RowValue, SeekForm::OrChain, SeekForm::Segments] {
    ///     assert_eq!(newest().after(first.end_cursor()).strategy(form).load(conn)?, second);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn strategy(self, form: SeekForm) -> Self {
        self.requested(|request| request.strategy = Some(form))
    }

    fn bounded_below(self, bound: Bound) -> Self {
        self.requested(|request| request.after = bound)
    }

    fn bounded_above(self, bound: Bound) -> Self {
        self.requested(|request| request.before = bound)
    }

    fn requested(mut self, change: impl FnOnce(&mut Request)) -> Self {
        change(&mut self.request);
        self
    }

    /// Signs the cursors of this page, and takes no cursor that this secret has not signed for the same context.
    ///
    /// An unsigned cursor, another key, another context or any change is an error of `load`
    /// ([`is_cursor`](Error::is_cursor)), and nothing is sent.
    #[cfg(feature = "signing")]
    #[cfg_attr(docsrs, doc(cfg(feature = "signing")))]
    pub fn signed(self, secret: &CursorSecret) -> Self {
        self.requested(|request| request.seal = Seal::by(secret.clone()))
    }

    /// Loads a relation of the rows of the page with them: `Page<(Post, Vec<Comment>)>`.
    pub fn preload<R>(self, relation: R) -> Keyset<Q, O, Size, S::Output, M>
    where
        S: Append<R>,
    {
        let Keyset { query, ordering, size, request, relations, mode } = self;
        Keyset { query, ordering, size, request, relations: relations.append(relation), mode }
    }

    /// Loads a relation of the rows of the page if `wanted`, as [`Preloading::preload_if`](crate::preload::Preloading::preload_if).
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Comment, Post}, schema::posts};
    /// use turbodiesel::{keyset::Page, prelude::*};
    ///
    /// let conn = &mut blog::example()?;
    /// let page = posts::table.select(Post::as_select()).keyset(posts::id.asc()).first(5);
    /// let page: Page<(Post, Option<Vec<Comment>>)> = page.preload_if(false, has_many::<Comment>()).load(conn)?;
    /// assert!(page.items().iter().all(|(_, comments)| comments.is_none()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn preload_if<R>(self, wanted: bool, relation: R) -> Keyset<Q, O, Size, S::Output, M>
    where
        S: Append<Option<R>>,
    {
        self.preload(wanted.then_some(relation))
    }

    /// How many statements [`load`](Keyset::load) sends at most.
    pub fn statements(&self) -> Statements
    where
        S: CountStatements,
    {
        Statements::fixed_at(1 + usize::from(self.request.counted)) + self.relations.statements()
    }
}

impl<Q, O, Size, S> Keyset<Q, O, Size, S, Blocking> {
    /// Sends the statement of this page, and one for each relation.
    ///
    /// ```sql
    /// -- PostgreSQL, one direction
    /// SELECT .., created_at AS keyset_1, id AS keyset_2
    ///  FROM posts WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT 21
    /// -- PostgreSQL with mixed directions or nullable keys, SQLite always: a range for each key
    /// (SELECT .. WHERE created_at = $1 AND id > $2 ORDER BY created_at DESC, id ASC LIMIT 21) UNION ALL
    /// (SELECT .. WHERE created_at < $4 ORDER BY created_at DESC, id ASC LIMIT 21) ORDER BY keyset_1 DESC, keyset_2 ASC LIMIT 21
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
        Size: CountTotal<'q, Conn, <Conn::Backend as Pages<Q, O, T>>::Statement>,
        Conn: Connection<Backend: Pages<Q, O, T, Statement: LoadQuery<'q, Conn, KeyedRow<T>>>>
            + FetchAll<'q, S, T, <Q::SqlType as RootRow<T>>::Lens>,
        O: OrderingOn<Conn::Backend>,
        Q: AsQuery<SqlType: SelectedRow<Conn::Backend, Row = T> + RootRow<T>> + QueryFragment<Conn::Backend>,
        S: Relations<T, <Q::SqlType as RootRow<T>>::Lens, Row = Row>,
    {
        let _load = crate::one_load::begin();
        let Keyset { query, ordering, size, request, relations, .. } = self;
        let clauses = clauses::check::<Conn::Backend>(&query)?;
        let (bounds, reading) = reading::begin::<Conn::Backend>(&ordering, size.size(), request, clauses)?;
        let statement = <Conn::Backend as Pages<Q, O, T>>::page(query, ordering, bounds);
        let (total, statement) = size.total(statement, conn)?;
        let (mut frame, items) = reading.finish(RunQueryDsl::load::<KeyedRow<T>>(statement, conn)?)?;
        frame.total = total;
        Ok(frame.around(conn.fetch_all(relations, items)?))
    }
}
