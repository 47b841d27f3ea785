//! A row of a page's statement: what the user selected, then the keys.

use std::marker::PhantomData;

use diesel::sql_types::{SingleValue, SqlType, is_nullable};

use super::plan::Role;
use super::stored::{Stored, WireType};

/// The SQL type of a row of type `ST` with keys behind it. How many they are is known when the statement is written.
#[derive(Debug, Clone, Copy)]
pub struct Keyed<ST>(PhantomData<ST>);

impl<ST: 'static> SqlType for Keyed<ST> {
    type IsNull = is_nullable::NotNull;
    const IS_ARRAY: bool = false;
}
impl<ST: 'static> SingleValue for Keyed<ST> {}

impl<T> KeyedRow<T> {
    /// What the row is for, where the statement says so behind the keys.
    pub(super) fn take_role(&mut self) -> Option<Role> {
        let number = match self.keys.pop()?.0 {
            Stored::Int(int) => u8::try_from(int).ok()?,
            Stored::Unsigned(int) => u8::try_from(int).ok()?,
            Stored::Bytes(bytes) => *bytes.last()?,
            _ => return None,
        };
        [Role::Behind, Role::Ahead, Role::Page].into_iter().find(|role| *role as u8 == number)
    }
}

/// A row with its keys.
#[derive(Debug, Clone)]
pub struct KeyedRow<T> {
    pub(super) row: T,
    pub(super) keys: Vec<(Stored, WireType)>,
}

// What the row is made of is told to the client library; the keys come as the server sends them.
macro_rules! keyed {
    ($($feature:literal $DB:ty;)+) => {$(
        #[cfg(feature = $feature)]
        impl<ST> diesel::expression::QueryMetadata<Keyed<ST>> for $DB
        where
            $DB: diesel::expression::QueryMetadata<ST>,
        {
            fn row_metadata(
                lookup: &mut Self::MetadataLookup,
                out: &mut Vec<Option<<$DB as diesel::sql_types::TypeMetadata>::TypeMetadata>>,
            ) {
                <$DB as diesel::expression::QueryMetadata<ST>>::row_metadata(lookup, out);
            }
        }

        #[cfg(feature = $feature)]
        impl<T, ST> diesel::deserialize::FromSqlRow<Keyed<ST>, $DB> for KeyedRow<T>
        where
            T: diesel::deserialize::StaticallySizedRow<ST, $DB>,
        {
            fn build_from_row<'a>(row: &impl diesel::row::Row<'a, $DB>) -> diesel::deserialize::Result<Self> {
                use crate::backend::Dialect;

                let keys = (T::FIELD_COUNT..row.field_count())
                    .filter_map(|column| row.get(column))
                    .map(|field| <$DB>::read_stored(diesel::row::Field::<$DB>::value(&field)))
                    .collect::<Result<_, _>>()?;
                Ok(KeyedRow { row: T::build_from_row(row)?, keys })
            }
        }
    )+};
}
keyed! {
    "sqlite" diesel::sqlite::Sqlite;
    "postgres" diesel::pg::Pg;
    "mysql" diesel::mysql::Mysql;
}
