//! SQLite: one JSON bind for key lists, a range for each key for seeks, values by storage class.

pub(super) mod constraint;
#[cfg(feature = "repository")]
mod create;
mod keys;
#[cfg(feature = "migrations")]
mod migrate;
mod per_parent;
#[cfg(feature = "r2d2")]
mod pool;
mod stored;

use diesel::deserialize;
use diesel::sqlite::Sqlite;

use super::{Dialect, NullsSort, SeekForm};
use crate::keyset::stored::{Stored, WireType};

impl Dialect for Sqlite {
    const TAG: u8 = b's';
    // A row value whose last column is the rowid (`id INTEGER PRIMARY KEY`) is a range over the columns before it: every row
    // that shares them with the cursor is read, at each page.
    const UNIFORM_SEEK: SeekForm = SeekForm::Segments;
    const MIXED_SEEK: SeekForm = SeekForm::Segments;
    const FOREIGN_NULLS_SEEK: SeekForm = SeekForm::Segments;
    const NULLS_SORT: NullsSort = NullsSort::Smallest;
    const NULLS_SYNTAX: bool = true;
    const SYSTEM: &'static str = "sqlite";
    const NULLS_IN_INDEX: bool = false;
    const EXPRESSIONS_IN_INDEX: bool = true;
    const UNION_OF_PARENTHESES: bool = false;

    fn read_stored(value: Option<Self::RawValue<'_>>) -> deserialize::Result<(Stored, WireType)> {
        value.map_or(Ok((Stored::Null, WireType::default())), stored::read)
    }
}
