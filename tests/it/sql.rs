//! The SQL of every node, pinned: one snapshot a scenario and backend.

use blog::models::{Comment, EditedPost, Post, PostTag, Profile, User};
use blog::schema::{comments, post_tags, posts, users};
use turbodiesel::keyset::{asc, desc, unique};

use crate::support::data::FEW;
use crate::support::prelude::*;
use crate::support::sql::texts;

scenarios! {
    fn of_relations(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        go!(users::table
            .filter(users::active.eq(true))
            .select(User::as_select())
            .preload(has_one::<Profile>())
            .preload(
                has_many::<Post>()
                    .filter(posts::published.eq(true).or(posts::score.gt(3)))
                    .order(posts::created_at.desc())
                    .preload(has_many::<Comment>().order(comments::id)),
            )
            .load(conn))?;
        go!(posts::table.select(Post::as_select()).preload(belongs_to::<User>()).load(conn))?;
        go!(posts::table.select(EditedPost::as_select()).preload(belongs_to::<User>().filter(users::active.eq(true))).load(conn))?;
        insta::assert_snapshot!(format!("relations__{BACKEND}"), texts(&log));
    }

    fn of_pages(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        go!(conn.batch_execute("INSERT INTO tags (id, name) VALUES (1, 'a'), (2, 'b');
            INSERT INTO post_tags (post_id, tag_id, position) VALUES (10, 1, 1), (10, 2, 2);"))?;
        let log = StatementLog::install(conn);
        macro_rules! two_pages {
            ($query:expr, $ordering:expr) => {{
                let first = go!($query.keyset($ordering).first(1).load(conn))?;
                let _ = go!($query.keyset($ordering).first(1).after(first.end_cursor()).load(conn))?;
                let _ = go!($query.keyset($ordering).last(1).before(first.end_cursor()).load(conn))?;
            }};
        }
        let posts = || posts::table.select(Post::as_select());
        two_pages!(posts(), posts::id.asc());
        insta::assert_snapshot!(format!("page_one_key__{BACKEND}"), texts(&log));
        two_pages!(posts().filter(posts::published.eq(true)).or_filter(posts::score.gt(3)), (posts::created_at.desc(), posts::id.desc()));
        insta::assert_snapshot!(format!("page_one_direction__{BACKEND}"), texts(&log));
        two_pages!(posts(), (posts::created_at.desc(), posts::id.asc()));
        insta::assert_snapshot!(format!("page_mixed_directions__{BACKEND}"), texts(&log));
        two_pages!(posts(), (posts::score.desc(), posts::id.asc()));
        insta::assert_snapshot!(format!("page_nullable__{BACKEND}"), texts(&log));
        two_pages!(posts(), (desc(posts::score).nulls_last(), asc(posts::id)));
        two_pages!(posts(), (desc(posts::score).nulls_first(), asc(posts::id)));
        insta::assert_snapshot!(format!("page_nulls_chosen__{BACKEND}"), texts(&log));
        two_pages!(post_tags::table.select(PostTag::as_select()), (post_tags::post_id.asc(), post_tags::tag_id.asc()));
        insta::assert_snapshot!(format!("page_composite_key__{BACKEND}"), texts(&log));
        two_pages!(posts::table.inner_join(comments::table).select((Post::as_select(), Comment::as_select())), (posts::created_at.desc(), unique(comments::id.desc())));
        insta::assert_snapshot!(format!("page_join__{BACKEND}"), texts(&log));
        let page = go!(posts().keyset((posts::created_at.desc(), posts::id.desc())).first(4).load(conn))?;
        let (after, before) = (page.start_cursor(), page.end_cursor());
        log.take();
        let _ = go!(posts().keyset((posts::created_at.desc(), posts::id.desc())).first(1).after(after).before(before).load(conn))?;
        insta::assert_snapshot!(format!("page_window__{BACKEND}"), texts(&log));
    }
}
