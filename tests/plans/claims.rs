//! What this crate claims of its own statements: each goes by an index, for these values and for any.

use blog::Seed;
use blog::models::{Comment, Post, PostTag, Profile, Tag, User};
use blog::schema::{comments, posts, users};
use turbodiesel::plan::Plans;

use crate::support::prelude::*;

/// Every statement goes by one of these indexes or by a primary key, and no table is read from end to end.
#[track_caller]
fn by_index(plans: &Plans, indexes: &[&str]) {
    for table in ["users", "posts", "comments", "profiles", "post_tags", "tags"] {
        plans.assert_no_full_scan_of(table);
    }
    for index in indexes {
        plans.assert_uses_index(index);
    }
}

scenarios! {
    fn relations_go_by_the_foreign_key(db) {
        let conn = db.conn();
        seed(conn, &Seed { users: 3_000, posts_per_user: 3, comments_per_post: 1, tags: 5_000 })?;
        analyze(conn)?;
        let feed = || {
            users::table
                .filter(users::id.between(40, 43))
                .select(User::as_select())
                .preload(
                    has_many::<Post>()
                        .order(posts::created_at.desc())
                        .limit_per_parent(2)
                        .preload(many_to_many::<Tag, PostTag>())
                        .preload(belongs_to::<User>())
                        .preload(has_many::<Comment>()),
                )
                .preload(has_one::<Profile>())
        };
        for plans in [go!(feed().explain(conn))?, go!(feed().explain_generic(conn))?] {
            assert_eq!(plans.len(), 7, "{plans}");
            by_index(&plans, &["posts_author_id_idx", "comments_post_id_idx", "profiles_user_id_idx"]);
        }
        let children = || users::table.find(40).select(User::as_select()).preload(has_many::<Post>());
        for plans in [go!(children().explain(conn))?, go!(children().explain_generic(conn))?] {
            by_index(&plans, &["posts_author_id_idx"]);
        }
    }

    fn trees_go_by_their_column(db) {
        let conn = db.conn();
        seed(conn, &Seed { users: 200, posts_per_user: 5, comments_per_post: 10, tags: 0 })?;
        analyze(conn)?;
        let thread = || {
            comments::table
                .find(1)
                .select(Comment::as_select())
                .preload(has_many::<Comment>().by(comments::parent_id).tree(3))
        };
        for plans in [go!(thread().explain(conn))?, go!(thread().explain_generic(conn))?] {
            assert!((2..=4).contains(&plans.len()), "{plans}");
            by_index(&plans, &["comments_parent_id_idx"]);
        }
    }

    fn pages_are_ranges_of_an_index(db) {
        let conn = db.conn();
        seed_posts(conn, 20_000)?;
        analyze(conn)?;
        let newest = || posts::table.select(Post::as_select()).keyset((posts::created_at.desc(), posts::id.desc()));
        let of_id = || posts::table.select(Post::as_select()).keyset(posts::id.asc());
        let middle = go!(newest().first(1).after(go!(newest().first(9_000).load(conn))?.end_cursor()).load(conn))?;
        let cursor = middle.end_cursor();
        for plans in [
            go!(newest().first(20).explain(conn))?,
            go!(newest().first(20).explain_generic(conn))?,
            go!(newest().first(20).after(cursor).explain(conn))?,
            go!(newest().first(20).after(cursor).explain_generic(conn))?,
            go!(newest().last(20).before(cursor).explain(conn))?,
        ] {
            by_index(&plans, &["posts_created_at_idx"]);
            plans.assert_no_offset();
        }
        let by_id = go!(of_id().first(20).load(conn))?.end_cursor().cloned();
        by_index(&go!(of_id().first(20).after(by_id.as_ref()).explain(conn))?, &[]);
        if BACKEND != "sqlite" {
            // As much for the page in the middle as for the first one, and for the one before it.
            for plans in [
                go!(newest().first(20).explain_analyze(conn))?,
                go!(newest().first(20).after(cursor).explain_analyze(conn))?,
                go!(newest().last(20).before(cursor).explain_analyze(conn))?,
                go!(of_id().first(20).after(by_id.as_ref()).explain_analyze(conn))?,
            ] {
                plans.assert_rows_read_at_most(60);
            }
        }
    }

    fn a_repository_looks_up_by_index(db) {
        let conn = db.conn();
        seed(conn, &Seed { users: 500, posts_per_user: 10, comments_per_post: 0, tags: 0 })?;
        analyze(conn)?;
        let user = go!(conn.repo::<User>().get(7))?.ok_or("no user 7")?;
        let by_id = conn.repo::<User>().query().find(user.id);
        let by_email = conn.repo::<User>().query().filter(users::email.eq(&user.email));
        let of_author = conn.repo::<Post>().query().filter(posts::author_id.eq(7));
        for plans in [
            [go!(by_id.explain(conn))?, go!(by_email.explain(conn))?, go!(of_author.explain(conn))?],
            [go!(by_id.explain_generic(conn))?, go!(by_email.explain_generic(conn))?, go!(of_author.explain_generic(conn))?],
        ] {
            by_index(&plans.into_iter().collect(), &["users_email_idx", "posts_author_id_idx"]);
        }
    }
}
