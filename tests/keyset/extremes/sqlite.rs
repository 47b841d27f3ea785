//! SQLite: a column holds what was put into it, of any class and in any spelling.

use diesel::sql_types::{BigInt, Binary, Date, Double, Integer, Numeric, Text, Time, Timestamp};
use turbodiesel::keyset::{Cursor, asc, desc};

use super::{Extreme, extremes, walk};
use crate::support::prelude::*;

only_on! { sqlite;
    fn numbers(db) {
        walk!(db.conn(), "v": Integer, "INTEGER", &[] as &[&str; 0]);
        walk!(db.conn(), "v": BigInt, "BIGINT", &["-9223372036854775808", "9223372036854775807", "0", "-1"]);
        // The quotient is NaN, which SQLite stores as NULL.
        walk!(db.conn(), "v": Double, "DOUBLE", &["9e999", "-9e999", "-0.0", "0.0", "0.1", "5", "1e308", "9e999 - 9e999"]);
        walk!(db.conn(), "v": Integer, "INTEGER", &["5", "5.0", "5.5", "-1", "1e300"]);
        walk!(db.conn(), "v": Numeric, "NUMERIC", &["1.0", "1.00", "'1.5'", "1", "-0.1", "'x'"]);
    }

    /// The same moments, as other programs write them: with a T, a zone, fractions, as seconds since 1970, as a Julian day.
    fn moments_of_other_programs(db) {
        let moments = [
            "'2026-01-03 10:00:00'",
            "'2026-01-03T10:00:00'",
            "'2026-01-03T10:00:00.000Z'",
            "'2026-01-03T10:00:00+00:00'",
            "'2026-01-03 10:00:00.500000'",
            "'2026-01-03 10:00:00.5'",
            "'2026-01-03 10:00'",
            "'2026-01-03'",
            "1767434400",
            "1767434400.5",
            "2461044.0",
            "X'32303236'",
            "''",
        ];
        walk!(db.conn(), "v": Timestamp, "TIMESTAMP", &moments);
        walk!(db.conn(), "v": Timestamp, "TEXT", &moments);
        walk!(db.conn(), "v": Date, "DATE", &["'2026-01-03'", "'2026-01-03 00:00:00'", "'03.01.2026'", "20260103", "'-4713-11-24'"]);
        walk!(db.conn(), "v": Time, "TIME", &["'10:00'", "'10:00:00'", "'10:00:00.000'", "36000"]);
    }

    fn text_and_bytes(db) {
        walk!(db.conn(), "v": Text, "TEXT", &["''", "' '", "'a'", "'A'", "'a ' ", "char(97, 0, 98)", "char(128512)", "char(101, 769)", "char(233)", "''' OR 1=1'"]);
        walk!(db.conn(), "v": Binary, "BLOB", &["X''", "X'00'", "X'FF'", "X'FF00'", "'text'"]);
    }

    /// What could not go on from itself is an error, never a lost row.
    fn a_key_that_is_no_value_of_its_type(db) {
        let conn = db.conn();
        for (column, literal) in [("INTEGER", "'five'"), ("INTEGER", "X'05'")] {
            go!(conn.batch_execute(&super::table(column, &[literal])))?;
            let key = diesel::dsl::sql::<diesel::sql_types::Nullable<Integer>>("v");
            let by_value = extremes::table.select(Extreme::as_select()).keyset((asc(key), asc(extremes::id))).first(9);
            let error = go!(by_value.load(conn)).unwrap_err();
            assert!(error.is_unexpected_key(), "{error}");
        }
        // Not UTF-8: Diesel would replace what it cannot read, and the position would be another one.
        go!(conn.batch_execute(&super::table("TEXT", &["CAST(X'61FF' AS TEXT)"])))?;
        let key = diesel::dsl::sql::<diesel::sql_types::Nullable<Text>>("v");
        let by_value = extremes::table.select(Extreme::as_select()).keyset((asc(key), asc(extremes::id))).first(9);
        let error = go!(by_value.load(conn)).unwrap_err();
        assert!(error.to_string().contains("UTF-8"), "{error}");
    }
}
