//! Key lists on SQLite: one JSON text, whatever their number.

use std::any::TypeId;

use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;
use diesel::sql_types::{self, Text};
use diesel::sqlite::Sqlite;

use crate::backend::keys::{push_binds, push_columns};
use crate::backend::{KeyList, KeySql, Spelling};
use crate::preload::key::{Key, Width};
use crate::preload::plumbing::home::Home;
use crate::preload::plumbing::keys::Keys;
use crate::preload::plumbing::spell::BindKey;
use crate::preload::{Statements, Strategy};

impl KeySql for Sqlite {
    const LONGEST_LIST: Option<usize> = None;
    const STRATEGIES: &'static [Strategy] = &[Strategy::Search, Strategy::RowOrder, Strategy::Scan, Strategy::Binds];
    const PROBE_FROM: Option<usize> = Some(Statements::PROBED);

    // The planner cannot know how long a JSON list is: it always searches the index, which for most of a table is several
    // times as long as reading it. And a search for each of many keys jumps about, where rows in their order do not.
    fn choose(keys: usize, highest: usize) -> Strategy {
        if highest / keys.max(1) < 5 { Strategy::Scan } else { Strategy::RowOrder }
    }

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
        home: fn() -> Home,
        mut out: AstPass<'_, 'b, Self>,
    ) -> QueryResult<()> {
        let strategy = keys.strategy::<Self>(&K::Columns::types());
        match strategy {
            Strategy::Binds => return push_binds::<K, ST, Self>(columns, keys, out),
            // `posts`.`id` IN (SELECT `posts`.`id` FROM `posts` WHERE `posts`.`author_id` IN (SELECT value FROM json_each(?)))
            Strategy::RowOrder => {
                let Home { table, primary_key, .. } = home();
                let id = primary_key.unwrap_or_default();
                out.push_sql(&format!("{id} IN (SELECT {id} FROM {table} WHERE "));
            }
            // +(`posts`.`author_id` IN (SELECT value FROM json_each(?))): the plus keeps the index out of it, and leaves
            // affinity and collation of the column alone.
            Strategy::Scan => out.push_sql("+("),
            _ => {}
        }
        push_columns::<K, Self>(columns, out.reborrow())?;
        out.push_sql(" IN (SELECT ");
        push_parts::<K>("value", &mut out);
        out.push_sql(" FROM json_each(");
        out.push_bind_param::<Text, _>(keys.shown_json())?;
        out.push_sql("))");
        if matches!(strategy, Strategy::RowOrder | Strategy::Scan) {
            out.push_sql(")");
        }
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
