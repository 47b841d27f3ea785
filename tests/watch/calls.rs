//! Bugs in functions that call others, and loads of several pieces, which are none.

use blog::models::{Comment, Post, Profile, User};
use blog::schema::{comments, posts, users};

use super::found::only;
use crate::support::data::FEW;
use crate::support::prelude::*;
use crate::support::watching::watch;

const THIS_FILE: &str = include_str!("calls.rs");

/// Comments below comment 100 of [`FEW`], each below the one before.
pub(super) const CHAIN: &str = "INSERT INTO comments (id, post_id, author_id, parent_id, body, created_at) VALUES
  (110, 10, 1, 101, '..', '2026-03-03 09:00:00'), (111, 10, 1, 110, '..', '2026-03-03 09:00:00'),
  (112, 10, 1, 111, '..', '2026-03-03 09:00:00')";

scenarios! {
    fn in_a_helper_two_calls_down(db) {
        function! {
            fn titles(conn: &mut Conn, author: i32) -> QueryResult<Vec<String>> {
                go!(posts::table.filter(posts::author_id.eq(author)).select(posts::title).load(conn))
            }
        }
        function! {
            fn number(conn: &mut Conn, author: i32) -> QueryResult<usize> {
                Ok(go!(titles(conn, author))?.len())
            }
        }
        let (_, log) = go!(watch(db.conn(), work!(|conn| {
            for author in 1..=3 {
                go!(number(conn, author))?;
            }
            QueryResult::Ok(())
        })))?;
        assert_eq!(only(&log).0, 3);
        let found = log.n_plus_ones().remove(0);
        // A future has no name.
        if cfg!(not(feature = "awaited")) {
            let functions: Vec<&str> = found.places().iter().map(|place| place.function()).collect();
            assert!(functions[0].ends_with("::titles"), "{functions:?}");
            assert!(functions[1].ends_with("::number") && functions.len() > 2, "who called is named too: {functions:?}");
        }
        let lines: Vec<_> = found.places().iter().filter_map(|place| THIS_FILE.lines().nth(place.line()? as usize - 1)).collect();
        assert!(lines[0].contains(".load(conn)") && lines[1].contains("titles(conn, author)"), "{found}");
        assert!(lines[2].contains("number(conn, author)"), "{found}");
    }

    fn in_a_function_that_calls_itself(db) {
        function! {
            // A tree, a level a call.
            fn replies(conn: &mut Conn, comment: i32) -> QueryResult<usize> {
                let ids: Vec<i32> =
                    go!(comments::table.filter(comments::parent_id.eq(comment)).select(comments::id).load(conn))?;
                let mut all = ids.len();
                for id in ids {
                    all += again!(replies(conn, id))?;
                }
                Ok(all)
            }
        }
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        go!(conn.batch_execute(CHAIN))?;
        let (all, log) = go!(watch(conn, work!(|conn| go!(replies(conn, 100)))))?;
        assert_eq!(all, 4);
        only(&log);
    }

    fn every_load_of_this_crate_names_its_line(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let mut lines = Vec::new();
        let (_, log) = go!(watch(conn, work!(|conn| -> turbodiesel::Result<()> {
            for id in 1..=3 {
                let user = users::table.filter(users::id.eq(id)).select(User::as_select()).preload(has_many::<Post>());
                let row = go!(user.load_optional(conn))?.map(|(user, _)| user);
                lines.push(line!() - 1);
                go!(preload_for(row.into_iter().collect(), has_one::<Profile>(), conn))?;
                lines.push(line!() - 1);
                go!(load_for_keys::<Post, _, _>(&[id], has_many::<Comment>(), conn))?;
                lines.push(line!() - 1);
                let page = comments::table.filter(comments::post_id.eq(id)).select(Comment::as_select());
                let _ = go!(page.keyset(comments::id.asc()).first(1).load(conn))?;
                lines.push(line!() - 1);
            }
            Ok(())
        })))?;
        let mut found: Vec<_> = log.n_plus_ones().iter().filter_map(|one| one.place()?.line()).collect();
        lines.truncate(4);
        found.sort_unstable();
        found.dedup();
        assert_eq!(found, lines, "{log}");
    }

    // And what is no bug.
    fn a_load_of_rows_or_keys_in_several_pieces(db) {
        // A statement a level, each with other keys.
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        go!(conn.batch_execute(CHAIN))?;
        let replies = || has_many::<Comment>().by(comments::parent_id).tree(6);
        let (_, log) = go!(watch(conn, work!(|conn| -> turbodiesel::Result<()> {
            let first = go!(comments::table.find(100).select(Comment::as_select()).load(conn))?;
            go!(preload_for(first, replies(), conn))?;
            Ok(())
        })))?;
        log.assert_no_n_plus_one();
        assert!(log.statements().any(|statement| statement.count() >= 5), "{log}");
        // Of a key, whose level is not one of those that are asked for below.
        let below = has_many::<Comment>().by(comments::parent_id).preload(replies());
        let (_, log) = go!(watch(conn, work!(|conn| go!(load_for_keys::<Comment, _, _>(&[100], below, conn)).map(drop))))?;
        log.assert_no_n_plus_one();
        assert!(log.statements().any(|statement| statement.count() >= 5), "{log}");
    }
}
