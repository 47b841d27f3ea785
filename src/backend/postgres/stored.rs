//! Stored values on PostgreSQL: the bytes of the binary protocol.

use std::any::TypeId;
use std::io::Write;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql};
use diesel::pg::{Pg, sql_types as pg_types};
use diesel::query_builder::AstPass;
use diesel::result::QueryResult;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{self, HasSqlType};

use crate::backend::StoredKey;
use crate::keyset::stored::Stored;

impl<ST> FromSql<ST, Pg> for Stored {
    fn from_sql(value: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Stored::Bytes(value.as_bytes().to_vec()))
    }

    fn from_nullable_sql(value: Option<<Pg as Backend>::RawValue<'_>>) -> deserialize::Result<Self> {
        value.map_or(Ok(Stored::Null), <Self as FromSql<ST, Pg>>::from_sql)
    }
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
    // The binary form of these types is fixed; the server itself checks that of all others before it reads them.
    fn accepts(value: &Stored) -> bool {
        let bytes = match value {
            Stored::Null => return true,
            Stored::Bytes(bytes) => bytes,
            _ => return false,
        };
        let declared = TypeId::of::<ST>();
        let is = |types: &[TypeId]| types.contains(&declared);
        if is(&[TypeId::of::<sql_types::Text>(), TypeId::of::<pg_types::Citext>()]) {
            return std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0'));
        }
        let width = if is(&[TypeId::of::<sql_types::Bool>(), TypeId::of::<pg_types::CChar>()]) {
            1
        } else if is(&[TypeId::of::<sql_types::SmallInt>()]) {
            2
        } else if is(&[
            TypeId::of::<sql_types::Integer>(),
            TypeId::of::<sql_types::Float>(),
            TypeId::of::<sql_types::Date>(),
            TypeId::of::<pg_types::Oid>(),
        ]) {
            4
        } else if is(&[
            TypeId::of::<sql_types::BigInt>(),
            TypeId::of::<sql_types::Double>(),
            TypeId::of::<sql_types::Time>(),
            TypeId::of::<sql_types::Timestamp>(),
            TypeId::of::<pg_types::Timestamptz>(),
            TypeId::of::<pg_types::Money>(),
        ]) {
            8
        } else if is(&[TypeId::of::<pg_types::Uuid>(), TypeId::of::<sql_types::Interval>()]) {
            16
        } else {
            return true;
        };
        bytes.len() == width
    }

    fn push_stored<'b>(value: &'b Stored, mut out: AstPass<'_, 'b, Self>) -> QueryResult<()> {
        out.push_bind_param::<ST, _>(value)
    }
}
