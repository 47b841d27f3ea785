//! A position in values of the program: `.after_values((moment, 0))`.

use diesel::expression::{AsExpression, Expression};
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;
use diesel::sql_types::{Nullable, SingleValue, SqlType, is_nullable};

use super::key::SeekKey;
use super::ordering::{Ordering, OrderingOn};
use crate::backend::Dialect;

/// A value for a key of SQL type `ST`: what Diesel takes for it, and an `Option` of that where the key may be NULL.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value of a key of type `{ST}`",
    note = "a key takes what its column takes, and an `Option` of that where it may be NULL"
)]
pub trait IntoKeyValue<ST, IsNull> {
    /// The bind.
    type Expr;

    /// The bind, or NULL.
    fn into_value(self) -> Option<Self::Expr>;
}

impl<ST: SqlType + SingleValue, V: AsExpression<ST>> IntoKeyValue<ST, is_nullable::NotNull> for V {
    type Expr = V::Expression;

    fn into_value(self) -> Option<Self::Expr> {
        Some(self.as_expression())
    }
}

impl<ST: SqlType + SingleValue, V: AsExpression<ST>> IntoKeyValue<Nullable<ST>, is_nullable::IsNullable> for Option<V>
where
    Nullable<ST>: SqlType,
{
    type Expr = V::Expression;

    fn into_value(self) -> Option<Self::Expr> {
        self.map(V::as_expression)
    }
}

/// A value for each key of the ordering `O`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a position in this ordering",
    note = "a position is a tuple with a value for each key, in their order: `.after_values((moment, 0))`, `.after_values((5,))`"
)]
pub trait KeyValues<O> {
    /// The binds.
    type Values;

    /// The binds.
    fn into_values(self) -> Self::Values;
}

/// Values on a backend.
pub trait ValuesOn<DB: Dialect> {
    /// That of a key.
    fn value(&self, key: usize) -> Option<&dyn GivenValue<DB>>;
}

/// A value without its type.
pub trait GivenValue<DB: Dialect> {
    /// Whether it is NULL.
    fn is_null(&self) -> bool;

    /// Writes it as a bind.
    fn push<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()>;
}

impl<DB: Dialect, E: Expression + QueryFragment<DB>> GivenValue<DB> for Option<E> {
    fn is_null(&self) -> bool {
        self.is_none()
    }

    fn push<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        match self {
            Some(value) => value.walk_ast(out),
            None => {
                out.push_sql("NULL");
                Ok(())
            }
        }
    }
}

/// An ordering with a position in it.
#[derive(Debug, Clone, Copy)]
pub struct Positioned<O, V> {
    pub(super) ordering: O,
    pub(super) values: V,
}

impl<O: Ordering, V> Ordering for Positioned<O, V> {
    type Exprs = O::Exprs;
}

impl<DB: Dialect, O: OrderingOn<DB>, V: ValuesOn<DB>> OrderingOn<DB> for Positioned<O, V> {
    fn keys(&self) -> Vec<&dyn SeekKey<DB>> {
        self.ordering.keys()
    }

    fn given(&self, key: usize) -> Option<&dyn GivenValue<DB>> {
        self.values.value(key)
    }
}
