//! What is beyond a page: asked for in its own statement; and the ways on and back from a page without rows.

use blog::models::Post;
use blog::schema::{posts, users};
use diesel::dsl::count;
use turbodiesel::keyset::{Cursor, CursorSecret, Page, SeekForm, asc, desc, unique};

use crate::support::data::FEW;
use crate::support::prelude::*;

fn ids(page: &Page<Post>) -> Vec<i32> {
    page.items().iter().map(|post| post.id).collect()
}

macro_rules! posts {
    ($ordering:expr) => {
        posts::table.select(Post::as_select()).keyset($ordering)
    };
}

fn insert(id: i32, created_at: &str) -> String {
    format!(
        "INSERT INTO posts (id, author_id, title, body, published, created_at) VALUES ({id}, 1, '', '', TRUE, '{created_at}')"
    )
}

/// Every page of every window of the rows, by its first and last row: what it says of both sides is what is there.
macro_rules! every_window {
    ($go:ident, $conn:expr, $query:expr) => {{
        let (conn, query) = ($conn, $query);
        let all = $go!(query().first(100).load(&mut *conn))?;
        let cursors: Vec<Cursor> = all.edges().map(|edge| edge.cursor.clone()).collect();
        let rows = cursors.len();
        let log = StatementLog::install(conn);
        for after in (0..rows).map(Some).chain([None]) {
            for before in (0..rows).map(Some).chain([None]) {
                // Rows before the window, and after it.
                let (behind, ahead) = (after.map_or(0, |after| after + 1), before.map_or(0, |before| rows - before));
                let inside = rows.saturating_sub(behind + ahead);
                for size in [1, 2, 5] {
                    let bounded = || {
                        query().after(after.map(|at| &cursors[at])).before(before.map(|at| &cursors[at])).exact_bounds()
                    };
                    log.take();
                    let page = $go!(bounded().first(size).load(&mut *conn))?;
                    let more = inside > size as usize;
                    assert_eq!(page.len(), inside.min(size as usize));
                    assert_eq!(
                        (page.has_previous(), page.has_next()),
                        (Some(behind > 0), Some(more || ahead > 0)),
                        "{after:?} {before:?} first {size}"
                    );
                    let page = $go!(bounded().last(size).load(&mut *conn))?;
                    assert_eq!(page.len(), inside.min(size as usize));
                    assert_eq!(
                        (page.has_previous(), page.has_next()),
                        (Some(more || behind > 0), Some(ahead > 0)),
                        "{after:?} {before:?} last {size}"
                    );
                    assert_eq!(log.len(), 2);
                }
            }
        }
    }};
}

scenarios! {
    fn both_sides_are_known_when_asked_for(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        every_window!(go, &mut *conn, || posts!((posts::created_at.desc(), posts::id.desc())));
        let nulls = || (desc(posts::score).nulls_last(), asc(posts::id));
        every_window!(go, &mut *conn, || posts!(nulls()));
        for form in [SeekForm::OrChain, SeekForm::Segments] {
            every_window!(go, &mut *conn, || posts!(nulls()).strategy(form));
        }
        // The position itself, when it is part of the page, is not beyond it.
        let by_id = || posts!(posts::id.asc()).exact_bounds();
        let all = go!(by_id().first(9).load(conn))?;
        let page = go!(by_id().first(9).from(all.start_cursor()).until(all.end_cursor()).load(conn))?;
        assert_eq!((page.len(), page.has_previous(), page.has_next()), (6, Some(false), Some(false)));
        let page = go!(by_id().first(9).after_values((10,)).load(conn))?;
        assert_eq!((page.len(), page.has_previous(), page.has_next()), (5, Some(true), Some(false)));
    }

    fn both_sides_of_groups_are_known(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let writers = || users::table
            .inner_join(posts::table.on(posts::author_id.eq(users::id)))
            .group_by((users::id, users::name))
            .keyset((desc(count(posts::id)), unique(users::id.asc())))
            .select((users::name, count(posts::id)))
            .exact_bounds();
        let first = go!(writers().first(1).load_page::<(String, i64)>(conn))?;
        assert_eq!((first.has_previous(), first.has_next()), (Some(false), Some(true)));
        let second = go!(writers().first(1).after(first.end_cursor()).load_page::<(String, i64)>(conn))?;
        assert_eq!((second.items(), second.has_previous(), second.has_next()), (&[("Bob".to_owned(), 2)][..], Some(true), Some(true)));
        let back = go!(writers().last(1).before(second.start_cursor()).load_page::<(String, i64)>(conn))?;
        assert_eq!((back.items()[0].1, back.has_previous(), back.has_next()), (3, Some(false), Some(true)));
    }

    fn an_empty_page_has_a_way_back_and_a_way_to_ask_again(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let oldest = || posts!((posts::created_at.asc(), posts::id.asc()));
        let all = go!(oldest().first(9).load(conn))?;
        let through_text = |cursor: Option<&Cursor>| cursor.map(|cursor| cursor.to_string().parse::<Cursor>().unwrap());

        let beyond = go!(oldest().first(2).after(all.end_cursor()).load(conn))?;
        assert_eq!((beyond.len(), beyond.has_next(), beyond.has_previous()), (0, Some(false), None));
        assert_eq!(beyond.end_cursor(), all.end_cursor());
        let back = through_text(beyond.start_cursor());
        assert_eq!(ids(&go!(oldest().last(2).before(back.as_ref()).load(conn))?), [21, 30]);
        // A link leads back too, and with both sides asked for a page says that there are rows.
        let link = beyond.link_header(|step| format!("/?{step}"));
        assert_eq!(link, Some(format!("</?before={}>; rel=\"prev\", </?after={}>; rel=\"next\"", back.clone().unwrap(), all.end_cursor().unwrap()).split(", ").next().unwrap().to_owned()));
        let asked = go!(oldest().first(2).after(all.end_cursor()).exact_bounds().load(conn))?;
        assert_eq!((asked.previous_cursor(), asked.next_cursor()), (back.as_ref(), None));
        assert!(asked.page_info().has_previous_page);

        let before = go!(oldest().last(2).before(all.start_cursor()).load(conn))?;
        assert_eq!((before.len(), before.has_next(), before.has_previous()), (0, None, Some(false)));
        assert_eq!(before.start_cursor(), all.start_cursor());
        let on = through_text(before.end_cursor());
        assert_eq!(ids(&go!(oldest().first(2).after(on.as_ref()).load(conn))?), [10, 11]);

        // News on both sides.
        go!(conn.batch_execute(&format!("{}; {}", insert(1, "2020-01-01 00:00:00"), insert(99, "2030-01-01 00:00:00"))))?;
        assert_eq!(ids(&go!(oldest().first(2).after(beyond.end_cursor()).load(conn))?), [99]);
        assert_eq!(ids(&go!(oldest().last(2).before(before.start_cursor()).load(conn))?), [1]);
    }

    fn the_ends_of_an_empty_page_are_where_it_was_read(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let by_id = || posts!(posts::id.asc());
        let all = go!(by_id().first(9).load(conn))?;
        let at: Vec<Cursor> = all.edges().map(|edge| edge.cursor.clone()).collect();
        // An empty window, 11 to 12; nothing before 10; nothing after 30; and the same with their rows part of the page, gone.
        let window = go!(by_id().first(5).after(Some(&at[1])).before(Some(&at[2])).load(conn))?;
        assert_eq!((window.start_cursor(), window.end_cursor()), (Some(&at[2]), Some(&at[1])));
        go!(conn.batch_execute("DELETE FROM posts WHERE id = 30"))?;
        let from = go!(by_id().first(5).from(Some(&at[5])).load(conn))?;
        assert_eq!((from.len(), from.start_cursor()), (0, Some(&at[5])));
        go!(conn.batch_execute(&insert(30, "2026-01-01 00:00:00")))?;
        // Asked again, its row is part of it again.
        assert_eq!(ids(&go!(by_id().first(5).after(from.end_cursor()).load(conn))?), [30]);
        assert_eq!(ids(&go!(by_id().last(9).until(from.start_cursor()).load(conn))?).len(), 6);
        // A gap has no row of its own: from and after it are one.
        assert_eq!(ids(&go!(by_id().first(5).from(from.end_cursor()).load(conn))?), [30]);
        assert_ne!(from.end_cursor(), from.start_cursor());
        // After values there is no row to stand at.
        let values = go!(by_id().first(5).after_values((1_000,)).load(conn))?;
        assert_eq!((values.len(), values.start_cursor(), values.end_cursor()), (0, None, None));
    }

    fn the_ends_of_an_empty_page_are_signed(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let secret = CursorSecret::new([3; 32])?;
        let by_id = || posts!(posts::id.asc()).signed(&secret);
        let all = go!(by_id().first(9).load(conn))?;
        let beyond = go!(by_id().first(5).after(all.end_cursor()).load(conn))?;
        let token = beyond.start_cursor().unwrap().to_string();
        assert_eq!(ids(&go!(by_id().last(1).before_token(Some(&token)).load(conn))?), [30]);
        let other = go!(posts!(posts::id.asc()).last(1).before_token(Some(&token)).load(conn)).unwrap_err();
        assert!(other.as_cursor().is_some_and(|error| error.is_wrong_signature()));
    }
}
