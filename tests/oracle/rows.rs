//! Three tables of every type: NOT NULL, with NULLs, and unique. Most values tie, and among them are the ends of their type.

use crate::walk::Random;

/// Rows of each table.
pub(crate) const ROWS: usize = 64;

diesel::table! {
    plain (id) {
        id -> Integer,
        small -> SmallInt,
        whole -> Integer,
        big -> BigInt,
        single -> Float,
        dbl -> Double,
        price -> Numeric,
        flag -> Bool,
        name -> Text,
        raw -> Binary,
        day -> Date,
        clock -> Time,
        at -> Timestamp,
    }
}

diesel::table! {
    gaps (id) {
        id -> Integer,
        small -> Nullable<SmallInt>,
        whole -> Nullable<Integer>,
        big -> Nullable<BigInt>,
        single -> Nullable<Float>,
        dbl -> Nullable<Double>,
        price -> Nullable<Numeric>,
        flag -> Nullable<Bool>,
        name -> Nullable<Text>,
        raw -> Nullable<Binary>,
        day -> Nullable<Date>,
        clock -> Nullable<Time>,
        at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    singles (id) {
        id -> Integer,
        small -> SmallInt,
        whole -> Integer,
        big -> BigInt,
        single -> Float,
        dbl -> Double,
        price -> Numeric,
        flag -> Bool,
        name -> Text,
        raw -> Binary,
        day -> Date,
        clock -> Time,
        at -> Timestamp,
    }
}

const COLUMNS: [&str; 12] =
    ["small", "whole", "big", "single", "dbl", "price", "flag", "name", "raw", "day", "clock", "at"];

/// The statements that make the tables.
pub(crate) fn create(backend: &str) -> String {
    let types = |column| match (column, backend) {
        ("small", _) => "SMALLINT",
        ("whole", _) => "INTEGER",
        ("big", _) => "BIGINT",
        ("single", "postgres") => "REAL",
        ("single", _) => "FLOAT",
        ("dbl", "postgres") => "DOUBLE PRECISION",
        ("dbl", _) => "DOUBLE",
        ("price", "mysql") => "NUMERIC(30, 10)",
        ("price", _) => "NUMERIC",
        ("flag", _) => "BOOLEAN",
        ("name", "mysql") => "VARCHAR(400) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
        ("name", _) => "TEXT",
        ("raw", "mysql") => "VARBINARY(400)",
        ("raw", "postgres") => "BYTEA",
        ("raw", _) => "BLOB",
        ("day", _) => "DATE",
        ("clock", "mysql") => "TIME(6)",
        ("clock", _) => "TIME",
        ("at", "mysql") => "DATETIME(6)",
        _ => "TIMESTAMP",
    };
    let table = |name: &str, not_null: &str| {
        let columns: Vec<String> =
            COLUMNS.iter().map(|column| format!("{column} {} {not_null}", types(*column))).collect();
        format!("CREATE TABLE {name} (id INTEGER PRIMARY KEY, {});\n", columns.join(", "))
    };
    table("plain", "NOT NULL") + &table("gaps", "NULL") + &table("singles", "NOT NULL")
}

/// Values of a column as SQL: its ends, what looks alike, what is equal and written otherwise.
fn values(backend: &str, column: &str) -> Vec<String> {
    let text: &[&str] = match (column, backend) {
        ("small", _) => &["7", "-32768", "32767", "0", "-1"],
        ("whole", _) => &["7", "-2147483648", "2147483647", "0", "-1"],
        ("big", _) => &["7", "-9223372036854775808", "9223372036854775807", "0", "9007199254740993"],
        ("single", "postgres") => {
            &["'0'", "'-0'", "'NaN'", "'Infinity'", "'-Infinity'", "'3.4028235e38'", "'1e-45'", "'0.1'"]
        }
        ("single", "mysql") => {
            &["0", "-0e0", "0.1", "3.4028234663852886e38", "-3.4028234663852886e38", "1.17549435e-38"]
        }
        ("dbl", "postgres") => {
            &["'0'", "'-0'", "'NaN'", "'Infinity'", "'-Infinity'", "'1.7976931348623157e308'", "'4.9e-324'", "'0.1'"]
        }
        ("dbl", "mysql") => {
            &["0", "-0e0", "0.1", "1.7976931348623157e308", "-1.7976931348623157e308", "2.2250738585072014e-308"]
        }
        ("single" | "dbl", _) => &["0.0", "-0.0", "0.1", "9e999", "-9e999", "1.7976931348623157e308", "4.9e-324", "5"],
        ("price", "postgres") => {
            &["1.0", "1.00", "'NaN'", "'Infinity'", "-1e100", "1e-50", "12345678901234567890.5", "0"]
        }
        ("price", "mysql") => {
            &["1.0", "1.00", "99999999999999999999.9999999999", "-99999999999999999999.9999999999", "0.0000000001"]
        }
        ("price", _) => &["1", "1.0", "1.5", "-1e100", "9007199254740993", "9007199254740992.0"],
        ("flag", _) => &["TRUE", "FALSE"],
        ("name", _) => &[
            "''",
            "' '",
            "'a'",
            "'A'",
            "'a '",
            "'ß'",
            "'ss'",
            "'é'",
            "'e\u{301}'",
            "'🙂'",
            "'x''; DROP TABLE plain; --'",
        ],
        ("raw", "postgres") => &[r"'\x'", r"'\x00'", r"'\x00ff'", r"'\xff'", r"'\xffff'", r"'\x0000'"],
        ("raw", _) => &["X''", "X'00'", "X'00FF'", "X'FF'", "X'FFFF'", "X'0000'"],
        ("day", "postgres") => {
            &["'2024-02-29'", "'infinity'", "'-infinity'", "'4713-01-01 BC'", "'5874897-12-31'", "'2026-01-01'"]
        }
        ("day", "mysql") => &["'2024-02-29'", "'1000-01-01'", "'9999-12-31'", "'2026-01-01'"],
        ("clock", "postgres") => &["'10:00'", "'00:00'", "'24:00'", "'23:59:59.999999'", "'10:00:00.000001'"],
        ("clock", "mysql") => &["'10:00:00'", "'00:00:00'", "'838:59:59'", "'23:59:59.999999'"],
        ("at", "postgres") => &[
            "'2024-02-29 10:00:00'",
            "'2024-02-29 10:00:00.000001'",
            "'infinity'",
            "'-infinity'",
            "'4713-01-01 00:00:00 BC'",
            "'294276-12-31 23:59:59.999999'",
        ],
        ("at", "mysql") => {
            &["'2024-02-29 10:00:00'", "'2024-02-29 10:00:00.000001'", "'1000-01-01'", "'9999-12-31 23:59:59.999999'"]
        }
        // Columns of SQLite hold what other programs wrote, in their own formats.
        (_, _) => &[
            "'2024-02-29 10:00:00'",
            "'2024-02-29T10:00:00Z'",
            "'2024-02-29 10:00:00.000000'",
            "'2024-02-29 10:00:00.5'",
            "1709200800",
            "2460369.91",
            "''",
        ],
    };
    let mut values: Vec<String> = text.iter().map(|value| (*value).to_owned()).collect();
    if column == "name" {
        values.push(format!("'{}'", "long ".repeat(60)));
    }
    values
}

/// A value of a column that no other row has.
fn single(backend: &str, column: &str, row: usize) -> String {
    let mixed = (row * 37) % ROWS;
    match (column, backend) {
        ("small", _) if row == 0 => "-32768".to_owned(),
        ("whole", _) if row == 0 => i32::MIN.to_string(),
        ("big", _) if row == 0 => i64::MAX.to_string(),
        ("small" | "whole" | "big", _) => (mixed as i64 - 32).to_string(),
        ("single" | "dbl", _) => format!("{}.5", mixed as i64 - 32),
        ("price", _) => format!("{}.{mixed:02}", mixed as i64 - 32),
        ("flag", _) => (if row.is_multiple_of(2) { "TRUE" } else { "FALSE" }).to_owned(),
        ("name", _) => format!("'é🙂 {mixed} ss'"),
        ("raw", "postgres") => format!(r"'\x{mixed:02x}00ff'"),
        ("raw", _) => format!("X'{mixed:02x}00ff'"),
        ("day", _) => format!("'{}-02-28'", 1990 + mixed),
        ("clock", _) => format!("'10:{:02}:{:02}'", mixed / 8, mixed % 8),
        (_, _) => format!("'2024-02-29 10:00:00.{mixed:06}'"),
    }
}

/// The statements that fill the tables.
pub(crate) fn fill(backend: &str) -> Vec<String> {
    let mut random = Random(7);
    let mut statements = Vec::new();
    // Ids come in no order, so that an order by the last key alone is seen.
    let id = |row: usize| (row * 29) % ROWS + 1;
    for row in 0..ROWS {
        let mut tied = || {
            let value = |column: &&str| {
                let values = values(backend, column);
                // One value in three is the first.
                let value = if random.below(3) == 0 { 0 } else { random.below(values.len()) };
                values[value].clone()
            };
            COLUMNS.iter().map(value).collect::<Vec<_>>()
        };
        let (plain, mut gaps) = (tied(), tied());
        for value in &mut gaps {
            if random.below(5) < 2 {
                *value = "NULL".to_owned();
            }
        }
        let singles: Vec<String> = COLUMNS.iter().map(|column| single(backend, column, row)).collect();
        for (table, values) in [("plain", plain), ("gaps", gaps), ("singles", singles)] {
            statements.push(format!("INSERT INTO {table} VALUES ({}, {})", id(row), values.join(", ")));
        }
    }
    statements
}
