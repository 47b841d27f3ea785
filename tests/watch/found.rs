//! Bugs, planted and found.

use blog::models::{Post, User};
use blog::schema::{posts, users};
use turbodiesel::watch::{Log, Watcher};

use crate::support::data::FEW;
use crate::support::panics;
use crate::support::prelude::*;
use crate::support::watching::watch;

/// The only N+1 of the log: how often, its table and column, the line that reads.
#[track_caller]
pub(super) fn only(log: &Log) -> (u64, String, Option<u32>) {
    let found = log.n_plus_ones();
    assert_eq!(found.len(), 1, "{found:?}");
    let place = found[0].place().expect("a test knows its lines");
    assert!(place.file().is_some_and(|file| file.contains("tests/watch/")), "{place}");
    (found[0].count(), found[0].advice().unwrap_or_default(), place.line())
}

scenarios! {
    fn in_a_loop(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let mut line = 0;
        let (_, log) = go!(watch(conn, work!(|conn| {
            for author in 1..=4 {
                line = line!() + 1;
                go!(posts::table.filter(posts::author_id.eq(author)).select(posts::title).load::<String>(conn))?;
            }
            QueryResult::Ok(())
        })))?;
        let (count, advice, at) = only(&log);
        assert_eq!((count, at), (4, Some(line)));
        assert!(advice.contains("`posts.author_id` points back"), "{advice}");
        let message = panics(|| log.assert_no_n_plus_one());
        for part in ["sent 4 times", "tests/watch/found.rs", "posts", "has_many"] {
            assert!(message.contains(part), "{part}: {message}");
        }
    }

    fn by_a_foreign_key_of_the_row(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let (_, log) = go!(watch(conn, work!(|conn| {
            let posts = go!(posts::table.order(posts::id).select(Post::as_select()).load(conn))?;
            for post in &posts {
                go!(users::table.find(post.author_id).select(users::name).first::<String>(conn))?;
            }
            QueryResult::Ok(())
        })))?;
        let (count, advice, _) = only(&log);
        assert_eq!(count, 6);
        assert!(advice.contains("belongs_to"), "{advice}");
        assert_eq!(log.n_plus_ones()[0].keys(), 3);
    }

    fn a_load_of_this_crate_in_a_loop(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let mut line = 0;
        let (_, log) = go!(watch(conn, work!(|conn| -> turbodiesel::Result<()> {
            for id in 1..=4 {
                let user = users::table.filter(users::id.eq(id)).select(User::as_select()).preload(has_many::<Post>());
                line = line!() + 1;
                go!(user.load(conn))?;
            }
            Ok(())
        })))?;
        let found = log.n_plus_ones();
        assert_eq!(found.len(), 2, "the users and their posts: {found:?}");
        assert_eq!(found[0].place().and_then(|place| place.line()), Some(line), "{found:?}");
    }

    fn with_the_values_in_the_text(db) {
        let conn = db.conn();
        let (_, log) = go!(watch(conn, work!(|conn| {
            for id in 1..=3 {
                go!(diesel::sql_query(format!("SELECT title FROM posts WHERE author_id = {id}")).execute(conn))?;
            }
            QueryResult::Ok(())
        })))?;
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
