//! MariaDB and MySQL: fractions of a second that a column may drop, intervals below zero, numbers beyond i64.

use diesel::dsl::sql;
use diesel::mysql::sql_types::{Datetime, Unsigned};
use diesel::sql_types::{BigInt, Binary, Bool, Date, Double, Float, Integer, Nullable, Numeric, Text, Time, Timestamp};
use turbodiesel::keyset::{Cursor, asc, desc};

use super::{Extreme, extremes, walk};
use crate::support::prelude::*;

only_on! { mysql;
    fn numbers(db) {
        let unsigned = ["18446744073709551615", "9223372036854775808", "9223372036854775807", "0"];
        walk!(db.conn(), "v": Unsigned<BigInt>, "BIGINT UNSIGNED", &unsigned);
        walk!(db.conn(), "v": BigInt, "BIGINT", &["-9223372036854775808", "9223372036854775807", "0", "-1"]);
        walk!(db.conn(), "v": Double, "DOUBLE", &["-0.0", "0.0", "0.1", "1e-300", "-1e308", "0.30000000000000004"]);
        walk!(db.conn(), "v": Float, "FLOAT", &["-0.0", "0.0", "0.1", "1e-30", "-1e38", "16777217"]);
        // Closer to each other than doubles can be.
        let decimals = [
            "1.0",
            "1.00",
            "-0.000000000000000000000000000001",
            "123456789012345678901234567890",
            "123456789012345678901234567890.000000000000000000000000000001",
            "-123456789012345678901234567890.000000000000000000000000000001",
        ];
        walk!(db.conn(), "v": Numeric, "DECIMAL(60, 30)", &decimals);
        let long = ["9".repeat(65), format!("{}8", "9".repeat(64)), format!("-{}", "9".repeat(65)), "0".to_owned()];
        walk!(db.conn(), "v": Numeric, "DECIMAL(65, 0)", &long.each_ref().map(String::as_str));
        walk!(db.conn(), "v": Bool, "BOOLEAN", &["TRUE", "FALSE"]);
    }

    fn decimals_of_the_program(db) {
        let near = ["12345678901234567890.0001", "12345678901234567890.0002", "12345678901234567890.0003"];
        go!(db.conn().batch_execute(&super::table("DECIMAL(30, 4)", &near)))?;
        let by_value = || (asc(sql::<Nullable<Numeric>>("v")), asc(extremes::id));
        let pages = || extremes::table.select(Extreme::as_select()).keyset(by_value()).first(20);
        let second: bigdecimal::BigDecimal = near[1].parse()?;
        let after = go!(pages().after_values((Some(second), 1)).load(db.conn()))?;
        // Its own twin, and both of the last.
        assert_eq!(after.items().iter().map(|row| row.id).collect::<Vec<_>>(), [5, 2, 6]);
        let nulls = go!(pages().after_values((None::<bigdecimal::BigDecimal>, 7)).load(db.conn()))?;
        assert_eq!(nulls.items().iter().map(|row| row.id).collect::<Vec<_>>(), [8, 9, 0, 4, 1, 5, 2, 6]);
    }

    fn moments(db) {
        let moments = [
            "'1000-01-01 00:00:00'",
            "'9999-12-31 23:59:59.499999'",
            "'2026-01-01 10:00:00.000001'",
            "'2026-01-01 10:00:00.000002'",
            "'2026-01-01 10:00:00.4'",
            "'2026-01-01 10:00:00'",
        ];
        walk!(db.conn(), "v": Datetime, "DATETIME(6)", &moments);
        walk!(db.conn(), "v": Datetime, "DATETIME(3)", &moments);
        walk!(db.conn(), "v": Datetime, "DATETIME", &moments);
        // A zero date, where the server lets one in.
        go!(db.conn().batch_execute("SET sql_mode = ''"))?;
        walk!(db.conn(), "v": Date, "DATE", &["'0000-00-00'", "'2024-02-29'", "'9999-12-31'", "'2024-00-00'"]);
        walk!(db.conn(), "v": Time, "TIME(6)", &["'838:59:59'", "'00:00:00.000001'", "'00:00:00'", "'24:00:00'"]);
        // Diesel reads no interval below zero: an error, and a number of seconds sorts the same.
        let intervals = ["'-838:59:59'", "'-00:00:00.5'", "'00:00:01'"];
        go!(db.conn().batch_execute(&super::table("TIME(6)", &intervals)))?;
        let by_time =
            extremes::table.select(Extreme::as_select()).keyset((asc(sql::<Nullable<Time>>("v")), asc(extremes::id)));
        assert!(go!(by_time.first(9).load(db.conn())).unwrap_err().to_string().contains("Negative"));
        walk!(db.conn(), "TIME_TO_SEC(v)": Numeric, "TIME(6)", &intervals);
        // A session of Diesel is one of UTC, so no hour comes twice in autumn.
        let zone = go!(diesel::select(sql::<Text>("@@session.time_zone")).get_result::<String>(db.conn()))?;
        assert_eq!(zone, "+00:00");
        let moments =
            ["'2001-01-01 00:00:01.5'", "'2026-03-29 02:30:00'", "'2026-01-01 10:00:00.000001'", "'2037-12-31 23:59:59'"];
        walk!(db.conn(), "v": Timestamp, "TIMESTAMP(6) NULL", &moments);
    }

    /// An ENUM sorts by the numbers of its values and compares as text: refused, with the two ways out that are then tried.
    fn listed_values(db) {
        let (conn, values) = (db.conn(), ["'b'", "'a'", "'c'"]);
        for column in ["ENUM('b', 'a', 'c')", "SET('b', 'a', 'c')"] {
            go!(conn.batch_execute(&super::table(column, &values)))?;
            let page = extremes::table.select(Extreme::as_select());
            let by_value = page.keyset((asc(sql::<Nullable<Text>>("v")), asc(extremes::id))).first(9);
            let error = go!(by_value.load(conn)).unwrap_err();
            assert!(error.is_unexpected_key() && error.to_string().contains("ENUM"), "{error}");
            walk!(&mut *conn, "CAST(v AS CHAR)": Text, column, &values);
            walk!(&mut *conn, "v + 0": Integer, column, &values);
        }
    }

    fn bytes(db) {
        walk!(db.conn(), "v": Binary, "BINARY(16)", &["X'00'", "X'FF'", "X'67E5504410B1426F9247BB680E5FE0C8'", "''"]);
        walk!(db.conn(), "v": Binary, "VARBINARY(20)", &["''", "X'00'", "X'FF'", "X'FF00'", "'a'", "'a '"]);
    }
}
