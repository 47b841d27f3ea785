//! Bugs, planted and found.

use blog::models::{Comment, Post, Profile, User};
use blog::schema::{comments, posts, users};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use turbodiesel::prelude::*;
use turbodiesel::watch::{Log, Watcher, watch};

use crate::support::data::FEW;
use crate::support::panics;

/// The only N+1 of the log: how often, its table and column, the line that reads.
#[track_caller]
fn only(log: &Log) -> (u64, String, Option<u32>) {
    let found = log.n_plus_ones();
    assert_eq!(found.len(), 1, "{found:?}");
    let place = found[0].place().expect("a test knows its lines");
    assert!(place.file().is_some_and(|file| file.ends_with("tests/watch/found.rs")), "{place}");
    (found[0].count(), found[0].advice().unwrap_or_default(), place.line())
}

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
    fn in_a_loop(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let mut line = 0;
        let (_, log) = go!(watch(conn, |conn| {
            for author in 1..=4 {
                line = line!() + 1;
                go!(posts::table.filter(posts::author_id.eq(author)).select(posts::title).load::<String>(conn))?;
            }
            QueryResult::Ok(())
        }))?;
        let (count, advice, at) = only(&log);
        assert_eq!((count, at), (4, Some(line)));
        assert!(advice.contains("`posts.author_id` points back"), "{advice}");
        let message = panics(|| log.assert_no_n_plus_one());
        for part in ["sent 4 times", "tests/watch/found.rs", "posts", "has_many"] {
            assert!(message.contains(part), "{part}: {message}");
        }
    }

    fn in_a_helper_two_calls_down(db) {
        let conn = db.conn();
        let (_, log) = go!(watch(conn, |conn| (1..=3).try_for_each(|author| helper::titles(conn, author).map(drop))))?;
        assert_eq!(only(&log).0, 3);
        let found = log.n_plus_ones().remove(0);
        let functions: Vec<&str> = found.places().iter().map(|place| place.function()).collect();
        assert!(functions[0].ends_with("Titles>::titles"), "{functions:?}");
        assert!(functions[1].ends_with("helper::titles") && functions.len() > 2, "who called is named too: {functions:?}");
    }

    fn by_a_foreign_key_of_the_row(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let (_, log) = go!(watch(conn, |conn| {
            let posts = go!(posts::table.order(posts::id).select(Post::as_select()).load(conn))?;
            posts.iter().try_for_each(|post| {
                go!(users::table.find(post.author_id).select(users::name).first::<String>(conn)).map(drop)
            })
        }))?;
        let (count, advice, _) = only(&log);
        assert_eq!(count, 6);
        assert!(advice.contains("belongs_to"), "{advice}");
        assert_eq!(log.n_plus_ones()[0].keys(), 3);
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

    fn a_load_of_this_crate_in_a_loop(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let mut line = 0;
        let (_, log) = go!(watch(conn, |conn| -> turbodiesel::Result<()> {
            for id in 1..=4 {
                let user = users::table.filter(users::id.eq(id)).select(User::as_select()).preload(has_many::<Post>());
                line = line!() + 1;
                go!(user.load(conn))?;
            }
            Ok(())
        }))?;
        let found = log.n_plus_ones();
        assert_eq!(found.len(), 2, "the users and their posts: {found:?}");
        assert_eq!(found[0].place().and_then(|place| place.line()), Some(line), "{found:?}");
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

    fn with_the_values_in_the_text(db) {
        let conn = db.conn();
        let (_, log) = go!(watch(conn, |conn| {
            (1..=3).try_for_each(|id| {
                go!(diesel::sql_query(format!("SELECT title FROM posts WHERE author_id = {id}")).execute(conn)).map(drop)
            })
        }))?;
        assert_eq!(only(&log).0, 3);
    }

    fn the_threshold_can_be_set(db) {
        let conn = db.conn();
        let watcher = Watcher::builder().threshold(2).build();
        watcher.install(conn);
        for id in 1..=2 {
            go!(posts::table.filter(posts::author_id.eq(id)).select(posts::title).load::<String>(conn))?;
        }
        assert_eq!(only(&watcher.log()).0, 2);
        watcher.take().threshold(3).assert_no_n_plus_one();
    }
}
