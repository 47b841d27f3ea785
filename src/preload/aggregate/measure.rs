//! What is computed, and of which SQL type it is.

use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{
    BigInt, Bool, Date, Double, Float, Integer, Interval, IntoNullable, Nullable, Numeric, SmallInt, SqlType, Text,
    Time, Timestamp, TinyInt, is_nullable,
};

use crate::backend::Dialect;

/// A function of the children of one parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Count,
    Exists,
    Sum(Sums),
    Average(Sums),
    Max,
    Min,
}

/// What numbers are added up as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sums {
    /// As the database does.
    Plain,
    /// As 64-bit integers, where the database would widen them to decimals.
    BigInts,
    /// Decimals: sum and average are exact.
    Decimals,
}

impl Function {
    /// SQL before and after the column.
    pub(super) fn around<DB: Dialect>(self) -> (&'static str, &'static str) {
        match self {
            Function::Count => ("COUNT(", ")"),
            Function::Exists => ("", ""),
            Function::Sum(Sums::BigInts) => DB::BIG_SUM,
            Function::Sum(Sums::Plain | Sums::Decimals) => ("SUM(", ")"),
            Function::Average(Sums::Plain | Sums::BigInts) => DB::AVERAGE,
            Function::Average(Sums::Decimals) => ("AVG(", ")"),
            Function::Max => ("MAX(", ")"),
            Function::Min => ("MIN(", ")"),
        }
    }
}

/// What an aggregate of the expression `E` is.
pub trait Measure<E> {
    /// Its SQL type.
    type SqlType: SqlType;
    /// The function.
    const FUNCTION: Computed;
}

/// A function, opaque.
#[derive(Debug, Clone, Copy)]
pub struct Computed(pub(crate) Function);

/// The number of children.
#[derive(Debug, Clone, Copy)]
pub struct Count;
/// Whether there is a child.
#[derive(Debug, Clone, Copy)]
pub struct Exists;
/// The sum of a column.
#[derive(Debug, Clone, Copy)]
pub struct Sum;
/// The average of a column.
#[derive(Debug, Clone, Copy)]
pub struct Average;
/// The largest value of a column.
#[derive(Debug, Clone, Copy)]
pub struct Max;
/// The smallest value of a column.
#[derive(Debug, Clone, Copy)]
pub struct Min;

impl Measure<Rows> for Count {
    type SqlType = BigInt;
    const FUNCTION: Computed = Computed(Function::Count);
}
impl Measure<Rows> for Exists {
    type SqlType = Bool;
    const FUNCTION: Computed = Computed(Function::Exists);
}
impl<E: Expression<SqlType: Numbers>> Measure<E> for Sum {
    type SqlType = Nullable<<E::SqlType as Numbers>::Sum>;
    const FUNCTION: Computed = Computed(Function::Sum(<E::SqlType as Numbers>::SUMS));
}
impl<E: Expression<SqlType: Numbers>> Measure<E> for Average {
    type SqlType = Nullable<<E::SqlType as Numbers>::Average>;
    const FUNCTION: Computed = Computed(Function::Average(<E::SqlType as Numbers>::SUMS));
}
impl<E: Expression<SqlType: Ordered + IntoNullable<Nullable: SqlType>>> Measure<E> for Max {
    type SqlType = <E::SqlType as IntoNullable>::Nullable;
    const FUNCTION: Computed = Computed(Function::Max);
}
impl<E: Expression<SqlType: Ordered + IntoNullable<Nullable: SqlType>>> Measure<E> for Min {
    type SqlType = <E::SqlType as IntoNullable>::Nullable;
    const FUNCTION: Computed = Computed(Function::Min);
}

/// SQL types that can be added up.
#[diagnostic::on_unimplemented(
    message = "a column of type `{Self}` has no sum and no average",
    note = "numbers have: integers, floats, decimals"
)]
pub trait Numbers: SqlType {
    /// The type of a sum: 64-bit for integers of every width; too large a sum is the database's error.
    type Sum: SqlType<IsNull = is_nullable::NotNull>;
    /// The type of an average: `Double`, and `Numeric` for decimals.
    type Average: SqlType<IsNull = is_nullable::NotNull>;
    /// What they are added up as.
    const SUMS: Sums;
}

macro_rules! numbers {
    ($($ST:ty => $Sum:ty, $Average:ty, $sums:ident;)*) => {$(
        impl $crate::preload::aggregate::measure::Numbers for $ST {
            type Sum = $Sum;
            type Average = $Average;
            const SUMS: $crate::preload::aggregate::measure::Sums = $crate::preload::aggregate::measure::Sums::$sums;
        }
    )*};
}
#[cfg(feature = "mysql")]
pub(crate) use numbers;

numbers! {
    TinyInt => BigInt, Double, Plain;
    SmallInt => BigInt, Double, Plain;
    Integer => BigInt, Double, Plain;
    BigInt => BigInt, Double, BigInts;
    Float => Float, Double, Plain;
    Double => Double, Double, Plain;
    Numeric => Numeric, Numeric, Decimals;
}

impl<ST: Numbers + SqlType<IsNull = is_nullable::NotNull>> Numbers for Nullable<ST> {
    type Sum = ST::Sum;
    type Average = ST::Average;
    const SUMS: Sums = ST::SUMS;
}

/// SQL types with an order. Diesel's own [`SqlOrd`](diesel::sql_types::SqlOrd) leaves decimals out.
#[diagnostic::on_unimplemented(
    message = "a column of type `{Self}` has no largest and no smallest value",
    note = "numbers, text, dates and times have; for a type of your own: `impl turbodiesel::preload::aggregate::measure::Ordered for {Self} {{}}`"
)]
pub trait Ordered: SqlType {}

macro_rules! ordered {
    ($($ST:ty,)*) => {$(
        impl $crate::preload::aggregate::measure::Ordered for $ST {}
    )*};
}
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) use ordered;

ordered! {
    TinyInt, SmallInt, Integer, BigInt, Float, Double, Numeric, Text, Date, Time, Timestamp, Interval,
}

impl<ST: Ordered + SqlType<IsNull = is_nullable::NotNull>> Ordered for Nullable<ST> {}

/// The rows themselves, where no column is named: `COUNT(*)`.
#[derive(Debug, Clone, Copy)]
pub struct Rows;

impl Expression for Rows {
    type SqlType = BigInt;
}
impl<QS> AppearsOnTable<QS> for Rows {}
impl<QS> SelectableExpression<QS> for Rows {}
impl<GB> ValidGrouping<GB> for Rows {
    type IsAggregate = is_aggregate::Never;
}
impl QueryId for Rows {
    type QueryId = Rows;
}
impl<DB: diesel::backend::Backend> QueryFragment<DB> for Rows {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("*");
        Ok(())
    }
}
