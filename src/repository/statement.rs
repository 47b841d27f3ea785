//! The statements of a repository, and what their rows mean. Pure: who sends them is elsewhere.

use diesel::associations::{HasTable, Identifiable};
use diesel::dsl::{AsSelect, CountStar, Eq, Filter, Find, Limit, Select, Update, count_star, exists, select};
use diesel::expression::{Expression, Selectable, SelectableHelper};
use diesel::expression_methods::ExpressionMethods;
use diesel::prelude::Insertable;
use diesel::query_builder::{AsChangeset, AsQuery, DeleteStatement, InsertStatement, IntoUpdateTarget, QueryFragment};
use diesel::query_dsl::methods::{FilterDsl, FindDsl, LimitDsl, SelectDsl};
use diesel::query_source::Table;
use diesel::result::{EmptyChangeset, Error as DieselError};

use super::read::model;
use super::{Model, Rows, VersionNumber, Versioned, rows};
use crate::backend::{Dialect, KeyList};
use crate::error::{Error, ErrorKind, Result};
use crate::preload::Strategy;
use crate::preload::key::{Key, ParentKey};
use crate::preload::plumbing::again::Again;
use crate::preload::plumbing::batch::Batch as KeyBatch;
use crate::preload::plumbing::home::Home;
use crate::preload::plumbing::key_in::KeyIn;
use crate::preload::plumbing::slots::Slots;
use crate::preload::plumbing::statement::column_name;

pub(crate) type ById<M, I, DB> = Select<Find<<M as HasTable>::Table, I>, AsSelect<M, DB>>;
pub(super) type Matching<M, P, DB> = Filter<Rows<M, DB>, P>;
pub(super) type Number<M, P> = Select<Filter<<M as HasTable>::Table, P>, CountStar>;
pub(super) type Any<M, P> = select<exists<Filter<<M as HasTable>::Table, P>>>;
pub(super) type Id<'n, U> = <&'n U as Identifiable>::Id;

pub(crate) fn by_id<M, I, DB>(id: I) -> ById<M, I, DB>
where
    DB: Dialect,
    M: Model + Selectable<DB>,
    AsSelect<M, DB>: Expression,
    M::Table: FindDsl<I>,
    Find<M::Table, I>: SelectDsl<AsSelect<M, DB>>,
{
    SelectDsl::select(FindDsl::find(M::table(), id), M::as_select())
}

pub(super) fn matching<M, P, DB>(predicate: P) -> Matching<M, P, DB>
where
    DB: Dialect,
    M: Model + Selectable<DB>,
    AsSelect<M, DB>: Expression,
    M::Table: SelectDsl<AsSelect<M, DB>>,
    Rows<M, DB>: FilterDsl<P>,
{
    FilterDsl::filter(rows::<M, DB>(), predicate)
}

/// Two are enough to know that there are several.
pub(super) fn first_two<M, P, DB>(predicate: P) -> Limit<Matching<M, P, DB>>
where
    DB: Dialect,
    M: Model + Selectable<DB>,
    AsSelect<M, DB>: Expression,
    M::Table: SelectDsl<AsSelect<M, DB>>,
    Rows<M, DB>: FilterDsl<P>,
    Matching<M, P, DB>: LimitDsl,
{
    LimitDsl::limit(matching::<M, P, DB>(predicate), 2)
}

/// The one row of two at most.
pub(super) fn only<M>(mut rows: Vec<M>) -> Result<Option<M>> {
    let row = rows.pop();
    match rows.pop() {
        None => Ok(row),
        Some(_) => {
            let message = format!("find_by: more than one {} fits the predicate", model::<M>());
            Err(Error::new(ErrorKind::SeveralRows, message))
        }
    }
}

pub(super) fn any<M, P>(predicate: P) -> Any<M, P>
where
    M: Model,
    M::Table: FilterDsl<P>,
    exists<Filter<M::Table, P>>: Expression,
    Any<M, P>: AsQuery,
{
    diesel::select(exists(FilterDsl::filter(M::table(), predicate)))
}

pub(super) fn number<M, P>(predicate: P) -> Number<M, P>
where
    M: Model,
    M::Table: FilterDsl<P>,
    Filter<M::Table, P>: SelectDsl<CountStar>,
{
    SelectDsl::select(FilterDsl::filter(M::table(), predicate), count_star())
}

pub(super) type PrimaryKey<M> = <<M as HasTable>::Table as Table>::PrimaryKey;
pub(super) type ByKeys<M, K, DB> = Filter<Rows<M, DB>, KeyIn<PrimaryKey<M>, K>>;

/// Rows by many ids: the statements, and the places of their rows.
pub(super) struct Many<M, K: Key, S> {
    batch: KeyBatch<S, K>,
    slots: Slots<K>,
    found: Vec<Option<M>>,
}

impl<M, K: Key> Many<M, K, ()> {
    /// `None` for no ids.
    pub(super) fn prepare<DB>(ids: &[K]) -> Result<Option<Many<M, K, ByKeys<M, K, DB>>>>
    where
        DB: KeyList<K, <PrimaryKey<M> as Expression>::SqlType>,
        M: Model + Selectable<DB>,
        AsSelect<M, DB>: Expression,
        M::Table: SelectDsl<AsSelect<M, DB>>,
        Rows<M, DB>: FilterDsl<KeyIn<PrimaryKey<M>, K>>,
        PrimaryKey<M>: QueryFragment<DB>,
    {
        let (slots, keys) = Slots::new(ids.iter().cloned().map(Some), None);
        let Some(keys) = keys else { return Ok(None) };
        let column = column_name::<DB>(&M::table().primary_key());
        let by_keys = KeyIn::new(M::table().primary_key(), keys.clone(), Home::unknown);
        let by_keys = FilterDsl::filter(rows::<M, DB>(), by_keys);
        let batch = KeyBatch::new::<DB>(by_keys, keys, DB::types(), Strategy::Auto, &column, Home::unknown)?;
        let found = (0..slots.len()).map(|_| None).collect();
        Ok(Some(Many { batch, slots, found }))
    }
}

impl<M, K: Key, S> Many<M, K, S> {
    pub(super) fn statements<DB: Dialect>(&self) -> usize {
        self.batch.chunks::<DB>()
    }

    pub(super) fn statement(&self, number: usize) -> Again<S> {
        self.batch.show(number);
        self.batch.again()
    }

    pub(super) fn place(&mut self, rows: Vec<M>)
    where
        for<'a> &'a M: Identifiable<Id: ParentKey<Key = K>>,
    {
        for row in rows {
            // A collation can match a row whose key is another one in Rust: it is nobody's.
            let slot = (&row).id().into_key().and_then(|key| self.slots.slot(&key));
            if let Some(place) = slot.and_then(|slot| self.found.get_mut(slot)) {
                *place = Some(row);
            }
        }
    }

    /// The rows in the order of the ids. A row is moved to the last that asks for it, and cloned for those before.
    pub(super) fn hand_out(mut self) -> Vec<Option<M>>
    where
        M: Clone,
    {
        let mut asked = vec![0_usize; self.found.len()];
        for slot in self.slots.of_parents().flatten() {
            if let Some(asked) = asked.get_mut(slot) {
                *asked += 1;
            }
        }
        let found = &mut self.found;
        let mut row = |slot: usize| {
            let (left, row) = (asked.get_mut(slot)?, found.get_mut(slot)?);
            *left -= 1;
            if *left == 0 { row.take() } else { row.clone() }
        };
        self.slots.of_parents().map(|slot| slot.and_then(&mut row)).collect()
    }
}

pub(crate) type Insert<'n, M, N> =
    InsertStatement<<M as HasTable>::Table, <&'n N as Insertable<<M as HasTable>::Table>>::Values>;

pub(crate) fn insert<'n, M, N>(new: &'n N) -> Insert<'n, M, N>
where
    M: Model,
    &'n N: Insertable<M::Table>,
{
    diesel::insert_into(M::table()).values(new)
}

/// Rows of a batch: what many of them write at once.
pub type Batch<'n, M, N> =
    InsertStatement<<M as HasTable>::Table, <&'n [N] as Insertable<<M as HasTable>::Table>>::Values>;

/// Diesel's tables have at most 128 columns, and SQLite takes 32,766 binds: 250 rows always fit.
///
/// The rest goes by these sizes too, so that a table has five texts of this statement, and not 250.
const BATCHES: [usize; 5] = [250, 64, 16, 4, 1];

/// The rows, in pieces of these sizes.
pub(super) fn in_batches<N>(mut rest: &[N]) -> impl Iterator<Item = &[N]> {
    std::iter::from_fn(move || {
        let (batch, after) = BATCHES.iter().find_map(|size| rest.split_at_checked(*size))?;
        rest = after;
        Some(batch)
    })
}

/// Whether nothing was changed, so that nothing was sent.
pub(super) fn is_unchanged(error: &DieselError) -> bool {
    matches!(error, DieselError::QueryBuilderError(error) if error.is::<EmptyChangeset>())
}

type Is<U> = Eq<<U as Versioned>::Column, <U as Versioned>::Version>;
type AtVersion<'n, M, U> = Filter<Find<<M as HasTable>::Table, Id<'n, U>>, Is<U>>;
pub(super) type Step<'n, M, U> = Update<AtVersion<'n, M, U>, (&'n U, Is<U>)>;

/// What a step to the next version asks of the model and its changes.
pub trait Steps<'n, M: Model>: Versioned {
    /// The statement.
    type Step;

    /// Changes the row, if it has the version that was read.
    fn step(&'n self) -> Self::Step;
}

#[diagnostic::do_not_recommend]
impl<'n, M, U> Steps<'n, M> for U
where
    M: Model,
    U: Versioned + 'n,
    U::Version: diesel::expression::AsExpression<<U::Column as Expression>::SqlType>,
    <U::Column as Expression>::SqlType: diesel::sql_types::SqlType,
    &'n U: Identifiable<Table = M::Table>,
    M::Table: FindDsl<Id<'n, U>>,
    Find<M::Table, Id<'n, U>>: FilterDsl<Is<U>>,
    AtVersion<'n, M, U>: IntoUpdateTarget<Table = M::Table>,
    U::Column: ExpressionMethods,
    (&'n U, Is<U>): AsChangeset<Target = M::Table>,
    Step<'n, M, U>: AsQuery,
{
    type Step = Step<'n, M, U>;

    fn step(&'n self) -> Step<'n, M, U> {
        let read = self.version();
        let at = FilterDsl::filter(FindDsl::find(M::table(), self.id()), U::Column::default().eq(read));
        diesel::update(at).set((self, U::Column::default().eq(read.next())))
    }
}

pub(super) type Delete<M, I> = DeleteStatement<
    <Find<<M as HasTable>::Table, I> as HasTable>::Table,
    <Find<<M as HasTable>::Table, I> as IntoUpdateTarget>::WhereClause,
>;

pub(super) fn delete<M, I>(id: I) -> Delete<M, I>
where
    M: Model,
    M::Table: FindDsl<I>,
    Find<M::Table, I>: IntoUpdateTarget,
{
    diesel::delete(FindDsl::find(M::table(), id))
}

pub(super) fn not_found<M>() -> Error {
    Error::of_diesel(ErrorKind::NotFound, format!("update: no {} has this id", model::<M>()), DieselError::NotFound)
}

/// Why a step changed nothing.
pub(super) fn no_step<M>(is_there: bool) -> Error {
    if !is_there {
        return not_found::<M>();
    }
    Error::new(ErrorKind::Conflict, format!("update: the {} has been changed since it was read", model::<M>()))
}
