//! A page of children for each parent: the first ones, with a cursor each to go on from.

use std::sync::Arc;

use diesel::associations::HasTable;
use diesel::dsl::Filter;
use diesel::expression::{AppearsOnTable, Expression, Selectable, SelectableExpression};
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;
use diesel::query_dsl::methods::{FilterDsl, SelectDsl};
use diesel::query_source::Table;
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Integer};

use super::clauses::Clauses;
#[cfg(feature = "signing")]
use super::cursor::{CursorSecret, Seal};
use super::ordering::{EndsNotNull, EndsUnique, IntoOrdering, Ordering, OrderingOn};
use super::page::{Frame, Page};
use super::plan::Plan;
use super::reading::{self, Reading, Request};
use super::row::{Keyed, KeyedRow};
use super::seek::Selected;
use super::{KnownSize, NoSize, PageSize};
use crate::backend::{Dialect, KeyTable, SeekForm};
use crate::error::{Error, Result};
use crate::preload::by::Joins;
use crate::preload::per_parent::plan::Chosen;
use crate::preload::per_parent::statement::{Cut, TopStatements, first_of_each};
use crate::preload::plumbing::at_key::AtKey;
use crate::preload::plumbing::key_in::KeyColumns;
use crate::preload::plumbing::keys::Keys;
use crate::preload::plumbing::placed::Placed;
use crate::preload::plumbing::slots::Slots;
use crate::preload::plumbing::statement::{self as pure, Prepared};
use crate::preload::plumbing::stitch;
use crate::preload::relation::{CountStatements, Relation, Relations, Statements, Whole};
use crate::preload::{Children, Key, Many, Strategy};

impl<C, Q, S, J> Children<C, Q, S, Many, J> {
    /// A page of the children of each parent: `Page<C>`, the first or the last in this ordering.
    ///
    /// All pages come in the statements that [`limit_per_parent`](Children::limit_per_parent) sends, one for all parents or
    /// one for each 64, which read one child more than a page has. Each page has cursors of its own; the rest of one
    /// parent's children is a page of the child table, filtered by that parent, in the same ordering.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, User}, schema::{posts, users}};
    /// use turbodiesel::{keyset::Page, prelude::*};
    ///
    /// let conn = &mut blog::example()?;
    /// let newest = (posts::created_at.desc(), posts::id.desc());
    /// let users: Vec<(User, Page<Post>)> =
    ///     users::table.select(User::as_select()).preload(has_many::<Post>().keyset(newest).first(2)).load(conn)?;
    ///
    /// let (author, page) = users.iter().find(|(_, page)| page.has_next() == Some(true)).ok_or("nobody wrote three posts")?;
    /// let more = posts::table
    ///     .filter(posts::author_id.eq(author.id))
    ///     .select(Post::as_select())
    ///     .keyset(newest)
    ///     .first(2)
    ///     .after(page.end_cursor())
    ///     .load(conn)?;
    /// assert!(more.items()[0].created_at <= page.items()[1].created_at);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// The keys must come from the child's own table.
    pub fn keyset<O: IntoOrdering>(self, ordering: O) -> PageOfEach<Self, O::Ordering, NoSize>
    where
        O::Ordering: EndsUnique<Q> + EndsNotNull,
    {
        let ordering = ordering.into_ordering();
        // One SELECT asks for a page: without a bound there are no ranges.
        let request =
            Request { unique_keys: ordering.unique_keys(), strategy: Some(SeekForm::OrChain), ..Request::default() };
        PageOfEach { relation: self, ordering, size: NoSize, request }
    }
}

/// A page of the children of each parent: what [`Children::keyset`] makes of a relation.
#[must_use = "a relation is loaded by the query that it is given to"]
#[derive(Debug, Clone)]
pub struct PageOfEach<R, O, Size> {
    relation: R,
    ordering: O,
    size: Size,
    request: Request,
}

impl<R, O> PageOfEach<R, O, NoSize> {
    /// The first `rows` children of each parent.
    pub fn first(self, rows: u32) -> PageOfEach<R, O, PageSize> {
        self.sized(PageSize { rows, backward: false })
    }

    /// The last `rows` children of each parent. They still come in the declared order.
    pub fn last(self, rows: u32) -> PageOfEach<R, O, PageSize> {
        self.sized(PageSize { rows, backward: true })
    }

    fn sized(self, size: PageSize) -> PageOfEach<R, O, PageSize> {
        PageOfEach { relation: self.relation, ordering: self.ordering, size, request: self.request }
    }
}

impl<R, O, Size> PageOfEach<R, O, Size> {
    /// The most rows that a page may have: [`Keyset::max_page_size`](super::Keyset::max_page_size).
    pub fn max_page_size(mut self, rows: u32) -> Self {
        self.request.max_rows = Some(rows);
        self
    }

    /// Signs the cursors of the pages: [`Keyset::signed`](super::Keyset::signed).
    #[cfg(feature = "signing")]
    #[cfg_attr(docsrs, doc(cfg(feature = "signing")))]
    pub fn signed(mut self, secret: &CursorSecret) -> Self {
        self.request.seal = Seal::by(secret.clone());
        self
    }
}

impl<P, C, Q, S, J, O> Relation<P> for PageOfEach<Children<C, Q, S, Many, J>, O, PageSize>
where
    J: Joins<P, C>,
    S: Relations<C, Whole>,
{
    type Output = Page<S::Row>;
}

impl<C, Q, S: CountStatements, J, O, Size> CountStatements for PageOfEach<Children<C, Q, S, Many, J>, O, Size> {
    fn statements(&self) -> Statements {
        self.relation.statements().in_chunks()
    }
}

/// ORDER BY of a page, without the words.
#[derive(Debug)]
pub struct InOrder<O>(Arc<Plan<O>>);

// Written by the statement alone, which has a type of its own.
impl<O> Expression for InOrder<O> {
    type SqlType = Integer;
}
impl<O: Ordering<Exprs: AppearsOnTable<QS>>, QS> AppearsOnTable<QS> for InOrder<O> {}

impl<O: OrderingOn<DB>, DB: Dialect> QueryFragment<DB> for InOrder<O> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.order_by(false, out)
    }
}

/// One statement: it selects the position among the children of the parent, the parent's key, the child, the keys of the
/// ordering.
#[derive(Debug)]
pub struct PagesStatement<T>(T);

impl<T, N, ST> Query for PagesStatement<T>
where
    T: Query<SqlType = (BigInt, N, Keyed<ST>)>,
{
    type SqlType = Keyed<(BigInt, N, ST)>;
}
impl<T> QueryId for PagesStatement<T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<T, Conn> RunQueryDsl<Conn> for PagesStatement<T> {}
impl<T: QueryFragment<DB>, DB: Dialect> QueryFragment<DB> for PagesStatement<T> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}

/// The statements of all chunks.
#[derive(Debug)]
pub struct PagesStatements<I>(I);

impl<I: Iterator> Iterator for PagesStatements<I> {
    type Item = PagesStatement<I::Item>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(PagesStatement)
    }
}

/// A child query of which a page can be read for each parent. Diesel's bounds hide in its impl.
#[diagnostic::on_unimplemented(
    message = "a page of `{C}` for each parent cannot be loaded by this query",
    note = "the key column must come from the tables of the query, the keys of the ordering and all columns of `{C}` from its own table",
    note = "`{C}` needs `#[derive(Selectable)]`"
)]
pub trait PagesOfEach<DB: Dialect, N, K, C, O> {
    /// The statements, one after the other.
    type Statements;

    /// The statements for these keys: one, or one for each chunk.
    ///
    /// # Errors
    ///
    /// Where the backend cannot compare such keys exactly.
    fn pages(self, columns: N, keys: Keys<K>, plan: Arc<Plan<O>>, cut: (u32, Strategy)) -> Result<Self::Statements>;
}

type WithKeys<C, DB, O> = Selected<<C as Selectable<DB>>::SelectExpression, O>;

#[diagnostic::do_not_recommend]
impl<Q, DB, N, K, C, O> PagesOfEach<DB, N, K, C, O> for Q
where
    DB: KeyTable<K, N::SqlType> + Dialect,
    K: Key,
    N: Copy + Expression + QueryFragment<DB>,
    C: Selectable<DB> + HasTable<Table: Table<PrimaryKey: QueryFragment<DB>>>,
    O: OrderingOn<DB>,
    WithKeys<C, DB, O>: SelectableExpression<C::Table>,
    Q: QueryFragment<DB> + FilterDsl<AtKey<N, K>>,
    Filter<Q, AtKey<N, K>>: SelectDsl<Chosen<InOrder<O>, N, K, WithKeys<C, DB, O>>>,
{
    type Statements = PagesStatements<TopStatements<Q, N, K, C, InOrder<O>, WithKeys<C, DB, O>>>;

    fn pages(self, columns: N, keys: Keys<K>, plan: Arc<Plan<O>>, cut: (u32, Strategy)) -> Result<Self::Statements> {
        let (rows, strategy) = cut;
        let child = || Selected { selection: C::construct_selection(), plan: plan.clone() };
        let cut = (Cut { limit: rows.saturating_add(1), offset: 0, form: None }, strategy);
        let order = InOrder(plan.clone());
        let statements = first_of_each::<DB, _, _, _, C, _, _>(self, columns, keys, order, child, cut, false)?;
        Ok(PagesStatements(statements))
    }
}

type NotNull<J, P, C> = <<J as Joins<P, C>>::Columns as KeyColumns<<<J as Joins<P, C>>::Key as Key>::Columns>>::NotNull;

/// A level of pages that is ready to be fetched.
pub type PreparedPages<R, P, DB> = Prepared<
    <R as PageSteps<P, DB>>::Key,
    <R as PageSteps<P, DB>>::Statements,
    <R as PageSteps<P, DB>>::Nested,
    <R as PageSteps<P, DB>>::Named,
>;

/// A page of each parent in its pure steps.
pub trait PageSteps<P, DB: Dialect>: Relation<P> + Sized {
    /// What joins parents and children.
    type Key: Key;
    /// A child.
    type Child;
    /// The statements, one after the other.
    type Statements;
    /// The relations of the children.
    type Nested: Relations<Self::Child, Whole>;
    /// The name of what joins them.
    type Named;

    /// Asks the parents for their keys and builds the statements for the distinct ones.
    ///
    /// # Errors
    ///
    /// A page size that is none; keys that the backend cannot compare exactly.
    fn prepare(self, parents: &[&P]) -> Result<(PreparedPages<Self, P, DB>, Reading)>;

    /// The error that a child is whose key no parent has.
    fn unmatched(named: &Self::Named, key: &Self::Key) -> Error;
}

impl<P, DB, C, Q, S, J, O> PageSteps<P, DB> for PageOfEach<Children<C, Q, S, Many, J>, O, PageSize>
where
    DB: Dialect,
    J: Joins<P, C, Key: Key, Named: QueryFragment<DB>>,
    J::Columns: KeyColumns<<J::Key as Key>::Columns>,
    O: OrderingOn<DB>,
    Q: PagesOfEach<DB, NotNull<J, P, C>, J::Key, C, O>,
    S: Relations<C, Whole>,
{
    type Key = J::Key;
    type Child = C;
    type Statements = Q::Statements;
    type Nested = S;
    type Named = J::Named;

    fn prepare(self, parents: &[&P]) -> Result<(PreparedPages<Self, P, DB>, Reading)> {
        let PageOfEach { relation, ordering, size, request } = self;
        let size = size.size();
        let (bounds, reading) = reading::begin::<DB>(&ordering, size, request, Clauses { having: false })?;
        let strategy = relation.chosen();
        let (query, nested, joins) = relation.apart();
        let (slots, keys) = pure::number::<C, P, J>(&joins, parents);
        let (columns, pending) = (joins.columns().not_null(), joins.named());
        let statement = match keys {
            Some(keys) => {
                pure::refuse_merged::<DB, _>(&slots, &keys, &pending)?;
                Some(query.pages(columns, keys, Arc::new(Plan::new(ordering, bounds)), (size.rows, strategy))?)
            }
            None => None,
        };
        Ok((Prepared { statement, slots, nested, pending }, reading))
    }

    fn unmatched(named: &J::Named, key: &J::Key) -> Error {
        pure::unmatched::<DB>("a page of has_many", named, key)
    }
}

/// The rows by their positions, whatever order the statements gave them in, each with the key of its parent.
pub(crate) fn by_position<K, C>(mut rows: Vec<KeyedRow<(i64, K, C)>>) -> impl Iterator<Item = (K, KeyedRow<C>)> {
    rows.sort_by_key(|row| row.row.0);
    rows.into_iter().map(|KeyedRow { row: (_, key, row), keys }| (key, KeyedRow { row, keys }))
}

/// Pages whose rows are given away, to be given back with their relations.
#[derive(Debug)]
pub(crate) struct Framed(Vec<(Frame, usize)>);

/// The rows of each slot as a page: what is known of it, and all rows side by side.
pub(crate) fn frame<C>(reading: &Reading, slots: usize, rows: Placed<KeyedRow<C>>) -> Result<(Framed, Vec<C>)> {
    let (mut frames, mut all) = (Vec::with_capacity(slots), Vec::new());
    for rows in stitch::many(slots, rows) {
        let (frame, mut items) = reading.finish(rows)?;
        frames.push((frame, items.len()));
        all.append(&mut items);
    }
    Ok((Framed(frames), all))
}

impl Framed {
    /// The pages, one for each parent; a parent without a key has an empty one.
    pub(crate) fn hand_out<K: Key, Row: Clone>(self, slots: &Slots<K>, rows: Vec<Row>) -> Vec<Page<Row>> {
        let mut rows = rows.into_iter();
        let pages = self.0.into_iter().map(|(frame, len)| frame.around(rows.by_ref().take(len).collect())).collect();
        stitch::hand_out(slots, pages).into_iter().map(|page| page.unwrap_or_else(Page::of_nothing)).collect()
    }
}
