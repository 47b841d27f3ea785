//! PostgreSQL: one array bind for key lists, row values for seeks, values as the bytes of the binary protocol.

pub(super) mod constraint;
#[cfg(feature = "repository")]
mod create;
mod keys;
mod layout;
#[cfg(feature = "migrations")]
mod migrate;
mod per_parent;
#[cfg(feature = "r2d2")]
mod pool;
mod stored;

use diesel::pg::Pg;

use super::{Dialect, NullsSort, SeekForm};

impl Dialect for Pg {
    const TAG: u8 = b'p';
    const UNIFORM_SEEK: SeekForm = SeekForm::RowValue;
    const MIXED_SEEK: SeekForm = SeekForm::Segments;
    const NULLS_SORT: NullsSort = NullsSort::Largest;
    const NULLS_SYNTAX: bool = true;
    const SYSTEM: &'static str = "postgresql";
}
