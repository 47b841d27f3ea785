//! PostgreSQL: one array bind for key lists, row values for seeks, values as the bytes of the binary protocol.

mod blanks;
pub(super) mod constraint;
#[cfg(feature = "repository")]
mod create;
mod keys;
mod layout;
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
use diesel::pg::Pg;
#[cfg(feature = "plan")]
use diesel::sql_types::Text;

use super::{Dialect, NullsSort, SeekForm};
#[cfg(feature = "plan")]
use crate::error::Result;
use crate::keyset::stored::{Stored, WireType};
#[cfg(feature = "plan")]
use crate::plan::{Database, How, Node, script::Script};

impl Dialect for Pg {
    const TAG: u8 = b'p';
    const UNIFORM_SEEK: SeekForm = SeekForm::RowValue;
    const MIXED_SEEK: SeekForm = SeekForm::Segments;
    const FOREIGN_NULLS_SEEK: SeekForm = SeekForm::Segments;
    const NULLS_SORT: NullsSort = NullsSort::Largest;
    const NULLS_SYNTAX: bool = true;
    const NAME: &'static str = "PostgreSQL";
    const SYSTEM: &'static str = "postgresql";
    const NULL_IS_A_LOOKUP: bool = false;
    const NULLS_IN_INDEX: bool = true;
    const EXPRESSIONS_IN_INDEX: bool = true;
    const UNION_OF_PARENTHESES: bool = true;

    fn read_stored(value: Option<Self::RawValue<'_>>) -> deserialize::Result<(Stored, WireType)> {
        value.map_or(Ok((Stored::Null, WireType::default())), stored::read)
    }

    // What nobody waits for any more is read to its end all the same, by the task that reads the socket.
    #[cfg(feature = "async")]
    const SURVIVES_CANCELLATION: bool = true;
    #[cfg(feature = "plan")]
    const DATABASE: Database = Database::Postgres;

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
