//! Planted mistakes that assertions on plans must find, each beside the same code without the mistake.

use blog::Seed;
use blog::models::{Comment, Post};
use blog::schema::{comments, posts};
use turbodiesel::plan::{Access, Plan, Plans};

use crate::support::panics;
use crate::support::prelude::*;

/// Enough rows for every planner to prefer an index for a few of them.
fn many() -> Seed {
    Seed { users: 300, posts_per_user: 20, comments_per_post: 1, tags: 10 }
}

/// Takes the index of the comments' foreign key away. On MariaDB the key needs it, and goes with it.
fn without_foreign_key_index(backend: &str) -> &'static str {
    match backend {
        "mysql" => "ALTER TABLE comments DROP FOREIGN KEY comments_ibfk_1, DROP INDEX comments_post_id_idx",
        _ => "DROP INDEX comments_post_id_idx",
    }
}

fn without_newest_index(backend: &str) -> &'static str {
    match backend {
        "mysql" => "DROP INDEX posts_created_at_idx ON posts",
        _ => "DROP INDEX posts_created_at_idx",
    }
}

/// The message begins with what is wrong, and shows the statement, its plan and the step that is to blame.
#[track_caller]
fn blames(message: &str, wrong: &str, plan: &Plan, step: Option<&str>) {
    assert!(message.starts_with(wrong), "{message}");
    let here = step.map(|step| format!("\n  here: {step}"));
    for shown in [plan.sql(), &plan.to_string(), here.as_deref().unwrap_or("\n  here: ")] {
        assert!(message.contains(shown), "no {shown} in {message}");
    }
}

scenarios! {
    fn a_missing_foreign_key_index(db) {
        let conn = db.conn();
        seed(conn, &many())?;
        analyze(conn)?;
        let of_a_post = comments::table.filter(comments::post_id.eq(7)).select(comments::body);
        let tree = || posts::table.find(7).select(Post::as_select()).preload(has_many::<Comment>());
        go!(of_a_post.explain(conn))?.assert_uses_index("comments_post_id_idx").assert_no_full_scan();
        for plans in [go!(tree().explain(conn))?, go!(tree().explain_generic(conn))?] {
            plans.assert_uses_index("comments_post_id_idx").assert_no_full_scan_of("comments");
        }

        go!(conn.batch_execute(without_foreign_key_index(BACKEND)))?;
        analyze(conn)?;
        let plan = go!(of_a_post.explain(conn))?;
        assert_eq!(plan.full_scans().len(), 1, "{plan}");
        assert_eq!(plan.full_scans()[0].access(), Some(Access::FullTable));
        let scan = Some(plan.full_scans()[0].label());
        blames(&panics(|| { plan.assert_no_full_scan(); }), "the statement reads a whole table or index", &plan, scan);
        blames(&panics(|| { plan.assert_no_full_scan_of("comments"); }), "the statement reads all of `comments`", &plan, scan);
        let unused = "the statement does not use the index `comments_post_id_idx`";
        blames(&panics(|| { plan.assert_uses_index("comments_post_id_idx"); }), unused, &plan, scan);
        plan.assert_no_full_scan_of("posts").assert_no_sort();

        // In a tree the statement that is to blame is shown, and the others are not.
        for plans in [go!(tree().explain(conn))?, go!(tree().explain_generic(conn))?] {
            let message = panics(|| { plans.assert_no_full_scan_of("comments"); });
            blames(&message, "a statement reads all of `comments`", &plans[1], None);
            assert!(!message.contains(plans[0].sql()), "{message}");
            plans.assert_no_full_scan_of("posts");
        }
    }

    fn a_sort_without_an_index(db) {
        let conn = db.conn();
        seed(conn, &many())?;
        analyze(conn)?;
        let newest = posts::table.order((posts::created_at.desc(), posts::id.desc())).select(posts::id).limit(10);
        let page = || posts::table.select(Post::as_select()).keyset((posts::created_at.desc(), posts::id.desc())).first(10);
        go!(newest.explain(conn))?.assert_no_sort().assert_no_full_scan().assert_uses_index("posts_created_at_idx");
        go!(page().explain(conn))?.assert_no_sort().assert_no_full_scan().assert_uses_index("posts_created_at_idx");

        go!(conn.batch_execute(without_newest_index(BACKEND)))?;
        analyze(conn)?;
        let plan = go!(newest.explain(conn))?;
        let wrong = "the statement sorts: no index gives the order";
        blames(&panics(|| { plan.assert_no_sort(); }), wrong, &plan, Some(plan.sorts()[0].label()));
        let plans = go!(page().explain(conn))?;
        let wrong = "a statement sorts: no index gives the order";
        blames(&panics(|| { plans.assert_no_sort(); }), wrong, &plans[0], Some(plans.sorts()[0].label()));
        // Nothing but the table is left to read.
        assert!(!plan.full_scans().is_empty() && !plans.full_scans().is_empty(), "{plan}\n{plans}");
    }

    fn an_offset_page(db) {
        let conn = db.conn();
        seed(conn, &many())?;
        analyze(conn)?;
        let newest = posts::table.order((posts::created_at.desc(), posts::id.desc())).select(posts::id);
        go!(newest.limit(10).explain(conn))?.assert_no_offset().assert_no_full_scan();
        let page = posts::table.select(Post::as_select()).keyset((posts::created_at.desc(), posts::id.desc())).first(10);
        let cursor = go!(page.clone().load(conn))?.end_cursor().cloned();
        go!(page.after(cursor.as_ref()).explain(conn))?.assert_no_offset().assert_no_full_scan();

        // The first page has the plan of the last one, which walks over all that it skips.
        for offset in [0, 5_000] {
            let plan = go!(newest.limit(10).offset(offset).explain(conn))?;
            blames(&panics(|| { plan.assert_no_offset(); }), "the statement has an OFFSET: it reads what it skips", &plan, None);
            blames(&panics(|| { plan.assert_no_full_scan(); }), "the statement reads a whole table or index", &plan, None);
        }
        // Where an index leads to the rows, there is no scan to find, and yet an OFFSET.
        let of_an_author = posts::table.filter(posts::author_id.eq(3)).order((posts::created_at, posts::id)).select(posts::id);
        let plan = go!(of_an_author.limit(5).offset(10).explain(conn))?;
        plan.assert_no_full_scan().assert_uses_index("posts_author_id_idx");
        assert!(plan.skips_rows());
        let plans: Plans = [go!(of_an_author.limit(5).explain(conn))?, plan].into_iter().collect();
        let message = panics(|| { plans.assert_no_offset(); });
        blames(&message, "a statement has an OFFSET", &plans[1], None);
        if BACKEND != "sqlite" {
            let far = go!(newest.limit(10).offset(5_000).explain_analyze(conn))?;
            assert!(far.rows_read().is_some_and(|read| read >= 5_010.0), "{far}");
        }
    }
}
