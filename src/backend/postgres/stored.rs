//! Stored values on PostgreSQL: the bytes of the binary protocol.

use std::any::TypeId;
use std::io::Write;

use diesel::backend::Backend;
use diesel::deserialize;
use diesel::pg::{Pg, sql_types as pg_types};
use diesel::query_builder::AstPass;
use diesel::result::QueryResult;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{self, HasSqlType};

use super::layout::Layout;
use crate::backend::StoredKey;
use crate::keyset::stored::{Stored, WireType};

/// The bytes, whatever their type.
pub(super) fn read(value: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<(Stored, WireType)> {
    Ok((Stored::Bytes(value.as_bytes().to_vec()), WireType(value.get_oid().get())))
}

impl<ST> ToSql<ST, Pg> for Stored {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let Stored::Bytes(bytes) = self else { return Ok(serialize::IsNull::Yes) };
        out.write_all(bytes)?;
        Ok(serialize::IsNull::No)
    }
}

impl<ST: 'static> StoredKey<ST> for Pg
where
    Pg: HasSqlType<ST>,
{
    fn canonical(value: Stored) -> Option<Stored> {
        let Stored::Bytes(bytes) = value else { return None };
        layout::<ST>().canonical(bytes).map(Stored::Bytes)
    }

    // CHAR(n) and citext look like Text to Diesel, and a bind of type text would be compared as text: without the padding,
    // with the case.
    fn misfit(wire: WireType) -> Option<&'static str> {
        let [text, varchar, name] = [25, 1043, 19];
        if TypeId::of::<ST>() != TypeId::of::<sql_types::Text>() || [text, varchar, name].contains(&wire.0) {
            return None;
        }
        Some(match wire.0 {
            1042 => {
                "a CHAR(n) column compares its text without the padding that it sorts by; cast it, `asc(sql::<Text>(\"code::text\"))`"
            }
            _ => {
                "the column is not of type text, and sorts otherwise than its text compares; a citext column is `Citext` in the \
                  schema; cast any other, `asc(sql::<Text>(\"kind::text\"))`"
            }
        })
    }

    fn push_stored<'b>(value: &'b Stored, mut out: AstPass<'_, 'b, Self>) -> QueryResult<()> {
        out.push_bind_param::<ST, _>(value)
    }
}

fn layout<ST: 'static>() -> Layout {
    let declared = TypeId::of::<ST>();
    let is = |types: &[TypeId]| types.contains(&declared);
    if is(&[TypeId::of::<sql_types::Text>(), TypeId::of::<pg_types::Citext>(), TypeId::of::<sql_types::Json>()]) {
        Layout::Text
    } else if is(&[TypeId::of::<sql_types::Binary>()]) {
        Layout::Any
    } else if is(&[TypeId::of::<sql_types::Bool>()]) {
        Layout::Bool
    } else if is(&[TypeId::of::<pg_types::CChar>()]) {
        Layout::Fixed(1)
    } else if is(&[TypeId::of::<sql_types::SmallInt>()]) {
        Layout::Fixed(2)
    } else if is(&[TypeId::of::<sql_types::Integer>(), TypeId::of::<pg_types::Oid>()]) {
        Layout::Fixed(4)
    } else if is(&[
        TypeId::of::<sql_types::BigInt>(),
        TypeId::of::<pg_types::Money>(),
        TypeId::of::<pg_types::MacAddr8>(),
        TypeId::of::<pg_types::PgLsn>(),
    ]) {
        Layout::Fixed(8)
    } else if is(&[TypeId::of::<pg_types::Uuid>(), TypeId::of::<sql_types::Interval>()]) {
        Layout::Fixed(16)
    } else if is(&[TypeId::of::<pg_types::MacAddr>()]) {
        Layout::Fixed(6)
    } else if is(&[TypeId::of::<sql_types::Float>()]) {
        Layout::Float
    } else if is(&[TypeId::of::<sql_types::Double>()]) {
        Layout::Double
    } else if is(&[TypeId::of::<sql_types::Numeric>()]) {
        Layout::Numeric
    } else if is(&[TypeId::of::<sql_types::Date>()]) {
        Layout::Date
    } else if is(&[TypeId::of::<sql_types::Time>()]) {
        Layout::Time
    } else if is(&[TypeId::of::<sql_types::Timestamp>(), TypeId::of::<pg_types::Timestamptz>()]) {
        Layout::Timestamp
    } else {
        Layout::Any
    }
}
