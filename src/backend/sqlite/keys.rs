//! Key lists on SQLite: one JSON text, whatever their number.

use std::any::TypeId;

use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;
use diesel::sql_types::{self, Text};
use diesel::sqlite::Sqlite;

use crate::backend::keys::{push_binds, push_columns};
use crate::backend::{KeyList, KeySql, Spelling};
use crate::preload::key::{Key, Width};
use crate::preload::plumbing::keys::{Form, Keys};
use crate::preload::plumbing::spell::BindKey;

impl KeySql for Sqlite {
    const LONGEST_LIST: Option<usize> = None;
    const CHAR_LOSES_BLANKS: bool = false;

    // JSON spells integers and text as SQLite stores them. (A JSON number never equals a TEXT column, so the spelling follows
    // the column.) Bytes would need `unhex`, which is younger than many installed libraries, and a date is whatever its writer
    // made of it: those are bound as Diesel binds them.
    fn spelling(column: TypeId) -> Spelling {
        let is = |types: &[TypeId]| types.contains(&column);
        if is(&[
            TypeId::of::<sql_types::Bool>(),
            TypeId::of::<sql_types::SmallInt>(),
            TypeId::of::<sql_types::Integer>(),
            TypeId::of::<sql_types::BigInt>(),
        ]) {
            Spelling::Number
        } else if is(&[TypeId::of::<Text>()]) {
            Spelling::Text
        } else if is(&[TypeId::of::<sql_types::Numeric>()]) {
            Spelling::Refused("it keeps decimals as floats, so that two of them can be one; use text or an integer")
        } else {
            Spelling::Each
        }
    }
}

// `posts`.`author_id` IN (SELECT value FROM json_each(?))
// (`a`, `b`) IN (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?))
impl<K, ST> KeyList<K, ST> for Sqlite
where
    K: Key<Columns: BindKey<K, ST, Sqlite>>,
{
    fn types() -> Vec<TypeId> {
        K::Columns::types()
    }

    fn push_key_list<'b, E: QueryFragment<Self>>(
        columns: &'b E,
        keys: &'b Keys<K>,
        mut out: AstPass<'_, 'b, Self>,
    ) -> QueryResult<()> {
        if keys.form::<Self>(&K::Columns::types()) == Form::Binds {
            return push_binds::<K, ST, Self>(columns, keys, out);
        }
        push_columns::<K, Self>(columns, out.reborrow())?;
        out.push_sql(" IN (SELECT ");
        push_parts::<K>("value", &mut out);
        out.push_sql(" FROM json_each(");
        out.push_bind_param::<Text, _>(keys.shown_json())?;
        out.push_sql("))");
        Ok(())
    }
}

/// `value`, or `json_extract(value, '$[0]'), json_extract(value, '$[1]')`: a key of a JSON list.
pub(super) fn push_parts<K: Key>(value: &str, out: &mut AstPass<'_, '_, Sqlite>) {
    match K::Columns::COUNT {
        1 => out.push_sql(value),
        several => {
            let parts: Vec<_> = (0..several).map(|i| format!("json_extract({value}, '$[{i}]')")).collect();
            out.push_sql(&parts.join(", "));
        }
    }
}
