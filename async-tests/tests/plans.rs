//! Plans that are awaited: of queries, preloads and pages, with the statements of the blocking ones.

#[macro_use]
#[path = "../support/mod.rs"]
mod support;

use blog::models::{Comment, Post, Profile, User};
use blog::schema::{comments, posts, tags, users};
use blog::{Seed, StatementLog};
use diesel::sql_query;
use turbodiesel::plan::Plan;

use crate::support::data::FEW;
use crate::support::prelude::*;

fn is_send<T: Send>(value: T) -> T {
    value
}

/// The statements that were sent, without those that ask for plans.
fn sent(log: &StatementLog) -> Vec<String> {
    let sql = log.take().into_iter().map(|statement| statement.sql);
    sql.filter(|sql| {
        sql.trim_start_matches('(').starts_with("SELECT") && sql != "SELECT VERSION()" && !sql.contains("pg_typeof")
    })
    .collect()
}

scenarios! {
    fn every_kind_of_query_is_explained(db) {
        blog::seed(db.blocking(), &Seed { users: 300, posts_per_user: 20, comments_per_post: 1, tags: 10 })?;
        blog::analyze(db.blocking())?;
        let conn = db.conn();
        let of = |table: &str, plan: Plan| {
            assert!(plan.nodes().any(|node| node.table() == Some(table)), "no {table} in\n{plan}");
            plan
        };
        of("posts", go!(is_send(posts::table.explain(conn)))?);
        of("posts", go!(posts::table.find(1).explain(conn))?).assert_no_full_scan();
        // A boxed query is `Send`, and no more than that.
        let boxed = || posts::table.filter(posts::author_id.eq(3)).select(posts::title).into_boxed();
        of("posts", go!(is_send(boxed().explain(conn)))?).assert_uses_index("posts_author_id_idx").assert_no_full_scan();
        let query = posts::table.filter(posts::author_id.eq(3)).select(posts::title);
        go!((&query).explain(conn))?.assert_uses_index("posts_author_id_idx");
        go!(is_send(query.explain_generic(conn)))?.assert_uses_index("posts_author_id_idx");
        assert!(!go!(query.load::<String>(conn))?.is_empty());
        of("posts", go!(diesel::update(posts::table.find(1)).set(posts::score.eq(1)).explain(conn))?);
        of("comments", go!(diesel::delete(comments::table.find(1)).explain(conn))?);
        go!(diesel::insert_into(tags::table).values(tags::name.eq("new")).explain(conn))?;
        of("posts", go!(sql_query("SELECT * FROM posts WHERE id = 5").explain(conn))?).assert_no_full_scan();
        assert_eq!(go!(tags::table.filter(tags::name.eq("new")).count().get_result::<i64>(conn))?, 0, "nothing was run");
        for error in [
            go!(sql_query("SELECT * FROM nowhere").explain(conn)).unwrap_err(),
            go!(sql_query("SELECT * FROM nowhere").explain_generic(conn)).unwrap_err(),
        ] {
            assert!(error.is_database(), "{error}");
        }
        // The connection is as good as before, and holds nothing of the attempt.
        go!(users::table.find(1).explain_generic(conn))?.assert_no_full_scan_of("posts");
        // No transaction is open: what is written is there for others.
        go!(diesel::insert_into(tags::table).values(tags::name.eq("written")).execute(conn))?;
        let written = tags::table.filter(tags::name.eq("written")).count();
        assert_eq!(go!(written.get_result::<i64>(&mut go!(db.another())?))?, 1);
    }

    fn what_is_run_is_taken_back(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let change = || diesel::update(posts::table.filter(posts::author_id.eq(1))).set(posts::score.eq(-7));
        let changed = || posts::table.filter(posts::score.eq(-7)).count();
        if BACKEND == "sqlite" {
            assert!(go!(change().explain_analyze(conn)).unwrap_err().is_no_analyze());
            assert!(go!(users::table.select(User::as_select()).preload(has_many::<Post>()).explain_analyze(conn)).unwrap_err().is_no_analyze());
            return Ok(());
        }
        assert!(go!(is_send(change().explain_analyze(conn)))?.rows_read().is_some_and(|read| read > 0.0));
        assert_eq!(go!(changed().get_result::<i64>(conn))?, 0);
        // Inside of a transaction too, which goes on.
        go!(conn.transaction::<_, turbodiesel::Error, _>(async |conn| {
            diesel::insert_into(tags::table).values(tags::name.eq("kept")).execute(conn).await?;
            change().explain_analyze(conn).await?;
            assert!(sql_query("SELECT * FROM nowhere").explain_generic(conn).await.is_err());
            Ok(())
        }))?;
        assert_eq!(go!(changed().get_result::<i64>(conn))?, 0);
        assert_eq!(go!(tags::table.filter(tags::name.eq("kept")).count().get_result::<i64>(conn))?, 1);
    }

    fn a_tree_has_a_plan_for_each_statement(db) {
        blog::seed(db.blocking(), &Seed { users: 500, posts_per_user: 20, comments_per_post: 1, tags: 10 })?;
        blog::analyze(db.blocking())?;
        let conn = db.conn();
        let feed = || {
            users::table
                .filter(users::id.between(40, 41))
                .select(User::as_select())
                .preload(has_many::<Post>().order(posts::created_at.desc()).preload(has_many::<Comment>().order(comments::id)))
                .preload(has_many::<Post>().order(posts::id).limit_per_parent(2))
                .preload(has_one::<Profile>())
        };
        let log = StatementLog::default();
        conn.set_instrumentation(log.clone());
        let rows = go!(feed().load(conn))?;
        assert_eq!(rows.len(), 2);
        let mut loaded = sent(&log);
        let plans = go!(is_send(feed().explain(conn)))?;
        assert_eq!(plans.len(), 5);
        // In the order in which the blocking load sends them. On PostgreSQL the load sends those of a level together.
        let explained: Vec<_> = plans.iter().map(|plan| plan.sql().to_owned()).collect();
        assert_eq!(sent(&log), explained, "each statement is sent once, beside its EXPLAIN");
        let mut sorted = explained.clone();
        sorted.sort();
        loaded.sort();
        assert_eq!(sorted, loaded);
        assert!(explained[1].contains("created_at") && explained[2].contains("comments") && explained[4].contains("profiles"), "{explained:?}");
        for index in ["posts_author_id_idx", "comments_post_id_idx"] {
            plans.assert_uses_index(index);
        }
        plans.assert_no_full_scan_of("posts").assert_no_full_scan_of("comments").assert_no_full_scan_of("users");
        assert_eq!(go!(is_send(feed().explain_generic(conn)))?.len(), 5);
        if BACKEND != "sqlite" {
            let read = go!(feed().explain_analyze(conn))?;
            let given = rows.iter().map(|(_, posts, ..)| posts.len()).sum::<usize>();
            assert!(read.rows_read().is_some_and(|read| read >= given as f64));
        }
        // A load that is not explained asks for no plan, one that is polled in turn with an explained one neither.
        log.take();
        go!(feed().load(conn))?;
        assert!(log.take().iter().all(|statement| !statement.sql.contains("EXPLAIN")));
        let mut other = go!(db.another())?;
        other.set_instrumentation(log.clone());
        let (plans, rows) = go!(futures_util::future::try_join(feed().explain(db.conn()), feed().load(&mut other)))?;
        assert_eq!((plans.len(), rows.len()), (5, 2));
        assert!(go!(is_send(users::table.filter(users::id.lt(0)).select(User::as_select()).preload(has_many::<Post>()).explain(db.conn())))?.len() == 1);
    }

    fn an_error_ends_the_recording(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let failing = || {
            let no_such_column = diesel::dsl::sql::<diesel::sql_types::Bool>("no_such_column = 1");
            users::table.select(User::as_select()).preload(has_many::<Post>().filter(no_such_column))
        };
        assert!(go!(failing().explain(conn)).unwrap_err().is_database());
        assert!(go!(failing().explain_generic(conn)).unwrap_err().is_database());
        let log = StatementLog::default();
        conn.set_instrumentation(log.clone());
        go!(users::table.select(User::as_select()).preload(has_many::<Post>()).load(conn))?;
        assert!(log.take().iter().all(|statement| !statement.sql.contains("EXPLAIN")));
    }

    fn each_page_is_a_range_of_an_index(db) {
        blog::seed_posts(db.blocking(), 20_000)?;
        blog::analyze(db.blocking())?;
        let conn = db.conn();
        let newest = || posts::table.select(Post::as_select()).keyset((posts::created_at.desc(), posts::id.desc()));
        let first = go!(is_send(newest().first(20).explain(conn)))?;
        assert_eq!(first.len(), 1);
        first.assert_uses_index("posts_created_at_idx").assert_no_sort().assert_no_full_scan();
        let page = go!(newest().first(20).load(conn))?;
        let cursor = page.end_cursor();
        let after = || newest().first(20).after(cursor);
        for plans in [go!(after().explain(conn))?, go!(after().explain_generic(conn))?, go!(newest().last(20).before(cursor).explain(conn))?] {
            plans.assert_uses_index("posts_created_at_idx").assert_no_full_scan();
        }
        if BACKEND != "sqlite" {
            go!(after().explain_analyze(conn))?.assert_rows_read_at_most(60);
        }
        let titles = || posts::table.keyset((posts::created_at.desc(), posts::id.desc())).select((posts::id, posts::title)).first(20);
        for plans in [go!(is_send(titles().explain(conn)))?, go!(titles().after(cursor).explain_generic(conn))?] {
            assert_eq!(plans.len(), 1);
            plans.assert_uses_index("posts_created_at_idx").assert_no_full_scan();
        }
        assert_eq!(go!(is_send(after().preload(belongs_to::<User>()).explain(conn)))?.len(), 2);
        assert!(go!(newest().first(0).explain(conn)).unwrap_err().is_page_size());
        assert!(go!(newest().first(1).after_token(Some("x")).explain(conn)).unwrap_err().is_cursor());
    }
}
