//! What reading asks of the connection: a trait for each kind of derive.

use diesel::OptionalExtension;
use diesel::associations::Identifiable;
use diesel::connection::Connection;
use diesel::dsl::{AsSelect, CountStar, Filter, Find, Limit, Select, count_star, exists, select};
use diesel::expression::{Expression, Selectable, SelectableHelper};
use diesel::query_builder::QueryFragment;
use diesel::query_dsl::RunQueryDsl;
use diesel::query_dsl::methods::{FilterDsl, FindDsl, LimitDsl, LoadQuery, SelectDsl};
use diesel::query_source::Table;
use diesel::result::QueryResult;

use super::{Model, Rows, rows};
use crate::backend::{Dialect, KeyList};
use crate::error::Result;
use crate::preload::Strategy;
use crate::preload::key::{Key, ParentKey};
use crate::preload::plumbing::again::Again;
use crate::preload::plumbing::batch::Batch;
use crate::preload::plumbing::home::Home;
use crate::preload::plumbing::key_in::KeyIn;
use crate::preload::plumbing::slots::Slots;
use crate::preload::plumbing::statement::column_name;

/// A connection on which the rows of `M` can be read.
#[diagnostic::on_unimplemented(
    message = "`{M}` cannot be read by a repository",
    label = "not readable on this connection",
    note = "put `#[derive(Queryable, Selectable)]` on `{M}`"
)]
pub trait Reads<'q, M>: Connection {
    /// All rows.
    ///
    /// # Errors
    ///
    /// The database's.
    fn read_all(&mut self) -> QueryResult<Vec<M>>;
}

#[diagnostic::do_not_recommend]
impl<'q, M, C> Reads<'q, M> for C
where
    C: Connection<Backend: Dialect>,
    M: Model + Selectable<C::Backend>,
    AsSelect<M, C::Backend>: Expression,
    M::Table: SelectDsl<AsSelect<M, C::Backend>>,
    Rows<M, C::Backend>: LoadQuery<'q, C, M>,
{
    fn read_all(&mut self) -> QueryResult<Vec<M>> {
        RunQueryDsl::load(rows::<M, C::Backend>(), self)
    }
}

/// A connection on which an `M` can be read by an id of type `I`.
#[diagnostic::on_unimplemented(
    message = "`{M}` cannot be read by a `{I}`",
    label = "not the id of `{M}`",
    note = "give the id in the Rust type of the primary key, or a reference to it; the id of a composite key is a tuple in the order of `primary_key(..)`",
    note = "`{M}` also needs `#[derive(Queryable, Selectable)]`"
)]
pub trait Gets<'q, M, I>: Connection {
    /// The row.
    ///
    /// # Errors
    ///
    /// The database's.
    fn get(&mut self, id: I) -> QueryResult<Option<M>>;
}

#[diagnostic::do_not_recommend]
impl<'q, M, I, C> Gets<'q, M, I> for C
where
    C: Connection<Backend: Dialect>,
    M: Model + Selectable<C::Backend>,
    AsSelect<M, C::Backend>: Expression,
    M::Table: FindDsl<I>,
    Find<M::Table, I>: SelectDsl<AsSelect<M, C::Backend>>,
    Select<Find<M::Table, I>, AsSelect<M, C::Backend>>: LoadQuery<'q, C, M>,
{
    fn get(&mut self, id: I) -> QueryResult<Option<M>> {
        let row = SelectDsl::select(FindDsl::find(M::table(), id), M::as_select());
        RunQueryDsl::get_result(row, self).optional()
    }
}

/// A connection on which many `M` can be read by their ids of type `K`.
#[diagnostic::on_unimplemented(
    message = "many `{M}` cannot be read by a list of `{K}`",
    label = "not the id of `{M}`",
    note = "give the ids in the Rust type of the primary key; ids that cannot stand in a list of keys are read with `get`",
    note = "`{M}` also needs `#[derive(Queryable, Selectable, Identifiable)]`"
)]
pub trait GetsMany<'q, M, K>: Connection {
    /// The rows, in the order of the ids.
    ///
    /// # Errors
    ///
    /// The database's.
    fn get_many(&mut self, ids: &[K]) -> Result<Vec<Option<M>>>
    where
        M: Clone;
}

type ByKeys<M, K, DB> = Filter<Rows<M, DB>, KeyIn<PrimaryKey<M>, K>>;
pub(super) type PrimaryKey<M> = <<M as diesel::associations::HasTable>::Table as Table>::PrimaryKey;

#[diagnostic::do_not_recommend]
impl<'q, M, K, C> GetsMany<'q, M, K> for C
where
    C: Connection<Backend: Dialect>,
    K: Key,
    M: Model + Selectable<C::Backend>,
    AsSelect<M, C::Backend>: Expression,
    for<'a> &'a M: Identifiable<Id: ParentKey<Key = K>>,
    M::Table: SelectDsl<AsSelect<M, C::Backend>>,
    Rows<M, C::Backend>: FilterDsl<KeyIn<PrimaryKey<M>, K>>,
    PrimaryKey<M>: QueryFragment<C::Backend>,
    C::Backend: KeyList<K, <PrimaryKey<M> as Expression>::SqlType>,
    Again<ByKeys<M, K, C::Backend>>: LoadQuery<'q, C, M>,
{
    fn get_many(&mut self, ids: &[K]) -> Result<Vec<Option<M>>>
    where
        M: Clone,
    {
        let (slots, keys) = Slots::new(ids.iter().cloned().map(Some), None);
        let Some(keys) = keys else { return Ok(Vec::new()) };
        let column = column_name::<C::Backend>(&M::table().primary_key());
        let by_keys = KeyIn::new(M::table().primary_key(), keys.clone(), Home::unknown);
        let by_keys = FilterDsl::filter(rows::<M, C::Backend>(), by_keys);
        let batch =
            Batch::new::<C::Backend>(by_keys, keys, C::Backend::types(), Strategy::Auto, &column, Home::unknown)?;
        let mut found: Vec<Option<M>> = (0..slots.len()).map(|_| None).collect();
        for chunk in 0..batch.chunks::<C::Backend>() {
            batch.show(chunk);
            for row in RunQueryDsl::load::<M>(batch.again(), self)? {
                // A collation can match a row whose key is another one in Rust: it is nobody's.
                let slot = (&row).id().into_key().and_then(|key| slots.slot(&key));
                if let Some(place) = slot.and_then(|slot| found.get_mut(slot)) {
                    *place = Some(row);
                }
            }
        }
        // A row is moved to the last that asks for it, and cloned for those before.
        let mut asked = vec![0_usize; found.len()];
        for slot in slots.of_parents().flatten() {
            if let Some(asked) = asked.get_mut(slot) {
                *asked += 1;
            }
        }
        let mut row = |slot: usize| {
            let (left, row) = (asked.get_mut(slot)?, found.get_mut(slot)?);
            *left -= 1;
            if *left == 0 { row.take() } else { row.clone() }
        };
        Ok(slots.of_parents().map(|slot| slot.and_then(&mut row)).collect())
    }
}

/// A connection on which the rows of `M` can be filtered by `P`.
#[diagnostic::on_unimplemented(
    message = "this predicate cannot filter the rows of `{M}`",
    label = "not a condition on the table of `{M}`",
    note = "a predicate is a condition on columns of the model's own table, such as `users::email.eq(\"..\")`",
    note = "`{M}` also needs `#[derive(Queryable, Selectable)]`"
)]
pub trait Finds<'q, M, P>: Connection {
    /// At most two rows.
    ///
    /// # Errors
    ///
    /// The database's.
    fn first_two(&mut self, predicate: P) -> QueryResult<Vec<M>>;

    /// All rows.
    ///
    /// # Errors
    ///
    /// The database's.
    fn list(&mut self, predicate: P) -> QueryResult<Vec<M>>;
}

#[diagnostic::do_not_recommend]
impl<'q, M, P, C> Finds<'q, M, P> for C
where
    C: Connection<Backend: Dialect>,
    M: Model + Selectable<C::Backend>,
    AsSelect<M, C::Backend>: Expression,
    M::Table: SelectDsl<AsSelect<M, C::Backend>>,
    Rows<M, C::Backend>: FilterDsl<P>,
    Filter<Rows<M, C::Backend>, P>: LoadQuery<'q, C, M> + LimitDsl,
    Limit<Filter<Rows<M, C::Backend>, P>>: LoadQuery<'q, C, M>,
{
    fn first_two(&mut self, predicate: P) -> QueryResult<Vec<M>> {
        RunQueryDsl::load(LimitDsl::limit(FilterDsl::filter(rows::<M, C::Backend>(), predicate), 2), self)
    }

    fn list(&mut self, predicate: P) -> QueryResult<Vec<M>> {
        RunQueryDsl::load(FilterDsl::filter(rows::<M, C::Backend>(), predicate), self)
    }
}

/// A connection on which the rows of `M` for which `P` holds can be counted.
#[diagnostic::on_unimplemented(
    message = "this predicate cannot filter the rows of `{M}`",
    label = "not a condition on the table of `{M}`",
    note = "a predicate is a condition on columns of the model's own table, such as `users::email.eq(\"..\")`"
)]
pub trait Counts<'q, M, P>: Connection {
    /// Whether there is one.
    ///
    /// # Errors
    ///
    /// The database's.
    fn exists(&mut self, predicate: P) -> QueryResult<bool>;

    /// How many there are.
    ///
    /// # Errors
    ///
    /// The database's.
    fn count(&mut self, predicate: P) -> QueryResult<i64>;
}

#[diagnostic::do_not_recommend]
impl<'q, M, P, C> Counts<'q, M, P> for C
where
    C: Connection<Backend: Dialect>,
    M: Model,
    M::Table: FilterDsl<P>,
    Filter<M::Table, P>: SelectDsl<CountStar>,
    Select<Filter<M::Table, P>, CountStar>: LoadQuery<'q, C, i64>,
    exists<Filter<M::Table, P>>: Expression,
    select<exists<Filter<M::Table, P>>>: LoadQuery<'q, C, bool> + diesel::query_builder::AsQuery,
{
    fn exists(&mut self, predicate: P) -> QueryResult<bool> {
        RunQueryDsl::get_result(diesel::select(exists(FilterDsl::filter(M::table(), predicate))), self)
    }

    fn count(&mut self, predicate: P) -> QueryResult<i64> {
        RunQueryDsl::get_result(SelectDsl::select(FilterDsl::filter(M::table(), predicate), count_star()), self)
    }
}
