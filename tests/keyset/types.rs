//! Every form of a value in the place of every type of key: accepted is what the database could have stored, nothing else
//! is bound.

use turbodiesel::keyset::CursorError;

use super::crafted::{bytes, decimal, float, head, int, moment, null, text, token, unsigned};

use crate::support::prelude::*;

diesel::table! {
    kinds (id) {
        id -> Integer,
        small -> SmallInt,
        big -> BigInt,
        single -> Float,
        real -> Double,
        price -> Numeric,
        flag -> Bool,
        name -> Text,
        raw -> Binary,
        day -> Date,
        clock -> Time,
        at -> Timestamp,
        maybe -> Nullable<Integer>,
    }
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = kinds)]
struct Kind {
    id: i32,
}

const ROWS: &str = "INSERT INTO kinds VALUES
    (1, -3, -9000000000, -0.0, -1e300, -12.50, FALSE, '', X'', '2024-02-29', '00:00:00', '2024-02-29 10:00:00.000001', NULL),
    (2, 3, 9000000000, 0.1, 0.1, 0.10, TRUE, 'é', X'00FF', '2026-01-01', '23:59:59', '2026-01-01 00:00:00', 7)";

fn create(backend: &str) -> String {
    let [single, real, raw, at] = match backend {
        "postgres" => ["REAL", "DOUBLE PRECISION", "BYTEA", "TIMESTAMP"],
        "mysql" => ["FLOAT", "DOUBLE", "VARBINARY(20)", "DATETIME(6)"],
        _ => ["FLOAT", "DOUBLE", "BLOB", "TIMESTAMP"],
    };
    let rows =
        if backend == "postgres" { ROWS.replace("X'00FF'", r"'\x00FF'").replace("X''", "''") } else { ROWS.into() };
    format!(
        "CREATE TABLE kinds (id INTEGER PRIMARY KEY, small SMALLINT NOT NULL, big BIGINT NOT NULL, single {single} NOT NULL,
         {} {real} NOT NULL, price NUMERIC(9, 2) NOT NULL, flag BOOLEAN NOT NULL, name VARCHAR(20) NOT NULL, raw {raw} NOT NULL,
         day DATE NOT NULL, clock TIME NOT NULL, at {at} NOT NULL, maybe INTEGER);
         {rows}",
        if backend == "mysql" { "`real`" } else { "real" }
    )
}

/// Each form of a value, under a name; where a form has several lengths or ranges, some of each.
fn candidates() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("null", null()),
        ("int", int(5)),
        ("negative", int(-5)),
        ("small unsigned", unsigned(5)),
        ("unsigned", unsigned(u64::MAX)),
        ("float", float(1.5)),
        ("whole float", float(5.0)),
        ("decimal", decimal("1.5")),
        ("whole decimal", decimal("5")),
        ("text", text("x'; DROP TABLE kinds; --")),
        ("no text", text("")),
        ("no bytes", bytes(&[])),
        ("1 byte", bytes(&[1])),
        ("2 bytes", bytes(&[0, 5])),
        ("4 bytes", bytes(&[0, 0, 0, 5])),
        ("8 bytes", bytes(&[0, 0, 0, 0, 0, 0, 0, 5])),
        ("numeric", bytes(&[0, 1, 0, 0, 0, 0, 0, 0, 0, 5])),
        ("16 bytes", bytes(&[1; 16])),
        ("3000 bytes", bytes(&[1; 3000])),
        ("not UTF-8", bytes(&[0xff])),
        ("date", moment(0, 0, [2025, 1, 1, 0, 0, 0], 0)),
        ("time", moment(1, 0, [0, 0, 0, 12, 0, 0], 0)),
        ("datetime", moment(2, 0, [2025, 1, 1, 12, 0, 0], 0)),
        ("no date", moment(0, 0, [2025, 2, 30, 0, 0, 0], 0)),
        ("time of days", moment(1, 0, [0, 0, 34, 0, 0, 0], 0)),
        ("minus midnight", moment(1, 1, [0; 6], 0)),
        ("wide date", moment(2, 0, [u16::MAX; 6], u32::MAX)),
        ("no kind", moment(9, 0, [0; 6], 0)),
    ]
}

/// The names of those that are a value of the column.
fn accepted(backend: &str, column: &str) -> &'static [&'static str] {
    match (backend, column) {
        ("postgres", "small") => &["2 bytes"],
        ("postgres", "big" | "clock" | "at" | "real") => &["8 bytes"],
        ("postgres", "single" | "day") => &["4 bytes"],
        ("postgres", "maybe") => &["null", "4 bytes"],
        ("postgres", "price") => &["numeric"],
        ("postgres", "flag") => &["1 byte"],
        ("postgres", "name") => &["no bytes", "1 byte", "16 bytes", "3000 bytes"],
        ("postgres", "raw") => {
            &["no bytes", "1 byte", "2 bytes", "4 bytes", "8 bytes", "numeric", "16 bytes", "3000 bytes", "not UTF-8"]
        }
        ("mysql", "small" | "big" | "flag") => &["int", "negative", "unsigned"],
        ("mysql", "maybe") => &["null", "int", "negative", "unsigned"],
        ("mysql", "single" | "real") => &["float", "whole float"],
        ("mysql", "price") => &["decimal", "whole decimal"],
        ("mysql", "name") => &["text", "no text"],
        ("mysql", "raw") => {
            &["no bytes", "1 byte", "2 bytes", "4 bytes", "8 bytes", "numeric", "16 bytes", "3000 bytes", "not UTF-8"]
        }
        ("mysql", "day") => &["date"],
        ("mysql", "clock") => &["time"],
        ("mysql", "at") => &["datetime"],
        // A column of SQLite holds what its affinity leaves: an INTEGER column 1.5 too, a date column anything.
        ("sqlite", "small" | "big" | "flag") => &["int", "negative", "float"],
        ("sqlite", "maybe") => &["null", "int", "negative", "float"],
        ("sqlite", "single" | "real") => &["float", "whole float"],
        ("sqlite", "name" | "raw") => &[
            "text",
            "no text",
            "no bytes",
            "1 byte",
            "2 bytes",
            "4 bytes",
            "8 bytes",
            "numeric",
            "16 bytes",
            "3000 bytes",
            "not UTF-8",
        ],
        ("sqlite", _) => &[
            "int",
            "negative",
            "float",
            "text",
            "no text",
            "no bytes",
            "1 byte",
            "2 bytes",
            "4 bytes",
            "8 bytes",
            "numeric",
            "16 bytes",
            "3000 bytes",
            "not UTF-8",
        ],
        _ => &[],
    }
}

/// How many bytes of zero can be a value of the column.
fn byte_lengths(backend: &str, column: &str) -> Vec<usize> {
    match (backend, column) {
        ("postgres", "small") => vec![2],
        ("postgres", "big" | "clock" | "at" | "real" | "price") => vec![8],
        ("postgres", "single" | "day" | "maybe") => vec![4],
        ("postgres", "flag") => vec![1],
        // Text has no NUL.
        ("postgres", "name") => vec![0],
        ("mysql" | "postgres", "raw") | ("sqlite", "name" | "raw" | "price" | "day" | "clock" | "at") => {
            (0..=24).collect()
        }
        _ => vec![],
    }
}

scenarios! {
    fn only_what_the_column_can_hold_is_bound(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&create(BACKEND)))?;
        let log = StatementLog::install(conn);
        macro_rules! columns {
            ($($column:ident),+) => {$(
                let all = || kinds::table.select(Kind::as_select()).keyset((kinds::$column.asc(), kinds::id.asc()));
                let page = go!(all().first(9).load(conn))?;
                assert_eq!(page.len(), 2);
                // The database's own values first: both rows are a position.
                let second = go!(all().first(9).after(page.start_cursor()).load(conn))?;
                assert_eq!(second.items().iter().map(|kind| kind.id).collect::<Vec<_>>(),
                    page.items()[1..].iter().map(|kind| kind.id).collect::<Vec<_>>(), stringify!($column));

                let valid = page.start_cursor().unwrap().to_string();
                let id = if BACKEND == "postgres" { bytes(&[0, 0, 0, 0]) } else { int(0) };
                let mut taken = vec![];
                for (name, value) in candidates() {
                    log.take();
                    match go!(all().first(9).after_token(Some(&token(&[&head(&valid), &value, &id]))).load(conn)) {
                        Ok(_) => taken.push(name),
                        Err(error) => {
                            let reason = error.as_cursor().copied().unwrap_or_else(|| panic!("{} {name}: {error}", stringify!($column)));
                            assert!(CursorError::is_wrong_type(&reason) || reason.is_malformed(), "{reason:?}");
                            assert_eq!(log.len(), 0, "{name}");
                        }
                    }
                }
                assert_eq!(taken, accepted(BACKEND, stringify!($column)), "{}", stringify!($column));
                // Of bytes whose length is not the type's nothing reaches the client library.
                let lengths: Vec<usize> = (0..=24)
                    .filter(|length| {
                        let value = bytes(&vec![0; *length]);
                        now!(all().first(9).after_token(Some(&token(&[&head(&valid), &value, &id]))).load(conn)).is_ok()
                    })
                    .collect();
                assert_eq!(lengths, byte_lengths(BACKEND, stringify!($column)), "{}", stringify!($column));
                // One key too few, one too many, none.
                for values in [&[][..], &[&id[..]], &[&id, &id, &id]] {
                    let other = token(&[&[&head(&valid)[..]], values].concat());
                    let error = go!(all().first(9).after_token(Some(&other)).load(conn)).unwrap_err();
                    assert!(error.as_cursor().is_some_and(|reason| reason.is_wrong_ordering() || reason.is_malformed()));
                }
            )+};
        }
        columns!(small, big, single, real, price, flag, name, raw, day, clock, at, maybe);
    }
}
