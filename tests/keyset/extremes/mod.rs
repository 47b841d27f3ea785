//! The values at the edges of every type that a database has: pages through them are the database's own list.

mod collations;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
mod sqlite;

use crate::support::prelude::*;

diesel::table! {
    extremes (id) {
        id -> Integer,
    }
}

#[derive(Debug, Queryable, Selectable)]
struct Extreme {
    id: i32,
}

/// A table with a column `v` of this type: each literal twice, for ties, and four NULLs.
fn table(column: &str, literals: &[&str]) -> String {
    let rows: Vec<String> = [literals, &["NULL"], literals, &["NULL", "NULL", "NULL"]]
        .concat()
        .iter()
        .enumerate()
        .map(|(id, literal)| format!("({id}, {literal})"))
        .collect();
    format!(
        "DROP TABLE IF EXISTS extremes; CREATE TABLE extremes (id INTEGER PRIMARY KEY, v {column});
         INSERT INTO extremes (id, v) VALUES {}",
        rows.join(", ")
    )
}

/// Walks the table above by `$key`, an expression of SQL type `$ST`, both ways, in pages of every size; `$between` is done
/// between two pages.
macro_rules! walk {
    ($conn:expr, $key:literal: $ST:ty, $column:expr, $literals:expr $(, between $between:expr)?) => {{
        let conn: &mut _ = $conn;
        go!(conn.batch_execute(&super::table($column, $literals)))?;
        let rows = 2 * $literals.len() as u32 + 4;
        for descending in [false, true] {
            let key = || diesel::dsl::sql::<diesel::sql_types::Nullable<$ST>>($key);
            let ordering = || (if descending { desc(key()) } else { asc(key()) }, asc(extremes::id));
            let order_by = format!("{}{}, id", $key, if descending { " DESC" } else { "" });
            let order = diesel::dsl::sql::<diesel::sql_types::Integer>(&order_by);
            let all: Vec<i32> = go!(extremes::table.select(extremes::id).order(order).load(conn))?;
            assert_eq!(all.len(), rows as usize, "{order_by}");
            for size in 1..=rows + 1 {
                let page = || extremes::table.select(Extreme::as_select()).keyset(ordering());
                let (mut forward, mut cursor) = (vec![], None::<Cursor>);
                loop {
                    let page = go!(page().first(size).after(cursor.as_ref()).load(conn))?;
                    forward.extend(page.items().iter().map(|row| row.id));
                    assert!(forward.len() <= all.len(), "{} repeats rows", $column);
                    let Some(next) = page.next_cursor() else { break };
                    cursor = Some(next.to_string().parse()?);
                    $($between(&mut *conn)?;)?
                }
                assert_eq!(forward, all, "{} forward in pages of {size}", $column);
                let (mut backward, mut cursor) = (vec![], None::<Cursor>);
                loop {
                    let page = go!(page().last(size).before(cursor.as_ref()).load(conn))?;
                    backward.splice(0..0, page.items().iter().map(|row| row.id));
                    assert!(backward.len() <= all.len(), "{} repeats rows", $column);
                    let Some(previous) = page.previous_cursor() else { break };
                    cursor = Some(previous.to_string().parse()?);
                }
                assert_eq!(backward, all, "{} backward in pages of {size}", $column);
            }
        }
    }};
}
use walk;
