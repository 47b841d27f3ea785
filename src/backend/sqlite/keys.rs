//! Key lists on SQLite: one JSON text, whatever their number.

use std::any::TypeId;

use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;
use diesel::sql_types::{self, Text};
use diesel::sqlite::Sqlite;

use crate::backend::keys::{push_binds, push_columns, push_run};
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

    // The planner cannot know how many rows a list or a run has: it always searches the index, which for most of a table is
    // several times as long as reading it. And a search for each of many keys jumps about, where rows in their order do not.
    // Each row that is read is looked up in a list, but only compared with the ends of a run.
    fn choose(keys: usize, highest: usize, run: bool) -> Strategy {
        let most = highest / keys.max(1) < if run { 5 } else { 2 };
        if most { Strategy::Scan } else { Strategy::RowOrder }
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
// `posts`.`author_id` BETWEEN ? AND ?
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
        let types = K::Columns::types();
        let strategy = keys.strategy::<Self>(&types);
        let within = match strategy {
            Strategy::Binds => return push_binds::<K, ST, Self>(columns, keys, out),
            Strategy::RowOrder => row_order(home()),
            // +(`posts`.`author_id` IN (SELECT value FROM json_each(?))): the plus keeps the index out of it, and leaves
            // affinity and collation of the column alone.
            Strategy::Scan => Some("+(".to_owned()),
            _ => None,
        };
        if let Some(within) = &within {
            out.push_sql(within);
        }
        if let Some(run) = keys.run(&types) {
            push_run::<K, ST, Self>(columns, run, out.reborrow())?;
        } else {
            push_columns::<K, Self>(columns, out.reborrow())?;
            out.push_sql(" IN (SELECT ");
            push_parts::<K>("value", &mut out);
            out.push_sql(" FROM json_each(");
            out.push_bind_param::<Text, _>(keys.shown_json())?;
            out.push_sql("))");
        }
        if within.is_some() {
            out.push_sql(")");
        }
        Ok(())
    }
}

/// `posts`.`id` IN (SELECT `posts`.`id` FROM `posts` WHERE, up to the keys. Rows that are found by that very key come in their
/// order anyway, and without one there is none.
fn row_order(Home { table, column, primary_key }: Home) -> Option<String> {
    let id = primary_key.filter(|id| *id != column)?;
    Some(format!("{id} IN (SELECT {id} FROM {table} WHERE "))
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
