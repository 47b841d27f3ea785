//! Key lists on MySQL and MariaDB: one JSON text, read as a table.

use std::any::TypeId;

use diesel::mysql::Mysql;
use diesel::mysql::sql_types::Unsigned;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Binary, Bool, Integer, Numeric, SmallInt, Text, TinyInt};

use super::decimals;
use crate::backend::keys::{push_binds, push_columns, push_run};
use crate::backend::{KeyList, KeySql, Spelling};
use crate::preload::Strategy;
use crate::preload::key::{Key, KeyValue};
use crate::preload::plumbing::home::Home;
use crate::preload::plumbing::keys::Keys;
use crate::preload::plumbing::spell::BindKey;

impl KeySql for Mysql {
    // A packet that is longer than `max_allowed_packet` closes the connection: 4 MB on old servers, 16 and more on others.
    const LONGEST_LIST: Option<usize> = Some(3_500_000);
    const STRATEGIES: &'static [Strategy] = &[Strategy::Search, Strategy::Scan, Strategy::Binds];
    const PROBE_FROM: Option<usize> = Some(1_000);

    // The planner takes every JSON table for one of 40 rows, and searches the index for each: from a third of the keys on that
    // takes longer than to read all rows. It knows how many rows a run has.
    fn choose(keys: usize, highest: usize, run: bool) -> Strategy {
        if !run && highest / keys.max(1) < 4 { Strategy::Scan } else { Strategy::Search }
    }

    // What JSON_TABLE reads exactly; everything else is bound as Diesel binds it.
    fn spelling(column: TypeId) -> Spelling {
        let is = |types: &[TypeId]| types.contains(&column);
        if is_signed(column) || is_unsigned(column) {
            Spelling::Number
        } else if is(&[TypeId::of::<Text>()]) {
            Spelling::Text
        } else if is(&[TypeId::of::<Binary>()]) {
            Spelling::Hex
        } else {
            Spelling::Each
        }
    }

    fn cast(column: TypeId, key: KeyValue<'_>) -> Option<String> {
        (column == TypeId::of::<Numeric>()).then(|| decimals::type_of_key(key))
    }
}

/// A whole number with a sign, or a bool, which is one.
pub(super) fn is_signed(column: TypeId) -> bool {
    let signed = [
        TypeId::of::<Bool>(),
        TypeId::of::<TinyInt>(),
        TypeId::of::<SmallInt>(),
        TypeId::of::<Integer>(),
        TypeId::of::<BigInt>(),
    ];
    signed.contains(&column)
}

pub(super) fn is_unsigned(column: TypeId) -> bool {
    let unsigned = [
        TypeId::of::<Unsigned<TinyInt>>(),
        TypeId::of::<Unsigned<SmallInt>>(),
        TypeId::of::<Unsigned<Integer>>(),
        TypeId::of::<Unsigned<BigInt>>(),
    ];
    unsigned.contains(&column)
}

/// What JSON_TABLE must call a column: it cuts text that is longer and clamps integers that are larger, both silently, so
/// the column is never narrower than a key. `longest` is the longest key; few different columns, so that statements stay
/// cached.
fn json_column(column: TypeId, longest: usize) -> &'static str {
    match Mysql::spelling(column) {
        Spelling::Number if is_unsigned(column) => "BIGINT UNSIGNED",
        Spelling::Number => "BIGINT",
        // Two digits a byte.
        Spelling::Hex => json_text(longest.saturating_mul(2)),
        _ => json_text(longest),
    }
}

fn json_text(longest: usize) -> &'static str {
    match longest {
        0..=255 => "VARCHAR(255)",
        256..=16_000 => "VARCHAR(16000)",
        _ => "LONGTEXT",
    }
}

// `posts`.`author_id` IN (SELECT k.id FROM JSON_TABLE(?, '$[*]' COLUMNS(id BIGINT PATH '$')) k)
// `posts`.`author_id` BETWEEN ? AND ?
// (`a`, `b`) IN (SELECT k.a, k.b FROM JSON_TABLE(?, '$[*]' COLUMNS(a BIGINT PATH '$[0]', b VARCHAR(255) PATH '$[1]')) k)
impl<K, ST> KeyList<K, ST> for Mysql
where
    K: Key<Columns: BindKey<K, ST, Mysql>>,
{
    fn types() -> Vec<TypeId> {
        K::Columns::types()
    }

    fn push_key_list<'b, E: QueryFragment<Self>>(
        columns: &'b E,
        keys: &'b Keys<K>,
        _: fn() -> Home,
        mut out: AstPass<'_, 'b, Self>,
    ) -> QueryResult<()> {
        let types = K::Columns::types();
        let strategy = keys.strategy::<Self>(&types);
        match strategy {
            Strategy::Binds => return push_binds::<K, ST, Self>(columns, keys, out),
            // CASE WHEN `posts`.`author_id` IN (SELECT k.id FROM ..) THEN 1 END: the list becomes a hash that each row is
            // looked up in, where the predicate by itself becomes a search of the index for each key.
            Strategy::Scan => out.push_sql("CASE WHEN "),
            _ => {}
        }
        if let Some(run) = keys.run(&types) {
            push_run::<K, ST, Self>(columns, run, out.reborrow())?;
        } else {
            push_columns::<K, Self>(columns, out.reborrow())?;
            out.push_sql(&format!(" IN (SELECT {} FROM ", json_columns(&types, "k", true)));
            push_json_table(&types, keys, out.reborrow(), " k")?;
            out.push_sql(")");
        }
        if strategy == Strategy::Scan {
            out.push_sql(" THEN 1 END");
        }
        Ok(())
    }
}

/// What the columns of a table of keys are called.
pub(super) fn names(columns: usize) -> &'static [&'static str] {
    if columns > 1 { &["a", "b", "c"] } else { &["id"] }
}

/// `k.id`, `k.a, UNHEX(k.b)`: the columns of a table of keys; `listed` if it is a JSON_TABLE.
pub(super) fn json_columns(types: &[TypeId], table: &str, listed: bool) -> String {
    let column = |(name, ty): (&&str, &TypeId)| match Mysql::spelling(*ty) {
        Spelling::Hex if listed => format!("UNHEX({table}.{name})"),
        _ => format!("{table}.{name}"),
    };
    names(types.len()).iter().zip(types).map(column).collect::<Vec<_>>().join(", ")
}

/// `JSON_TABLE(?, '$[*]' COLUMNS(id BIGINT PATH '$')) k`
pub(super) fn push_json_table<'b, K: Key>(
    types: &[TypeId],
    keys: &'b Keys<K>,
    mut out: AstPass<'_, 'b, Mysql>,
    alias: &str,
) -> QueryResult<()> {
    let longest = keys.longest();
    let declared = names(types.len()).iter().zip(types).enumerate().map(|(i, (name, ty))| {
        let path = if types.len() > 1 { format!("$[{i}]") } else { "$".to_owned() };
        format!("{name} {} PATH '{path}'", json_column(*ty, longest))
    });
    let declared: Vec<_> = declared.collect();
    out.push_sql("JSON_TABLE(");
    out.push_bind_param::<Text, _>(keys.shown_json())?;
    out.push_sql(&format!(", '$[*]' COLUMNS({})){alias}", declared.join(", ")));
    Ok(())
}
