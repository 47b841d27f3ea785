//! One snapshot for a whole tree: which transaction it is, that it ends, and what is refused.

use std::panic::{AssertUnwindSafe, catch_unwind};

use blog::models::{Comment, Post, Profile, User};
use blog::schema::{comments, posts, users};
use turbodiesel::Error;

use super::races::CHANGES;
use crate::support::data::FEW;
use crate::support::prelude::*;
use crate::support::race::{Two, take};

scenarios! {
    fn a_transaction_of_its_own_ends_whatever_happens(db) {
        db.conn();
        let mut two = Two::<Conn>::new()?;
        two.other(FEW)?;
        let sent = two.race(usize::MAX, "");
        let frames = |sent: &_| take(sent).into_iter().filter(|sql| !sql.starts_with("SELECT") && !sql.starts_with("SET")).collect::<Vec<_>>();
        let asked: &[&str] = if BACKEND == "sqlite" { &["BEGIN", "ROLLBACK"] } else { &[] };

        assert_eq!(go!(feed!().in_snapshot().load(&mut two.one))?.len(), 4);
        let brief = |sql: &String| if sql.contains(" FROM ") { "SELECT .." } else { sql.split(" -- binds").next().unwrap_or_default() }.to_owned();
        let texts: Vec<_> = take(&sent).iter().map(brief).collect();
        insta::assert_snapshot!(format!("in_snapshot__{BACKEND}"), texts.join("\n"));
        assert_eq!(go!(feed!().in_snapshot().load_optional(&mut two.one))?.map(|(user, ..)| user.id), Some(1));
        assert_eq!(frames(&sent), [asked, &["BEGIN", "COMMIT"]].concat());

        let failing = load_with(loader!(|_users: &[&User], _conn| { Err::<Vec<()>, _>(Error::loader("no")) }));
        let error = go!(feed!().preload(failing).in_snapshot().load(&mut two.one)).unwrap_err();
        assert!(error.is_loader());
        assert_eq!(frames(&sent), [asked, &["BEGIN", "ROLLBACK"]].concat());

        // A future that panics sends nothing any more: its connection is broken, as that of one that is dropped.
        #[cfg(not(feature = "awaited"))]
        {
            let panicking = |_: &[&User], _: &mut Conn| -> turbodiesel::Result<Vec<()>> { panic!("a loader's own mistake") };
            let conn = &mut two.one;
            assert!(catch_unwind(AssertUnwindSafe(|| { let _ = go!(feed!().preload(load_with(panicking)).in_snapshot().load(conn)); })).is_err());
            assert_eq!(frames(&sent), [asked, &["BEGIN", "ROLLBACK"]].concat());
        }

        let result = go!(in_snapshot(&mut two.one, reading!(|conn| { Ok(go!(conn.batch_execute("SELECT no_such_column FROM users"))?) })));
        assert!(result.is_err_and(|error| error.is_database()));
        assert_eq!(frames(&sent), [asked, &["BEGIN", "ROLLBACK"]].concat());

        // None is open: what is committed now is seen, and Diesel begins from the start.
        two.other("UPDATE users SET name = 'Zoe' WHERE id = 1")?;
        let name: String = go!(two.one.transaction(work!(|conn| go!(users::table.find(1).select(users::name).get_result(conn)))))?;
        assert_eq!(name, "Zoe");
        assert_eq!(frames(&sent), ["BEGIN", "COMMIT"]);
    }

    fn pages_and_their_counts_fit_each_other(db) {
        db.conn();
        let mut two = Two::<Conn>::new()?;
        two.other(FEW)?;
        // Between the page and what hangs on it.
        two.race(1, CHANGES[2]);
        let (page, count) = go!(in_snapshot(&mut two.one, reading!(|conn| {
            let page = go!(comments::table
                .select(Comment::as_select())
                .keyset(comments::id.asc())
                .first(2)
                .preload(belongs_to::<User>())
                .load(conn))?;
            Ok((page, go!(users::table.count().get_result::<i64>(conn))?))
        })))?;
        assert_eq!(page.items().iter().map(|(comment, writer)| (comment.id, writer.id)).collect::<Vec<_>>(), [(100, 2), (101, 3)]);
        assert_eq!((count, go!(users::table.count().get_result::<i64>(&mut two.one))?), (4, 3));
    }

    fn it_only_reads(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let result = go!(in_snapshot(conn, reading!(|conn| { Ok(go!(diesel::delete(comments::table).execute(conn))?) })));
        // SQLite has no transactions that only read.
        assert_eq!(result.is_ok(), BACKEND == "sqlite", "{result:?}");
    }

    fn the_callers_transaction_is_used_if_it_is_a_snapshot(db) {
        db.conn();
        let mut two = Two::<Conn>::new()?;
        two.other(FEW)?;
        let repeatable = if BACKEND == "postgres" { "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ" } else { "SELECT 1" };
        let sent = two.race(2, CHANGES[2]);
        let names = go!(two.one.transaction::<_, Error, _>(work!(|conn| {
            go!(conn.batch_execute(repeatable))?;
            let feed = go!(feed!().in_snapshot().load(conn))?;
            assert_eq!(feed.len(), 4);
            // In a savepoint, too.
            let again = go!(conn.transaction(work!(|conn| go!(feed!().in_snapshot().load(conn)))))?;
            assert_eq!(format!("{again:?}"), format!("{feed:?}"));
            Ok(feed)
        })))?;
        assert_eq!(names.len(), 4);
        let sent = take(&sent);
        let begun = sent.iter().filter(|sql| *sql == "BEGIN").count();
        // SQLite's questions are BEGINs.
        assert_eq!(begun, if BACKEND == "sqlite" { 3 } else { 1 }, "{sent:?}");
        assert_eq!(go!(users::table.count().get_result::<i64>(&mut two.one))?, 3);
        // The transaction is still the caller's, who writes.
        go!(two.one.transaction::<_, Error, _>(work!(|conn| {
            go!(conn.batch_execute(repeatable))?;
            go!(feed!().in_snapshot().load(conn))?;
            go!(conn.batch_execute("INSERT INTO tags (id, name) VALUES (1, 'a')"))?;
            Ok(())
        })))?;
        assert_eq!(go!(blog::schema::tags::table.count().get_result::<i64>(&mut two.one))?, 1);

        // One that Diesel does not know of.
        go!(two.one.batch_execute(if BACKEND == "postgres" { "BEGIN ISOLATION LEVEL SERIALIZABLE" } else { "BEGIN" }))?;
        assert_eq!(go!(feed!().in_snapshot().load(&mut two.one))?.len(), 3);
        two.other("DELETE FROM comments; DELETE FROM posts; DELETE FROM profiles; DELETE FROM users WHERE id = 1")?;
        assert_eq!(go!(feed!().in_snapshot().load(&mut two.one))?.len(), 3);
        go!(two.one.batch_execute("COMMIT"))?;
        assert_eq!(go!(feed!().in_snapshot().load(&mut two.one))?.len(), 2);
    }

    fn a_callers_transaction_that_is_none_is_refused(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        match BACKEND {
            "sqlite" => {}
            "postgres" => go!(conn.batch_execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED"))?,
            _ => go!(conn.batch_execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"))?,
        }
        let log = StatementLog::install(conn);
        let result = go!(conn.transaction::<_, Error, _>(work!(|conn| go!(feed!().in_snapshot().load(conn)))));
        if BACKEND == "sqlite" {
            assert_eq!(result?.len(), 4);
        } else {
            let error = result.unwrap_err();
            assert!(error.is_weak_isolation(), "{error}");
            assert!(error.to_string().to_lowercase().replace('-', " ").contains("read committed"), "{error}");
            assert!(log.take().iter().all(|statement| !statement.sql.contains(" FROM ")), "it was loaded nevertheless");
        }
        // Its own transaction is a snapshot whatever the session's default.
        assert_eq!(go!(feed!().in_snapshot().load(conn))?.len(), 4);
        assert_eq!(go!(conn.transaction::<_, Error, _>(work!(|conn| go!(feed!().load(conn)))))?.len(), 4);
    }

    fn on_a_pooled_connection_and_in_a_tests_transaction(db) {
        go!(db.conn().batch_execute(FEW))?;
        let pool = go!(db.pool(1))?;
        for _ in 0..2 {
            let conn = &mut go!(pool.get())?;
            let load = feed!().in_snapshot();
            let announced = load.statements().fixed();
            let log = StatementLog::install(conn);
            assert_eq!(go!(load.load(conn))?.len(), 4);
            assert!(log.len() <= announced && announced == 7, "{:?}", log.take());
        }
        let conn = db.conn();
        go!(conn.begin_test_transaction())?;
        if BACKEND == "postgres" {
            assert!(go!(feed!().in_snapshot().load(conn)).is_err_and(|error| error.is_weak_isolation()));
            go!(conn.batch_execute("ROLLBACK; BEGIN ISOLATION LEVEL REPEATABLE READ"))?;
        }
        assert_eq!(go!(feed!().in_snapshot().load(conn))?.len(), 4);
    }
}
