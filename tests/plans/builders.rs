//! The plans of preloads and pages: one for each statement that is sent, with its real keys.

use blog::Seed;
use blog::models::{Comment, Post, Profile, User};
use blog::schema::{comments, posts, users};

use crate::support::prelude::*;

/// Enough rows for every planner to prefer an index for a few of them.
fn many() -> Seed {
    Seed { users: 500, posts_per_user: 20, comments_per_post: 1, tags: 10 }
}

/// The statements that were sent, without those that ask for plans.
fn sent(log: &blog::StatementLog) -> Vec<String> {
    let sql = log.take().into_iter().map(|statement| statement.sql);
    sql.filter(|sql| sql.starts_with("SELECT") && sql != "SELECT VERSION()").collect()
}

scenarios! {
    fn a_tree_has_a_plan_for_each_statement(db) {
        let conn = db.conn();
        seed(conn, &many())?;
        analyze(conn)?;
        let feed = || {
            users::table
                .filter(users::id.between(40, 41))
                .select(User::as_select())
                .preload(has_one::<Profile>())
                .preload(has_many::<Post>().order(posts::created_at.desc()).preload(has_many::<Comment>().order(comments::id)))
        };
        let log = StatementLog::install(conn);
        let rows = go!(feed().load(conn))?;
        assert_eq!(rows.len(), 2);
        let loaded = sent(&log);
        let plans = go!(feed().explain(conn))?;
        assert_eq!(plans.len(), feed().statements().fixed());
        assert_eq!(plans.iter().map(|plan| plan.sql().to_owned()).collect::<Vec<_>>(), loaded);
        assert_eq!(sent(&log), loaded, "each statement is sent once, beside its EXPLAIN");
        for index in ["posts_author_id_idx", "comments_post_id_idx"] {
            plans.assert_uses_index(index);
        }
        plans.assert_no_full_scan_of("posts").assert_no_full_scan_of("comments").assert_no_full_scan_of("users");
        for plans in [go!(feed().explain_generic(conn))?, go!(feed().explain(conn))?] {
            assert!(plans.to_string().contains("1 x SELECT"));
            assert_eq!(plans.len(), 4);
        }
        if BACKEND == "sqlite" {
            assert!(go!(feed().explain_analyze(conn)).unwrap_err().is_no_analyze());
        } else {
            let read = go!(feed().explain_analyze(conn))?;
            let given = rows.iter().map(|(.., posts)| posts.len()).sum::<usize>();
            assert!(read.rows_read().is_some_and(|read| read >= given as f64));
            read.assert_rows_read_at_most(2_000);
        }
        // A load that is not explained asks for no plan.
        log.take();
        go!(feed().load(conn))?;
        assert!(log.take().iter().all(|statement| !statement.sql.contains("EXPLAIN")));
    }

    fn without_parents_there_is_no_statement_and_no_plan(db) {
        let conn = db.conn();
        let plans = go!(users::table.select(User::as_select()).preload(has_many::<Post>()).explain(conn))?;
        assert_eq!(plans.len(), 1);
    }

    fn an_error_ends_the_recording(db) {
        let conn = db.conn();
        seed(conn, &Seed::users(3))?;
        let failing = users::table
            .select(User::as_select())
            .preload(has_many::<Post>().filter(diesel::dsl::sql::<diesel::sql_types::Bool>("no_such_column = 1")));
        assert!(go!(failing.explain(conn)).unwrap_err().is_database());
        let log = StatementLog::install(conn);
        go!(users::table.select(User::as_select()).preload(has_many::<Post>()).load(conn))?;
        assert!(log.take().iter().all(|statement| !statement.sql.contains("EXPLAIN")));
    }

    fn each_page_is_a_range_of_an_index(db) {
        let conn = db.conn();
        seed_posts(conn, 20_000)?;
        analyze(conn)?;
        let newest = || {
            posts::table
                .select(Post::as_select())
                .keyset((posts::created_at.desc(), posts::id.desc()))
        };
        let mixed = || posts::table.select(Post::as_select()).keyset((posts::created_at.desc(), posts::id.asc()));
        let first = go!(newest().first(20).explain(conn))?;
        assert_eq!(first.len(), 1);
        first.assert_uses_index("posts_created_at_idx").assert_no_sort().assert_no_full_scan();

        let page = go!(newest().first(20).load(conn))?;
        let cursor = page.end_cursor();
        let after = || newest().first(20).after(cursor);
        for plans in [go!(after().explain(conn))?, go!(after().explain_generic(conn))?, go!(newest().last(20).before(cursor).explain(conn))?] {
            plans.assert_uses_index("posts_created_at_idx").assert_no_full_scan();
        }
        if BACKEND != "sqlite" {
            // Twenty rows, one more, and those that share the cursor's time.
            go!(after().explain_analyze(conn))?.assert_rows_read_at_most(60);
        }
        if BACKEND == "postgres" {
            // Not on MariaDB: its OR chain with mixed directions is no range of an index. It reads all 20,000 rows and sorts
            // those that are left, so such a page is as dear as a table scan there.
            let cursor = go!(mixed().first(20).load(conn))?.end_cursor().cloned();
            go!(mixed().first(20).after(cursor.as_ref()).explain_analyze(conn))?.assert_rows_read_at_most(60);
        }
        let titles = || posts::table.keyset((posts::created_at.desc(), posts::id.desc())).select((posts::id, posts::title)).first(20);
        for plans in [go!(titles().explain(conn))?, go!(titles().after(cursor).explain(conn))?, go!(titles().after(cursor).explain_generic(conn))?] {
            assert_eq!(plans.len(), 1);
            plans.assert_uses_index("posts_created_at_idx").assert_no_full_scan();
        }
        let with_author = go!(after().preload(belongs_to::<User>()).explain(conn))?;
        assert_eq!(with_author.len(), 2);
        assert!(go!(newest().first(0).explain(conn)).unwrap_err().is_page_size());
        assert!(go!(newest().first(1).after_token(Some("x")).explain(conn)).unwrap_err().is_cursor());
    }

    // A loader that is awaited is lent a connection on which others may be on their way, and so explains nothing.
    #[cfg(not(feature = "awaited"))]
    fn a_relation_explained_inside_an_explained_load_is_its_own(db) {
        let conn = db.conn();
        seed(conn, &Seed::users(5))?;
        let plans = go!(users::table
            .select(User::as_select())
            .preload(load_with(|users: &[&User], conn: &mut Conn| {
                let inner = users::table.select(User::as_select()).preload(has_many::<Post>()).explain(conn)?;
                assert_eq!(inner.len(), 2);
                Ok(users.iter().map(|_| inner.len()).collect::<Vec<_>>())
            }))
            .preload(has_one::<Profile>())
            .explain(conn))?;
        assert_eq!(plans.len(), 2, "{plans}");
    }
}
