//! What a page says of itself, windows between two cursors, and relations of its rows.

use blog::models::{Comment, Post, User};
use blog::schema::{comments, posts};

use crate::support::data::FEW;
use crate::support::prelude::*;

macro_rules! newest {
    () => {
        posts::table.select(Post::as_select()).keyset((posts::created_at.desc(), posts::id.asc()))
    };
}

fn ids<'a>(posts: impl IntoIterator<Item = &'a Post>) -> Vec<i32> {
    posts.into_iter().map(|post| post.id).collect()
}

scenarios! {
    fn a_page_knows_what_is_around_it(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let first = go!(newest!().first(2).load(conn))?;
        assert_eq!(ids(&first), [21, 30]);
        assert_eq!((first.has_previous(), first.has_next()), (Some(false), Some(true)));
        assert_eq!((first.previous_cursor(), first.next_cursor()), (None, first.end_cursor()));

        let second = go!(newest!().first(2).after(first.next_cursor()).load(conn))?;
        assert_eq!(ids(&second), [20, 11]);
        assert_eq!((second.has_previous(), second.has_next()), (None, Some(true)));

        let third = go!(newest!().first(2).after(second.next_cursor()).load(conn))?;
        assert_eq!((ids(&third), third.has_next()), (vec![12, 10], Some(false)));
        assert_eq!((third.next_cursor(), third.end_cursor().is_some()), (None, true));

        let back = go!(newest!().last(2).before(third.start_cursor()).load(conn))?;
        assert_eq!((ids(&back), back.has_previous(), back.has_next()), (ids(&second), Some(true), None));
        assert_eq!(back.edges().map(|edge| (edge.node.id, edge.cursor.clone())).collect::<Vec<_>>(),
            second.edges().map(|edge| (edge.node.id, edge.cursor.clone())).collect::<Vec<_>>());

        let last = go!(newest!().last(2).load(conn))?;
        assert_eq!((ids(&last), last.has_previous(), last.has_next()), (vec![12, 10], Some(true), Some(false)));
    }

    fn a_window_lies_between_two_cursors(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let all = go!(newest!().first(100).load(conn))?;
        let cursors: Vec<_> = all.edges().map(|edge| edge.cursor.clone()).collect();
        for from in 0..cursors.len() {
            for to in 0..cursors.len() {
                let window: Vec<i32> = ids(all.items().get(from + 1..to).unwrap_or_default());
                for size in 1..=cursors.len() {
                    let (after, before) = (Some(&cursors[from]), Some(&cursors[to]));
                    let page = go!(newest!().first(size as u32).after(after).before(before).load(conn))?;
                    assert_eq!(ids(&page), window[..size.min(window.len())]);
                    assert_eq!(page.has_next(), (size < window.len()).then_some(true));
                    let page = go!(newest!().last(size as u32).after(after).before(before).load(conn))?;
                    assert_eq!(ids(&page), window[window.len().saturating_sub(size)..]);
                    assert_eq!(page.has_previous(), (size < window.len()).then_some(true));
                }
            }
        }
    }

    fn tokens_are_bounds_too(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let first = go!(newest!().first(2).after_token(None).load(conn))?;
        let token = first.end_cursor().unwrap().to_string();
        assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{token}");
        assert_eq!(ids(&go!(newest!().first(1).after_token(Some(&token)).load(conn))?), [20]);
        assert_eq!(ids(&go!(newest!().last(9).before_token(Some(&token)).load(conn))?), [21]);
    }

    fn relations_load_with_a_page(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        let load = newest!().first(3).preload(has_many::<Comment>().order(comments::id)).preload(belongs_to::<User>());
        let announced = load.statements();
        let page = go!(load.load(conn))?;
        let rows: Vec<_> = page.items().iter().map(|(post, comments, author)| (post.id, comments.len(), author.id)).collect();
        assert_eq!(rows, [(21, 0, 2), (30, 0, 3), (20, 1, 2)]);
        assert_eq!((log.len(), announced.fixed()), (3, 3));
    }

    fn a_row_that_is_inserted_before_the_cursor_moves_nothing(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let first = go!(newest!().first(2).load(conn))?;
        go!(conn.batch_execute("INSERT INTO posts (id, author_id, title, body, published, created_at)
            VALUES (40, 1, 'News', '..', TRUE, '2026-03-01 00:00:00')"))?;
        assert_eq!(ids(&go!(newest!().first(2).after(first.end_cursor()).load(conn))?), [20, 11]);
        assert_eq!(ids(&go!(newest!().last(2).before(first.start_cursor()).load(conn))?), [40]);
    }
}
