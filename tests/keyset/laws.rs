//! The law: for every ordering, page size and direction, the union of the pages is the database's own unpaged list.

use blog::models::{Comment, Post, PostTag, User};
use blog::schema::{comments, post_tags, posts, users};
use turbodiesel::keyset::{Cursor, asc, desc, unique};

use crate::support::prelude::*;

/// Walks `$query.keyset($ordering)` forward and backward in pages of several sizes. `$order_by` is the same order in
/// Diesel's words; `$id` tells a row.
macro_rules! walk {
    ($go:ident, $conn:expr, $query:expr, $ordering:expr, $order_by:expr, $row:ty, $id:expr) => {{
        let conn = $conn;
        let id = $id;
        let all: Vec<$row> = $go!($query.order($order_by).load(conn))?;
        let all: Vec<_> = all.iter().map(id).collect();
        assert!(all.len() >= 20, "a walk of {} rows proves little", all.len());
        for size in [1, 2, 3, 7, all.len() as u32 - 1, all.len() as u32, all.len() as u32 + 1] {
            let (mut forward, mut cursor, mut end) = (vec![], None::<Cursor>, None::<Cursor>);
            loop {
                let page = $go!($query.keyset($ordering).first(size).after(cursor.as_ref()).load(conn))?;
                assert_eq!(page.has_next().is_some(), true);
                assert_eq!(page.has_previous(), if cursor.is_none() { Some(false) } else { None });
                forward.extend(page.items().iter().map(id));
                end = page.end_cursor().cloned().or(end);
                let Some(next) = page.next_cursor() else { break };
                // Through its text, as a client would send it.
                cursor = Some(next.to_string().parse()?);
            }
            assert_eq!(forward, all, "forward in pages of {size}");

            let (mut backward, mut cursor) = (vec![], None::<Cursor>);
            loop {
                let page = $go!($query.keyset($ordering).last(size).before(cursor.as_ref()).load(conn))?;
                assert_eq!(page.has_previous().is_some(), true);
                backward.splice(0..0, page.items().iter().map(id));
                let Some(previous) = page.previous_cursor() else { break };
                cursor = Some(previous.to_string().parse()?);
            }
            assert_eq!(backward, all, "backward in pages of {size}");

            // After the last row there is nothing, and the page still says where to ask again.
            let empty = $go!($query.keyset($ordering).first(size).after(end.as_ref()).load(conn))?;
            assert!(empty.is_empty() && empty.end_cursor() == end.as_ref());
        }
    }};
}

fn seeded(conn: &mut impl TestConnection) -> QueryResult<()> {
    seed(conn, &blog::Seed { users: 8, ..blog::Seed::default() }).map(drop)
}

scenarios! {
    fn one_key(db) {
        let conn = db.conn();
        seeded(conn)?;
        let query = || posts::table.select(Post::as_select());
        walk!(go, &mut *conn, query(), posts::id.asc(), posts::id.asc(), Post, |p: &Post| p.id);
        walk!(go, conn, query(), posts::id.desc(), posts::id.desc(), Post, |p: &Post| p.id);
    }

    fn one_direction(db) {
        let conn = db.conn();
        seeded(conn)?;
        let query = || posts::table.select(Post::as_select());
        walk!(go, &mut *conn, query(), (posts::created_at.desc(), posts::id.desc()), (posts::created_at.desc(), posts::id.desc()), Post, |p: &Post| p.id);
        walk!(go, conn, query(), (posts::published.asc(), posts::created_at.asc(), posts::id.asc()),
            (posts::published.asc(), posts::created_at.asc(), posts::id.asc()), Post, |p: &Post| p.id);
    }

    fn mixed_directions(db) {
        let conn = db.conn();
        seeded(conn)?;
        let query = || posts::table.select(Post::as_select());
        walk!(go, &mut *conn, query(), (posts::created_at.desc(), posts::id.asc()), (posts::created_at.desc(), posts::id.asc()), Post, |p: &Post| p.id);
        walk!(go, conn, query(), (posts::author_id.asc(), posts::created_at.desc(), posts::id.asc()),
            (posts::author_id.asc(), posts::created_at.desc(), posts::id.asc()), Post, |p: &Post| p.id);
    }

    fn nullable_keys_stand_where_the_database_has_them(db) {
        let conn = db.conn();
        seeded(conn)?;
        let query = || posts::table.select(Post::as_select());
        walk!(go, &mut *conn, query(), (posts::score.asc(), posts::id.asc()), (posts::score.asc(), posts::id.asc()), Post, |p: &Post| p.id);
        walk!(go, &mut *conn, query(), (posts::score.desc(), posts::id.asc()), (posts::score.desc(), posts::id.asc()), Post, |p: &Post| p.id);
        walk!(go, conn, query(), (posts::editor_id.desc(), posts::score.asc(), posts::id.desc()),
            (posts::editor_id.desc(), posts::score.asc(), posts::id.desc()), Post, |p: &Post| p.id);
    }

    fn nulls_stand_where_they_are_put(db) {
        let conn = db.conn();
        seeded(conn)?;
        let query = || posts::table.select(Post::as_select());
        walk!(go, &mut *conn, query(), (desc(posts::score).nulls_last(), asc(posts::id)),
            (posts::score.is_null().asc(), posts::score.desc(), posts::id.asc()), Post, |p: &Post| p.id);
        walk!(go, &mut *conn, query(), (asc(posts::score).nulls_last(), asc(posts::id)),
            (posts::score.is_null().asc(), posts::score.asc(), posts::id.asc()), Post, |p: &Post| p.id);
        walk!(go, &mut *conn, query(), (desc(posts::score).nulls_first(), asc(posts::id)),
            (posts::score.is_null().desc(), posts::score.desc(), posts::id.asc()), Post, |p: &Post| p.id);
        walk!(go, conn, query(), (asc(posts::score).nulls_first(), desc(posts::id)),
            (posts::score.is_null().desc(), posts::score.asc(), posts::id.desc()), Post, |p: &Post| p.id);
    }

    fn expressions_are_keys(db) {
        let conn = db.conn();
        seeded(conn)?;
        let query = || posts::table.select(Post::as_select());
        walk!(go, conn, query(), (desc(posts::author_id + posts::author_id), asc(posts::id)),
            ((posts::author_id + posts::author_id).desc(), posts::id.asc()), Post, |p: &Post| p.id);
    }

    fn text_keys(db) {
        let conn = db.conn();
        seed(conn, &blog::Seed { users: 30, ..blog::Seed::default() })?;
        let query = || users::table.select(User::as_select());
        walk!(go, &mut *conn, query(), (users::name.asc(), users::id.asc()), (users::name.asc(), users::id.asc()), User, |u: &User| u.id);
        walk!(go, conn, query(), (users::active.desc(), unique(users::email.asc())), (users::active.desc(), users::email.asc()), User, |u: &User| u.id);
    }

    fn a_composite_primary_key_ends_an_ordering(db) {
        let conn = db.conn();
        seeded(conn)?;
        let query = || post_tags::table.select(PostTag::as_select());
        walk!(go, &mut *conn, query(), (post_tags::post_id.asc(), post_tags::tag_id.asc()), (post_tags::post_id.asc(), post_tags::tag_id.asc()), PostTag, |t: &PostTag| (t.post_id, t.tag_id));
        walk!(go, conn, query(), (post_tags::position.desc(), post_tags::post_id.asc(), post_tags::tag_id.desc()),
            (post_tags::position.desc(), post_tags::post_id.asc(), post_tags::tag_id.desc()), PostTag, |t: &PostTag| (t.post_id, t.tag_id));
    }

    fn filters_with_or_stay_whole(db) {
        let conn = db.conn();
        seeded(conn)?;
        let query = || posts::table.filter(posts::published.eq(true)).or_filter(posts::score.gt(2)).select(Post::as_select());
        walk!(go, &mut *conn, query(), (posts::created_at.desc(), posts::id.desc()), (posts::created_at.desc(), posts::id.desc()), Post, |p: &Post| p.id);
        walk!(go, conn, query(), (posts::score.desc(), posts::id.asc()), (posts::score.desc(), posts::id.asc()), Post, |p: &Post| p.id);
    }

    fn boxed_queries_page(db) {
        let conn = db.conn();
        seeded(conn)?;
        let query = || posts::table.into_boxed().filter(posts::id.gt(3)).select(Post::as_select());
        walk!(go, &mut *conn, query(), (posts::created_at.desc(), posts::id.desc()), (posts::created_at.desc(), posts::id.desc()), Post, |p: &Post| p.id);
        walk!(go, conn, query(), (posts::score.desc(), posts::id.asc()), (posts::score.desc(), posts::id.asc()), Post, |p: &Post| p.id);
    }

    fn joins_page_by_a_declared_key(db) {
        let conn = db.conn();
        seeded(conn)?;
        let query = || posts::table.inner_join(comments::table).select((Post::as_select(), Comment::as_select()));
        walk!(go, conn, query(), (posts::created_at.desc(), unique(comments::id.asc())), (posts::created_at.desc(), comments::id.asc()), (Post, Comment), |(p, c): &(Post, Comment)| (p.id, c.id));
    }
}
