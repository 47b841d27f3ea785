//! "The column is one of these keys", by hand: the list in one bind, whatever its length, so that one statement stays
//! prepared.

use diesel::dsl::sql;
use diesel::expression::BoxableExpression;
use diesel::sql_types::{Bool, Text};
use diesel::sqlite::Sqlite;

type Listed<T, DB> = Box<dyn BoxableExpression<T, DB, SqlType = Bool>>;

/// The keys as JSON.
fn json(keys: &[i32]) -> String {
    let keys: Vec<String> = keys.iter().map(i32::to_string).collect();
    format!("[{}]", keys.join(","))
}

/// Few keys are searched one by one. For many the ids of the rows come first, so that the rows are read as they lie.
pub(crate) fn sqlite<T: 'static>(table: &str, column: &str, keys: Vec<i32>) -> Listed<T, Sqlite> {
    let listed = format!("{table}.{column} IN (SELECT value FROM json_each(");
    if keys.len() < 1_000 {
        Box::new(sql(&listed).bind::<Text, _>(json(&keys)).sql("))"))
    } else {
        let rows = format!("{table}.id IN (SELECT id FROM {table} WHERE {listed}");
        Box::new(sql(&rows).bind::<Text, _>(json(&keys)).sql(")))"))
    }
}

/// An array.
#[cfg(feature = "postgres")]
pub(crate) fn postgres<T: 'static>(table: &str, column: &str, keys: Vec<i32>) -> Listed<T, diesel::pg::Pg> {
    use diesel::sql_types::{Array, Integer};

    Box::new(sql(&format!("{table}.{column} = ANY(")).bind::<Array<Integer>, _>(keys).sql(")"))
}

/// A table of JSON.
#[cfg(feature = "mysql")]
pub(crate) fn mysql<T: 'static>(table: &str, column: &str, keys: Vec<i32>) -> Listed<T, diesel::mysql::Mysql> {
    let listed = format!("{table}.{column} IN (SELECT k.id FROM JSON_TABLE(");
    Box::new(sql(&listed).bind::<Text, _>(json(&keys)).sql(", '$[*]' COLUMNS(id INT PATH '$')) k)"))
}
