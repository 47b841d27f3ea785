//! Bugs in functions that call others, where a driver that awaits needs other functions.

use blog::models::{Comment, Post, Profile, User};
use blog::schema::{comments, posts, users};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use turbodiesel::prelude::*;
use turbodiesel::watch::watch;

use super::found::only;
use crate::support::data::FEW;

/// Comments below comment 100 of [`FEW`], each below the one before.
const CHAIN: &str = "INSERT INTO comments (id, post_id, author_id, parent_id, body, created_at) VALUES
  (110, 10, 1, 101, '..', '2026-03-03 09:00:00'), (111, 10, 1, 110, '..', '2026-03-03 09:00:00'),
  (112, 10, 1, 111, '..', '2026-03-03 09:00:00')";

/// Two calls down: the loop is elsewhere.
mod helper {
    use super::*;

    pub(super) trait Titles: Connection {
        fn titles(&mut self, author: i32) -> QueryResult<Vec<String>>;
    }

    #[inline(never)]
    pub(super) fn titles(conn: &mut impl Titles, author: i32) -> QueryResult<usize> {
        Ok(conn.titles(author)?.len())
    }

    macro_rules! titles {
        ($Conn:ty) => {
            impl Titles for $Conn {
                fn titles(&mut self, author: i32) -> QueryResult<Vec<String>> {
                    posts::table.filter(posts::author_id.eq(author)).select(posts::title).load(self)
                }
            }
        };
    }
    titles!(SqliteConnection);
    #[cfg(feature = "postgres")]
    titles!(PgConnection);
    #[cfg(feature = "mysql")]
    titles!(MysqlConnection);
}

/// A tree, a level a call.
macro_rules! replies {
    ($conn:expr, $Conn:ty) => {{
        fn replies(conn: &mut $Conn, comment: i32) -> QueryResult<usize> {
            let ids: Vec<i32> =
                comments::table.filter(comments::parent_id.eq(comment)).select(comments::id).load(conn)?;
            let mut all = ids.len();
            for id in ids {
                all += replies(conn, id)?;
            }
            Ok(all)
        }
        replies($conn, 100)
    }};
}

scenarios! {
    fn in_a_helper_two_calls_down(db) {
        let conn = db.conn();
        let (_, log) = go!(watch(conn, |conn| (1..=3).try_for_each(|author| helper::titles(conn, author).map(drop))))?;
        assert_eq!(only(&log).0, 3);
        let found = log.n_plus_ones().remove(0);
        let functions: Vec<&str> = found.places().iter().map(|place| place.function()).collect();
        assert!(functions[0].ends_with("Titles>::titles"), "{functions:?}");
        assert!(functions[1].ends_with("helper::titles") && functions.len() > 2, "who called is named too: {functions:?}");
    }

    fn in_a_function_that_calls_itself(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        go!(conn.batch_execute(
            "INSERT INTO comments (id, post_id, author_id, parent_id, body, created_at) VALUES
             (110, 10, 1, 101, '..', '2026-03-03 09:00:00'), (111, 10, 1, 110, '..', '2026-03-03 09:00:00'),
             (112, 10, 1, 111, '..', '2026-03-03 09:00:00')"
        ))?;
        let (all, log) = go!(watch(conn, |conn| replies!(conn, Conn)))?;
        assert_eq!(all, 4);
        only(&log);
    }

    fn every_load_of_this_crate_names_its_line(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let mut lines = Vec::new();
        let (_, log) = go!(watch(conn, |conn| -> turbodiesel::Result<()> {
            for id in 1..=3 {
                let user = users::table.filter(users::id.eq(id)).select(User::as_select()).preload(has_many::<Post>());
                let row = go!(user.load_optional(conn))?.map(|(user, _)| user);
                lines.push(line!() - 1);
                go!(preload_for(row.into_iter().collect(), has_one::<Profile>(), conn))?;
                lines.push(line!() - 1);
                go!(load_for_keys::<Post, _, _>(&[id], has_many::<Comment>(), conn))?;
                lines.push(line!() - 1);
            }
            Ok(())
        }))?;
        let mut found: Vec<_> = log.n_plus_ones().iter().filter_map(|one| one.place()?.line()).collect();
        found.dedup();
        lines.truncate(3);
        found.sort_unstable();
        found.dedup();
        assert_eq!(found, lines, "{log}");
    }

    // And what is no bug.
    fn a_load_of_rows_or_keys_in_several_pieces(db) {
        // A statement a level, each with other keys.
        go!(db.conn().batch_execute(FEW))?;
        go!(db.conn().batch_execute(CHAIN))?;
        let replies = || has_many::<Comment>().by(comments::parent_id).tree(6);
        let (_, log) = go!(watch(db.conn(), |conn| -> turbodiesel::Result<()> {
            let first = go!(comments::table.find(100).select(Comment::as_select()).load(conn))?;
            go!(preload_for(first, replies(), conn))?;
            Ok(())
        }))?;
        log.assert_no_n_plus_one();
        assert!(log.statements().any(|statement| statement.count() >= 5), "{log}");
        // Of a key, whose level is not one of those that are asked for below.
        let below = has_many::<Comment>().by(comments::parent_id).preload(replies());
        let (_, log) = go!(watch(db.conn(), |conn| go!(load_for_keys::<Comment, _, _>(&[100], below, conn)).map(drop)))?;
        log.assert_no_n_plus_one();
        assert!(log.statements().any(|statement| statement.count() >= 5), "{log}");
    }
}
