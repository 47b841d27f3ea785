//! Cursors that clients have stored: their text is part of the API. A change here is a major version.

use blog::models::Post;
use blog::schema::posts;
use turbodiesel::keyset::{CursorSecret, asc, desc};

use crate::support::data::FEW;
use crate::support::prelude::*;

/// The tokens of post 20 under five orderings: newest first, best first, an expression with a bind, signed, NULLs placed.
pub(super) fn tokens(backend: &str) -> [&'static str; 5] {
    match backend {
        "sqlite" => [
            "AQBz-7utKyZwhZEFABUyMDI2LTAyLTAzIDEwOjAwOjAwLjUBAAAAAAAAABQ",
            "AQBzFNZ6U1t0u6oBAAAAAAAAAAUBAAAAAAAAABQ",
            "AQBzwjX2HGXmoksBAAAAAAAAABUFAARSYWluAQAAAAAAAAAU",
            "AQFzJpw4O2ypRPIFAARSYWluAQAAAAAAAAAUf1xBIaoJyu-sePmukI94Mg",
            "AQBz3LMd8jnUFrcBAAAAAAAAAAUBAAAAAAAAAAEBAAAAAAAAABQ",
        ],
        "postgres" => [
            "AQBwo6k53T_wKoEGAAgAAuznRXfJIAYABAAAABQ",
            "AQBwLQX6i2VS1oAGAAQAAAAFBgAEAAAAFA",
            "AQBwpk8Fj06t7bEGAAQAAAAVBgAEUmFpbgYABAAAABQ",
            "AQFwbJihfy0mFeQGAARSYWluBgAEAAAAFMyfUcBXDAXSUiblwwPJJ7M",
            "AQBwl3Egj6R2DHgGAAQAAAAFBgAEAAAAAQYABAAAABQ",
        ],
        _ => [
            "AQBt-7utKyZwhZEHAgAH6gACAAMACgAAAAAAB6EgAQAAAAAAAAAU",
            "AQBtFNZ6U1t0u6oBAAAAAAAAAAUBAAAAAAAAABQ",
            "AQBtwjX2HGXmoksBAAAAAAAAABUFAARSYWluAQAAAAAAAAAU",
            "AQFtJpw4O2ypRPIFAARSYWluAQAAAAAAAAAU26U4BK-GAeycg90L3xX5xw",
            "AQBt3LMd8jnUFrcBAAAAAAAAAAUBAAAAAAAAAAEBAAAAAAAAABQ",
        ],
    }
}

scenarios! {
    fn tokens_of_earlier_versions_are_still_read_and_written(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let all = || posts::table.select(Post::as_select());
        let secret = CursorSecret::new([7; 32])?.bound_to(["tenant 1", "/posts"]);
        let mut written = vec![];
        macro_rules! golden {
            ($ordering:expr $(, $signed:ident)?) => {{
                let golden = tokens(BACKEND)[written.len()];
                let page = go!(all().filter(posts::id.eq(20)).keyset($ordering).first(1)$(.$signed(&secret))?.load(conn))?;
                written.push(page.end_cursor().unwrap().to_string());
                let rest = go!(all().keyset($ordering).first(1)$(.$signed(&secret))?.after_token(Some(golden)).load(conn))?;
                assert_eq!(rest.len(), 1);
            }};
        }
        golden!((posts::created_at.desc(), posts::id.desc()));
        golden!((posts::score.desc(), posts::id.asc()));
        golden!((asc(posts::id + 1), posts::title.desc(), posts::id.asc()));
        golden!((posts::title.asc(), posts::id.desc()), signed);
        golden!((desc(posts::score).nulls_last(), asc(posts::editor_id).nulls_first(), posts::id.asc()));
        assert_eq!(written, tokens(BACKEND));
    }
}
