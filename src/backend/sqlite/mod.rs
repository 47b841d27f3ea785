//! SQLite: one JSON bind for key lists, a range for each key for seeks, values by storage class.

pub(super) mod constraint;
#[cfg(feature = "repository")]
mod create;
mod keys;
#[cfg(feature = "migrations")]
mod migrate;
mod per_parent;
#[cfg(feature = "plan")]
mod plan;
#[cfg(feature = "r2d2")]
mod pool;
mod snapshot;
mod stored;
#[cfg(feature = "testing")]
mod testing;

use diesel::deserialize;
#[cfg(feature = "plan")]
use diesel::sql_types::{Integer, Text};
use diesel::sqlite::Sqlite;

use super::{Dialect, NullsSort, SeekForm};
#[cfg(feature = "plan")]
use crate::error::Result;
use crate::keyset::stored::{Stored, WireType};
#[cfg(feature = "plan")]
use crate::plan::{Database, How, Node, script::Script};

impl Dialect for Sqlite {
    const TAG: u8 = b's';
    // A row value whose last column is the rowid (`id INTEGER PRIMARY KEY`) is a range over the columns before it: every row
    // that shares them with the cursor is read, at each page.
    const UNIFORM_SEEK: SeekForm = SeekForm::Segments;
    const MIXED_SEEK: SeekForm = SeekForm::Segments;
    const FOREIGN_NULLS_SEEK: SeekForm = SeekForm::Segments;
    const NULLS_SORT: NullsSort = NullsSort::Smallest;
    const NULLS_SYNTAX: bool = true;
    const NAME: &'static str = "SQLite";
    const SYSTEM: &'static str = "sqlite";
    const NULL_IS_A_LOOKUP: bool = false;
    const NULLS_IN_INDEX: bool = false;
    const EXPRESSIONS_IN_INDEX: bool = true;
    const UNION_OF_PARENTHESES: bool = false;

    fn read_stored(value: Option<Self::RawValue<'_>>) -> deserialize::Result<(Stored, WireType)> {
        value.map_or(Ok((Stored::Null, WireType::default())), stored::read)
    }

    // The thread that runs a statement is waited for.
    #[cfg(feature = "async")]
    const SURVIVES_CANCELLATION: bool = true;
    #[cfg(feature = "plan")]
    const DATABASE: Database = Database::Sqlite;

    #[cfg(feature = "plan")]
    fn explain(how: How) -> Result<Script> {
        plan::script(how)
    }

    #[cfg(feature = "plan")]
    super::lines!((Integer, Integer, Integer, Text), (i32, i32, i32, String), |(id, parent, unused, detail)| {
        format!("{id}|{parent}|{unused}|{detail}\n")
    });

    #[cfg(feature = "plan")]
    fn read_plan(raw: &str, sql: &str) -> Node {
        plan::read(raw, sql)
    }
}
