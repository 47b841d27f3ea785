//! MySQL and MariaDB: one JSON bind for key lists, OR chains for seeks, values by the type they were sent with.

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

use diesel::mysql::Mysql;

use super::{Dialect, NullsSort, SeekForm};

impl Dialect for Mysql {
    const TAG: u8 = b'm';
    // A row value makes MariaDB read its index from the start; the OR chain is a range.
    const UNIFORM_SEEK: SeekForm = SeekForm::OrChain;
    const MIXED_SEEK: SeekForm = SeekForm::OrChain;
    const NULLS_SORT: NullsSort = NullsSort::Smallest;
    const NULLS_SYNTAX: bool = false;
    const SYSTEM: &'static str = "mysql";
}
