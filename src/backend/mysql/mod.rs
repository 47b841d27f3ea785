//! MySQL and MariaDB: one JSON bind for key lists, OR chains for seeks, values by the type they were sent with.

pub(super) mod constraint;
#[cfg(feature = "repository")]
mod create;
mod decimals;
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
#[cfg(feature = "testing")]
mod testing_restore;

use diesel::deserialize;
use diesel::mysql::Mysql;
#[cfg(feature = "plan")]
use diesel::sql_types::Text;

use super::{Dialect, NullsSort, SeekForm};
#[cfg(feature = "plan")]
use crate::error::Result;
use crate::keyset::stored::{Stored, WireType};
#[cfg(feature = "plan")]
use crate::plan::{Database, How, Node, script::Script};

impl Dialect for Mysql {
    const TAG: u8 = b'm';
    // A row value makes MariaDB read its index from the start; the OR chain is a range.
    const UNIFORM_SEEK: SeekForm = SeekForm::OrChain;
    const MIXED_SEEK: SeekForm = SeekForm::OrChain;
    const FOREIGN_NULLS_SEEK: SeekForm = SeekForm::Segments;
    const NULLS_SORT: NullsSort = NullsSort::Smallest;
    const NULLS_SYNTAX: bool = false;
    const NAME: &'static str = "MySQL";
    const SYSTEM: &'static str = "mysql";
    const NULL_IS_A_LOOKUP: bool = true;
    const NULLS_IN_INDEX: bool = false;
    const EXPRESSIONS_IN_INDEX: bool = false;
    const UNION_OF_PARENTHESES: bool = true;

    fn read_stored(value: Option<Self::RawValue<'_>>) -> deserialize::Result<(Stored, WireType)> {
        value.map_or(Ok((Stored::Null, WireType::default())), stored::read)
    }

    // The next statement would read the rest of the answer as its own.
    #[cfg(feature = "async")]
    const SURVIVES_CANCELLATION: bool = false;
    #[cfg(feature = "plan")]
    const DATABASE: Database = Database::Mysql;

    #[cfg(feature = "plan")]
    fn explain(how: How) -> Result<Script> {
        Ok(plan::script(how))
    }

    #[cfg(feature = "plan")]
    super::lines!(Text, String, |line| line);

    #[cfg(feature = "plan")]
    fn read_plan(raw: &str, _sql: &str) -> Node {
        plan::read(raw)
    }
}
