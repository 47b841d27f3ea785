//! Any bytes as a token: as its text, as what its text encodes, and as the values behind the head of a good one, so that
//! what is accepted is also bound. It may be refused, or be a position; it must not panic.

#![no_main]

use std::cell::RefCell;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use libfuzzer_sys::fuzz_target;
use turbodiesel::keyset::Page;
use turbodiesel::prelude::*;

#[path = "../../tests/keyset/property.rs"]
mod property;

diesel::table! {
    kinds (id) {
        id -> Integer,
        real -> Double,
        name -> Text,
        raw -> Binary,
        at -> Timestamp,
        maybe -> Nullable<BigInt>,
    }
}

#[derive(Queryable, Selectable)]
struct Kind {
    #[allow(dead_code)]
    id: i32,
}

const ROWS: &str = "
    CREATE TABLE kinds (id INTEGER PRIMARY KEY, real DOUBLE NOT NULL, name TEXT NOT NULL, raw BLOB NOT NULL,
                        at TIMESTAMP NOT NULL, maybe BIGINT);
    INSERT INTO kinds VALUES (1, 0.5, '', X'', '2026-01-01 10:00:00', NULL), (2, 0.5, 'a', X'00FF', '2026-01-01T10:00', 7);";

thread_local! {
    static CONN: RefCell<SqliteConnection> = RefCell::new({
        let mut conn = SqliteConnection::establish(":memory:").expect("SQLite opens");
        conn.batch_execute(ROWS).expect("the table is created");
        conn
    });
}

fn load(token: Option<&str>) -> turbodiesel::Result<Page<Kind>> {
    let keys = (
        kinds::maybe.desc(),
        kinds::at.asc(),
        kinds::raw.asc(),
        kinds::name.desc(),
        kinds::real.asc(),
        kinds::id.asc(),
    );
    CONN.with_borrow_mut(|conn| kinds::table.select(Kind::as_select()).keyset(keys).first(1).after_token(token).load(conn))
}

fuzz_target!(|data: &[u8]| {
    let good = load(None).expect("the first page").end_cursor().expect("its row").to_string();
    let good = URL_SAFE_NO_PAD.decode(good).expect("a token is base64");
    // Version, parts, backend, fingerprint.
    let head = &good[..11];
    for token in [
        String::from_utf8_lossy(data).into_owned(),
        URL_SAFE_NO_PAD.encode(data),
        URL_SAFE_NO_PAD.encode([head, data].concat()),
    ] {
        assert!(property::is_canonical_or_refused(&token), "{token}");
        if let Err(error) = load(Some(&token)) {
            assert!(error.is_cursor(), "{token}: {error}");
        }
    }
});
