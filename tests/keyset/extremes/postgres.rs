//! PostgreSQL: NaN is the greatest number, infinity is a date, and no Rust type holds either.

use diesel::dsl::sql;
use diesel::pg::sql_types::{Array, Citext, Jsonb, Timestamptz, Uuid};
use diesel::sql_types::{
    BigInt, Binary, Bool, Date, Double, Float, Integer, Interval, Nullable, Numeric, SqlType, Text, Time, Timestamp,
};
use turbodiesel::keyset::{Cursor, asc, desc};

use super::{Extreme, extremes, walk};
use crate::support::prelude::*;

#[derive(SqlType)]
#[diesel(postgres_type(name = "mood"))]
struct Mood;

only_on! { postgres;
    fn numbers(db) {
        let floats = ["'NaN'", "'Infinity'", "'-Infinity'", "'-0'", "'0'", "0.1", "1e-30", "-1e30"];
        walk!(db.conn(), "v": Double, "DOUBLE PRECISION", &floats);
        walk!(db.conn(), "v": Float, "REAL", &floats);
        let numerics = ["'NaN'", "'Infinity'", "'-Infinity'", "1.0", "1.00", "0", "-0.0001", "1e100", "10000", "0.1"];
        walk!(db.conn(), "v": Numeric, "NUMERIC", &numerics);
        walk!(db.conn(), "v": BigInt, "BIGINT", &["-9223372036854775808", "9223372036854775807", "0", "-1"]);
    }

    fn moments(db) {
        let moments = [
            "'infinity'",
            "'-infinity'",
            "'4713-01-01 00:00:00 BC'",
            "'294276-12-31 23:59:59.999999'",
            "'2026-01-01 10:00:00.000001'",
            "'2026-01-01 10:00:00.000002'",
            "'2016-12-31 23:59:60'",
        ];
        walk!(db.conn(), "v": Timestamp, "TIMESTAMP", &moments);
        // Rounded up, the last moment would be none that PostgreSQL reads back.
        walk!(db.conn(), "v": Timestamp, "TIMESTAMP(0)", &["'infinity'", "'2026-01-01 10:00:00.5'", "'2026-01-01 10:00:01'"]);
        // Each page is read by a session of another time zone.
        walk!(db.conn(), "v": Timestamptz, "TIMESTAMPTZ", &moments, between |conn: &mut Conn| {
            now!(conn.batch_execute("SELECT set_config('TimeZone', CASE current_setting('TimeZone') WHEN 'UTC' THEN 'Asia/Tokyo' ELSE 'UTC' END, false)"))
        });
        walk!(db.conn(), "v": Date, "DATE", &["'infinity'", "'-infinity'", "'4713-01-01 BC'", "'5874897-12-31'", "'2024-02-29'"]);
        walk!(db.conn(), "v": Time, "TIME", &["'00:00'", "'24:00'", "'23:59:59.999999'"]);
        // A month is thirty days: equal, of other bytes.
        walk!(db.conn(), "v": Interval, "INTERVAL", &["'1 month'", "'30 days'", "'-1 day'", "'0'", "'24 hours'"]);
    }

    /// These sort otherwise than their text compares: refused, with the way out that is then tried.
    fn text_that_is_not_of_type_text(db) {
        let conn = db.conn();
        go!(conn.batch_execute("CREATE EXTENSION citext"))?;
        let words = ["''", "'a'", "'A'", "'a '", "'b'"];
        for (column, message) in [("CHAR(5)", "CHAR(n)"), ("CITEXT", "citext")] {
            go!(conn.batch_execute(&super::table(column, &words)))?;
            let page = extremes::table.select(Extreme::as_select());
            let by_value = page.keyset((asc(sql::<Nullable<Text>>("v")), asc(extremes::id))).first(2);
            let error = go!(by_value.load(conn)).unwrap_err();
            assert!(error.is_unexpected_key() && error.to_string().contains(message), "{error}");
        }
        walk!(conn, "v::text": Text, "CHAR(5)", &words);
        walk!(conn, "v": Citext, "CITEXT", &words);
    }

    fn other_types(db) {
        walk!(db.conn(), "v": Bool, "BOOLEAN", &["TRUE", "FALSE"]);
        walk!(db.conn(), "v": Binary, "BYTEA", &["''", r"'\x00'", r"'\xff'", r"'\xff00'", r"'\x27'"]);
        walk!(db.conn(), "v": Uuid, "UUID", &[
            "'00000000-0000-0000-0000-000000000000'",
            "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
            "'67e55044-10b1-426f-9247-bb680e5fe0c8'",
        ]);
        walk!(db.conn(), "v": Jsonb, "JSONB", &["'null'", "'1'", "'1.0'", r#"'"a"'"#, r#"'{"b": [1, null], "a": "é"}'"#, "'[]'"]);
        walk!(db.conn(), "v": Array<Integer>, "INTEGER[]", &["'{}'", "'{1,2}'", "'{1,NULL}'", "'{2}'", "'{-1}'"]);
        go!(db.conn().batch_execute("CREATE TYPE mood AS ENUM ('sad', 'ok', 'glad', 'angry')"))?;
        walk!(db.conn(), "v": Mood, "mood", &["'angry'", "'glad'", "'sad'", "'ok'"]);
    }
}
