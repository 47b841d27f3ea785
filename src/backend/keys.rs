//! How keys are looked up: the SQL types that a list can spell, and the predicate.

use std::any::TypeId;

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;

use super::Dialect;
use crate::preload::Strategy;
use crate::preload::key::{Key, KeyValue, Width};
use crate::preload::plumbing::home::Home;
use crate::preload::plumbing::keys::Keys;
#[allow(unused_imports)] // no backend is on
use crate::preload::plumbing::spell::BindKey;

/// What a backend does differently where it looks up keys.
pub trait KeySql: Backend {
    /// The longest list of keys in one bind, in bytes, where the database has a limit.
    const LONGEST_LIST: Option<usize>;

    /// How the keys of a relation can be sent.
    const STRATEGIES: &'static [Strategy];
    /// From how many keys on it is worth a statement to know the highest key in the column; at least
    /// [`Statements::PROBED`](crate::preload::Statements::PROBED).
    const PROBE_FROM: Option<usize>;

    /// The strategy for so many keys of those up to the highest; `run` where they are all whole numbers from one to another.
    fn choose(keys: usize, highest: usize, run: bool) -> Strategy;

    /// How a key is spelled in a list, by the SQL type of its column.
    fn spelling(column: TypeId) -> Spelling;

    /// The type that a bound key is cast to, where the bind alone would not be compared exactly with a column of this type.
    fn cast(_column: TypeId, _key: KeyValue<'_>) -> Option<String> {
        None
    }
}

/// How a key is spelled in a list of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Spelling {
    /// As an element of an array: as Diesel binds it.
    Array,
    /// A JSON number.
    Number,
    /// A JSON string.
    Text,
    /// A JSON string of hexadecimal digits.
    Hex,
    /// Not exactly: each key is a bind of its own.
    Each,
    /// Not at all, for this reason.
    Refused(&'static str),
}

/// "The columns are one of these keys", for keys of type `K` in columns of SQL type `ST` (without `Nullable`; a tuple where
/// there are several).
#[diagnostic::on_unimplemented(
    message = "keys of type `{K}` cannot be looked up in a column of type `{ST}` on this backend",
    note = "the key's Rust type must be the column's: `i32` for `Integer`, `i64` for `BigInt`, `String` for `Text`"
)]
pub trait KeyList<K, ST>: Dialect {
    /// The SQL types of the columns.
    fn types() -> Vec<TypeId>;

    /// Writes the predicate: the keys that are shown, by their strategy. `home` is the table of the columns.
    fn push_key_list<'b, E: QueryFragment<Self>>(
        columns: &'b E,
        keys: &'b Keys<K>,
        home: fn() -> Home,
        out: AstPass<'_, 'b, Self>,
    ) -> QueryResult<()>;
}

/// Writes `CAST(value AS ty)`.
pub(crate) fn push_cast<'b, DB: Dialect>(
    ty: &str,
    mut out: AstPass<'_, 'b, DB>,
    value: impl FnOnce(AstPass<'_, 'b, DB>) -> QueryResult<()>,
) -> QueryResult<()> {
    out.push_sql("CAST(");
    value(out.reborrow())?;
    out.push_sql(" AS ");
    out.push_sql(ty);
    out.push_sql(")");
    Ok(())
}

/// Writes the columns of a key: `a`, or `(a, b)`.
pub(crate) fn push_columns<'b, K: Key, DB: Dialect>(
    columns: &'b impl QueryFragment<DB>,
    mut out: AstPass<'_, 'b, DB>,
) -> QueryResult<()> {
    let several = K::Columns::COUNT > 1;
    if several {
        out.push_sql("(");
    }
    columns.walk_ast(out.reborrow())?;
    if several {
        out.push_sql(")");
    }
    Ok(())
}

/// Writes `a BETWEEN ? AND ?`: the keys of a run.
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
pub(super) fn push_run<'b, K, ST, DB>(
    column: &'b impl QueryFragment<DB>,
    [first, last]: [&'b K; 2],
    mut out: AstPass<'_, 'b, DB>,
) -> QueryResult<()>
where
    DB: Dialect,
    K: Key<Columns: BindKey<K, ST, DB>>,
{
    column.walk_ast(out.reborrow())?;
    out.push_sql(" BETWEEN ");
    K::Columns::push_key(first, out.reborrow())?;
    out.push_sql(" AND ");
    K::Columns::push_key(last, out)
}

// a IN (?, ?, ..), (a, b) IN ((?, ?), (?, ?), ..)
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
pub(super) fn push_binds<'b, K, ST, DB>(
    columns: &'b impl QueryFragment<DB>,
    keys: &'b Keys<K>,
    mut out: AstPass<'_, 'b, DB>,
) -> QueryResult<()>
where
    DB: Dialect,
    K: Key<Columns: BindKey<K, ST, DB>>,
{
    push_columns::<K, DB>(columns, out.reborrow())?;
    out.push_sql(" IN (");
    for (i, key) in keys.padded().enumerate() {
        if i > 0 {
            out.push_sql(", ");
        }
        K::Columns::push_key(key, out.reborrow())?;
    }
    out.push_sql(")");
    Ok(())
}
