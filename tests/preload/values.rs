//! Values of every type are the same in a preload as in a plain load.

use crate::support::prelude::*;

diesel::table! {
    boxes (id) {
        id -> Integer,
    }
}
diesel::table! {
    things (id) {
        id -> Integer,
        box_id -> Integer,
        small -> SmallInt,
        big -> BigInt,
        single -> Float,
        double -> Double,
        flag -> Bool,
        words -> Text,
        raw -> Binary,
        maybe -> Nullable<Text>,
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable)]
#[diesel(table_name = boxes)]
struct Case {
    id: i32,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable, Associations, Insertable)]
#[diesel(table_name = things, belongs_to(Case, foreign_key = box_id), treat_none_as_default_value = false)]
struct Thing {
    id: i32,
    box_id: i32,
    small: i16,
    big: i64,
    single: f32,
    double: f64,
    flag: bool,
    words: String,
    raw: Vec<u8>,
    maybe: Option<String>,
}

fn create(backend: &str) -> String {
    let [single, double, raw, text] = match backend {
        "postgres" => ["REAL", "DOUBLE PRECISION", "BYTEA", "TEXT"],
        "mysql" => ["FLOAT", "DOUBLE", "BLOB", "TEXT CHARACTER SET utf8mb4"],
        _ => ["FLOAT", "DOUBLE", "BLOB", "TEXT"],
    };
    let name = if backend == "mysql" { "`double`" } else { "\"double\"" };
    format!(
        "CREATE TABLE boxes (id INTEGER PRIMARY KEY);
         CREATE TABLE things (id INTEGER PRIMARY KEY, box_id INTEGER NOT NULL, small SMALLINT NOT NULL, big BIGINT NOT NULL,
             single {single} NOT NULL, {name} {double} NOT NULL, flag BOOLEAN NOT NULL, words {text} NOT NULL,
             raw {raw} NOT NULL, maybe {text});
         INSERT INTO boxes (id) VALUES (1), (2);"
    )
}

/// Numbers that JSON rounds, text that looks like JSON, bytes that are no text, nothing and NULL.
fn thing(id: i32) -> Thing {
    let of = |list: [&str; 6]| list[id as usize % 6].to_owned();
    let list: [(i16, i64, f32, f64, &[u8]); 6] = [
        (0, 0, 0.0, 0.0, b""),
        (-1, (1 << 53) + 1, 0.1, 0.1, &[0, 255, 254]),
        (i16::MIN, i64::MIN, f32::MIN, f64::MIN, b"null"),
        (i16::MAX, i64::MAX, f32::MAX, f64::MAX, b"\\x00"),
        (7, -((1 << 53) + 3), 1e-30, 1e-300, b"'\"`"),
        (8, 10_000_000_000_000_001, 16_777_217.0, 123_456_789.123_456_79, &[10, 13, 9]),
    ];
    let (small, big, single, double, raw) = list[id as usize % 6];
    Thing {
        id,
        box_id: 1 + id % 2,
        small,
        big,
        single,
        double,
        flag: id % 3 == 0,
        words: of(["", "null", "{\"a\": [1]}", "\\u0041 \\", "Ä😀\u{7f}", "  padded  "]),
        raw: raw.to_vec(),
        maybe: (id % 4 > 0).then(|| of(["NULL", "", "0", "1e3", "\n", "true"])),
    }
}

scenarios! {
    fn every_value_is_that_of_a_plain_load(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&create(BACKEND)))?;
        for id in 0..24 {
            go!(diesel::insert_into(things::table).values(thing(id)).execute(conn))?;
        }
        let plain: Vec<Thing> = go!(things::table.order(things::id).select(Thing::as_select()).load(conn))?;
        assert_eq!(plain, (0..24).map(thing).collect::<Vec<_>>());
        let boxes = go!(boxes::table.order(boxes::id).select(Case::as_select()).preload(has_many::<Thing>().order(things::id)).load(conn))?;
        let mut loaded: Vec<Thing> = boxes.into_iter().flat_map(|(_, things)| things).collect();
        loaded.sort_by_key(|thing| thing.id);
        assert_eq!(loaded, plain);
        let first = has_many::<Thing>().order(things::id).limit_per_parent(100);
        let boxes = go!(boxes::table.order(boxes::id).select(Case::as_select()).preload(first).load(conn))?;
        let mut loaded: Vec<Thing> = boxes.into_iter().flat_map(|(_, things)| things).collect();
        loaded.sort_by_key(|thing| thing.id);
        assert_eq!(loaded, plain);
    }
}
