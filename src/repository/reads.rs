//! What reading asks of the connection: a trait for each kind of derive.

use diesel::OptionalExtension;
use diesel::associations::Identifiable;
use diesel::connection::Connection;
use diesel::dsl::{AsSelect, CountStar, Filter, Find, Limit, exists};
use diesel::expression::{Expression, Selectable};
use diesel::query_builder::QueryFragment;
use diesel::query_dsl::RunQueryDsl;
use diesel::query_dsl::methods::{FilterDsl, FindDsl, LimitDsl, LoadQuery, SelectDsl};
use diesel::result::QueryResult;

use super::statement::{self, Any, ById, ByKeys, Many, Matching, Number, PrimaryKey};
use super::{Model, Rows, rows};
use crate::backend::{Dialect, KeyList};
use crate::error::Result;
use crate::preload::key::{Key, ParentKey};
use crate::preload::plumbing::again::Again;
use crate::preload::plumbing::key_in::KeyIn;

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
    ById<M, I, C::Backend>: LoadQuery<'q, C, M>,
{
    fn get(&mut self, id: I) -> QueryResult<Option<M>> {
        RunQueryDsl::get_result(statement::by_id::<M, I, C::Backend>(id), self).optional()
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
        let Some(mut many) = Many::<M, K, ()>::prepare::<C::Backend>(ids)? else { return Ok(Vec::new()) };
        for number in 0..many.statements::<C::Backend>() {
            let rows = RunQueryDsl::load::<M>(many.statement(number), self)?;
            many.place(rows);
        }
        Ok(many.hand_out())
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
    Matching<M, P, C::Backend>: LoadQuery<'q, C, M> + LimitDsl,
    Limit<Matching<M, P, C::Backend>>: LoadQuery<'q, C, M>,
{
    fn first_two(&mut self, predicate: P) -> QueryResult<Vec<M>> {
        RunQueryDsl::load(statement::first_two::<M, P, C::Backend>(predicate), self)
    }

    fn list(&mut self, predicate: P) -> QueryResult<Vec<M>> {
        RunQueryDsl::load(statement::matching::<M, P, C::Backend>(predicate), self)
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
    Number<M, P>: LoadQuery<'q, C, i64>,
    exists<Filter<M::Table, P>>: Expression,
    Any<M, P>: LoadQuery<'q, C, bool> + diesel::query_builder::AsQuery,
{
    fn exists(&mut self, predicate: P) -> QueryResult<bool> {
        RunQueryDsl::get_result(statement::any::<M, P>(predicate), self)
    }

    fn count(&mut self, predicate: P) -> QueryResult<i64> {
        RunQueryDsl::get_result(statement::number::<M, P>(predicate), self)
    }
}
