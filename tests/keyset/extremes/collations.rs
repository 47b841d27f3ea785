//! Text that a collation finds equal, on each database: rows that tie in it, and none lost.

use diesel::sql_types::Text;
use turbodiesel::keyset::{Cursor, asc, desc};

use super::{Extreme, extremes, walk};
use crate::support::prelude::*;

/// Cases, accents, padding, a letter in two spellings, a letter of two, a face, and text that looks like SQL.
const WORDS: [&str; 14] = [
    "''",
    "'a'",
    "'A'",
    "'a '",
    "' a'",
    "'b'",
    "'ß'",
    "'ss'",
    "'SS'",
    "'\u{e9}'",
    "'e\u{301}'",
    "'\u{1f600}'",
    "'%_'",
    "''') OR (1=1'",
];

only_on! { sqlite;
    fn of_sqlite(db) {
        for collation in ["BINARY", "NOCASE", "RTRIM"] {
            walk!(db.conn(), "v": Text, &format!("TEXT COLLATE {collation}"), &WORDS);
        }
        // Of the key alone, not of its column.
        walk!(db.conn(), "v COLLATE NOCASE": Text, "TEXT", &WORDS);
        walk!(db.conn(), "lower(v)": Text, "TEXT", &WORDS);
    }
}

#[cfg(feature = "postgres")]
only_on! { postgres;
    fn of_postgres(db) {
        go!(db.conn().batch_execute(
            "CREATE COLLATION no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
             CREATE COLLATION no_accents (provider = icu, locale = 'und-u-ks-level1', deterministic = false)",
        ))?;
        for collation in ["\"C\"", "\"default\"", "\"und-x-icu\"", "no_case", "no_accents"] {
            walk!(db.conn(), "v": Text, &format!("TEXT COLLATE {collation}"), &WORDS);
        }
        walk!(db.conn(), "v COLLATE \"C\"": Text, "TEXT COLLATE no_case", &WORDS);
        walk!(db.conn(), "lower(v)": Text, "VARCHAR(20)", &WORDS);
    }
}

#[cfg(feature = "mysql")]
only_on! { mysql;
    fn of_mysql(db) {
        for collation in ["general_ci", "unicode_ci", "unicode_520_ci", "bin", "nopad_bin", "german2_ci"] {
            walk!(db.conn(), "v": Text, &format!("VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_{collation}"), &WORDS);
        }
        // Of the key alone, of another alphabet, and none at all.
        walk!(db.conn(), "v COLLATE utf8mb4_bin": Text, "VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci", &WORDS);
        walk!(db.conn(), "lower(v)": Text, "VARCHAR(20) CHARACTER SET utf8mb4", &WORDS);
        walk!(db.conn(), "v": Text, "VARCHAR(20) CHARACTER SET latin1", &["''", "'a'", "'A'", "'é'", "'ß'", "'a '"]);
        walk!(db.conn(), "v": Text, "LONGTEXT CHARACTER SET utf8mb4", &WORDS);
        walk!(db.conn(), "v": Text, "CHAR(20) CHARACTER SET utf8mb4", &WORDS);
    }
}
