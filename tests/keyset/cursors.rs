//! Cursors that are not a position of this ordering: an error each, and nothing is sent.

use blog::models::{Post, User};
use blog::schema::{posts, users};
use turbodiesel::keyset::{Cursor, CursorError, desc};

use super::golden::tokens;
use crate::support::data::FEW;
use crate::support::prelude::*;

scenarios! {
    fn a_cursor_of_another_ordering_is_refused(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let all = || posts::table.select(Post::as_select());
        let cursor = go!(all().keyset((posts::score.desc(), posts::id.desc())).first(1).load(conn))?.end_cursor().cloned();
        let log = StatementLog::install(conn);
        let cursor = cursor.as_ref();
        let refused = |result: turbodiesel::Result<turbodiesel::keyset::Page<Post>>| {
            let error = result.unwrap_err();
            assert!(error.is_cursor() && error.as_cursor().is_some_and(CursorError::is_wrong_ordering), "{error}");
        };
        refused(go!(all().keyset((posts::score.desc(), posts::id.asc())).first(1).after(cursor).load(conn)));
        refused(go!(all().keyset((posts::score.asc(), posts::id.desc())).first(1).after(cursor).load(conn)));
        refused(go!(all().keyset((posts::editor_id.desc(), posts::id.desc())).first(1).after(cursor).load(conn)));
        refused(go!(all().keyset(posts::id.desc()).first(1).after(cursor).load(conn)));
        // Another place for NULLs than the backend's own.
        let key = if BACKEND == "postgres" { desc(posts::score).nulls_last() } else { desc(posts::score).nulls_first() };
        refused(go!(all().keyset((key, desc(posts::id))).first(1).before(cursor).load(conn)));
        let users = go!(users::table.select(User::as_select()).keyset(users::id.desc()).first(1).after(cursor).load(conn));
        assert!(users.unwrap_err().is_cursor());
        assert_eq!(log.len(), 0);
    }

    fn a_cursor_of_another_backend_is_refused(db) {
        let conn = db.conn();
        let log = StatementLog::install(conn);
        for other in ["sqlite", "postgres", "mysql"].into_iter().filter(|other| *other != BACKEND) {
            // The same ordering there and here.
            let newest = posts::table.select(Post::as_select()).keyset((posts::created_at.desc(), posts::id.desc())).first(1);
            let error = go!(newest.after_token(Some(tokens(other)[0])).load(conn)).unwrap_err();
            assert!(error.as_cursor().is_some_and(CursorError::is_wrong_backend), "{other}: {error}");
        }
        assert_eq!(log.len(), 0);
    }

    fn a_token_is_an_error_wherever_it_is_not_one_of_this_ordering(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let all = || posts::table.select(Post::as_select()).keyset((posts::created_at.desc(), posts::id.desc()));
        let token = go!(all().first(1).load(conn))?.end_cursor().unwrap().to_string();
        let log = StatementLog::install(conn);
        for length in 0..token.len() {
            let error = go!(all().first(1).after_token(Some(&token[..length])).load(conn)).unwrap_err();
            assert!(error.is_cursor(), "{length}: {error}");
        }
        for garbage in ["", "!", "a b", &"A".repeat(5_000), &format!("{token}A"), &format!("{token}=")] {
            let error = go!(all().first(1).before_token(Some(garbage)).load(conn)).unwrap_err();
            assert!(error.is_cursor(), "{garbage}: {error}");
            assert_eq!(error.as_cursor().unwrap().to_string(), "invalid cursor");
        }
        assert_eq!(log.len(), 0);
    }

    fn a_cursor_keeps_what_is_stored(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        // Microseconds that a float or a millisecond clock would lose.
        let newest = || posts::table.select(Post::as_select()).keyset((posts::created_at.asc(), posts::id.asc()));
        let mut seen = vec![];
        let mut cursor: Option<Cursor> = None;
        loop {
            let page = go!(newest().first(1).after(cursor.as_ref()).load(conn))?;
            seen.extend(page.items().iter().map(|post| post.id));
            let Some(next) = page.next_cursor() else { break };
            cursor = Some(next.to_string().parse()?);
        }
        assert_eq!(seen, [10, 11, 12, 20, 21, 30]);
    }

    fn keys_too_long_for_a_cursor_are_an_error(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let body = "long ".repeat(1_000);
        go!(diesel::update(posts::table.find(10)).set(posts::body.eq(&body)).execute(conn))?;
        let error = go!(posts::table.select(Post::as_select()).keyset((posts::body.desc(), posts::id.desc())).first(1).load(conn)).unwrap_err();
        assert!(error.is_cursor_too_long(), "{error}");
    }
}

only_on! { sqlite;
    /// Four spellings of timestamps in one column, as different programs write them: a cursor that decoded and encoded them
    /// again would repeat or lose rows.
    fn a_sqlite_column_with_several_spellings_of_time_pages_exactly(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        for id in 100..160 {
            let time =
                ["2026-01-03 10:00:00", "2026-01-03T10:00:00.000", "2026-01-03 10:00:00.500000", "2026-01-03 10:00:00.5"]
                    [id % 4];
            go!(conn.batch_execute(&format!(
                "INSERT INTO posts (id, author_id, title, body, published, created_at) VALUES ({id}, 1, '', '', TRUE, '{time}')"
            )))?;
        }
        let all: Vec<i32> = go!(posts::table.order((posts::created_at.asc(), posts::id.asc())).select(posts::id).load(conn))?;
        let oldest = || posts::table.select(Post::as_select()).keyset((posts::created_at.asc(), posts::id.asc()));
        let mut seen = vec![];
        let mut cursor: Option<Cursor> = None;
        loop {
            let page = go!(oldest().first(7).after(cursor.as_ref()).load(conn))?;
            seen.extend(page.items().iter().map(|post| post.id));
            let Some(next) = page.next_cursor() else { break };
            cursor = Some(next.clone());
        }
        assert_eq!(seen, all);
    }
}
