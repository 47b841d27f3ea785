//! What is asked once for each parent: its first children, an aggregate of them.

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;

use super::KeyList;
use crate::preload::plumbing::keys::Keys;

/// A form of the statement that reads the first children of each parent: what
/// [`strategy`](crate::preload::FirstOfEach::strategy) chooses from. All of them give the same rows.
///
/// `query` stands for your own query with the key of one parent, your order, then the primary key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TopN {
    /// `unnest($1) k CROSS JOIN LATERAL (query LIMIT n)`: PostgreSQL, for ten children or fewer.
    Lateral,
    /// The same for primary keys, joined to their rows: PostgreSQL otherwise. Where a parent has fewer children than are
    /// asked for, on average, the planner would sort whole parents to read their rows; the keys it takes from the index.
    LateralKeys,
    /// `json_each(?) k CROSS JOIN json_each((SELECT json_group_array(pk) FROM (query LIMIT n)))`, joined to the rows: SQLite.
    KeyArray,
    /// `(query LIMIT n) UNION ALL (query LIMIT n) ..`, a statement for each 64 parents: MySQL and MariaDB.
    Union,
    /// `JSON_TABLE(? ..) k JOIN c ON c.id = (query LIMIT 1)`: MySQL and MariaDB, for one child of each parent.
    Single,
    /// `ROW_NUMBER() OVER (PARTITION BY fk ORDER BY ..)`: every backend. Reads all children of all parents, so it is for tables
    /// without an index, and for servers that lack the rest.
    Window,
}

/// A form of the statement that computes an aggregate for each parent: what
/// [`strategy`](crate::preload::Aggregate::strategy) chooses from. Both give the same values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AggregateForm {
    /// `SELECT k, (SELECT COUNT(*) .. WHERE fk = k) FROM keys`: a value for each key, read from an index on the foreign key.
    EachKey,
    /// `SELECT fk, COUNT(*) .. WHERE fk IN (keys) GROUP BY fk`: one pass over all children. PostgreSQL for sums and averages
    /// from 1,000 keys on; every backend where there is no index.
    Grouped,
}

/// How the largest and the smallest value of each parent are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Extreme {
    /// `SELECT MAX(c)`
    Function,
    /// `SELECT c .. ORDER BY c DESC LIMIT 1`
    FirstRow,
}

/// SQL text before and after an expression.
pub type Around = (&'static str, &'static str);

/// What a backend does differently where it is asked once for each parent.
pub trait PerParentSql: Backend {
    /// The form for so many children of each parent; `columns` is how many the primary key has.
    fn top_n(limit: u32, offset: u32, columns: usize) -> TopN;

    /// Whether the backend knows a form at all.
    fn knows(form: TopN) -> bool;

    /// How rows are joined to the primary keys that stand before them, in this order.
    const JOIN_ROWS: &'static str;
    /// How the largest and the smallest value are read.
    const EXTREME: Extreme;
    /// From how many keys on sums and averages are grouped in one pass.
    const GROUPS_FROM: usize;
    /// The average of numbers that are no decimals, as a double.
    const AVERAGE: Around;
    /// The sum of BIGINTs, as a BIGINT.
    const BIG_SUM: Around;
}

/// The keys as a table, for statements that ask for each of them.
#[diagnostic::on_unimplemented(
    message = "keys of type `{K}` cannot be asked for one by one in a column of type `{ST}` on this backend",
    note = "the key's Rust type must be the column's: `i32` for `Integer`, `i64` for `BigInt`, `String` for `Text`"
)]
pub trait KeyTable<K, ST>: KeyList<K, ST> + PerParentSql {
    /// Writes the table, `unnest($1) AS _k(v)`.
    fn push_key_table<'b>(keys: &'b Keys<K>, out: AstPass<'_, 'b, Self>) -> QueryResult<()>;

    /// Writes the key of the table's row, `_k.v`, with commas where it has several columns.
    fn push_row_key(keys: &Keys<K>, out: AstPass<'_, '_, Self>) -> QueryResult<()>;

    /// Writes the same as it is compared with these columns.
    fn push_compared_key<'b>(
        _columns: &'b impl QueryFragment<Self>,
        keys: &Keys<K>,
        out: AstPass<'_, 'b, Self>,
    ) -> QueryResult<()> {
        Self::push_row_key(keys, out)
    }

    /// Binds one key: `?`, or `(?, ?)`.
    fn push_bound_key<'b>(key: &'b K, out: AstPass<'_, 'b, Self>) -> QueryResult<()>;

    /// Binds one key as columns of a SELECT: `?`, or `?, ?`.
    fn push_selected_key<'b>(key: &'b K, out: AstPass<'_, 'b, Self>) -> QueryResult<()>;
}
