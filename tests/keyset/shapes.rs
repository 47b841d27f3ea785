//! Tables of every small size, walks that turn back, cursors that serve pages of another size.

use blog::models::{Comment, Post};
use blog::schema::{comments, posts};
use turbodiesel::keyset::{Cursor, Page, asc, unique};

use crate::support::data::FEW;
use crate::support::prelude::*;

macro_rules! best {
    () => {
        posts::table.select(Post::as_select()).keyset((posts::score.desc(), posts::id.asc()))
    };
}

fn ids(page: &Page<Post>) -> Vec<i32> {
    page.items().iter().map(|post| post.id).collect()
}

fn post(id: usize, score: &str) -> String {
    format!(
        "INSERT INTO posts (id, author_id, title, body, published, score, created_at)
         VALUES ({id}, 1, '', '', TRUE, {score}, '2026-01-01 00:00:00')"
    )
}

const EMPTY: &str = "DELETE FROM comments WHERE parent_id IS NOT NULL; DELETE FROM comments; DELETE FROM posts";

scenarios! {
    fn tables_of_every_small_size_all_equal_and_all_null(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        for score in ["5", "NULL"] {
            go!(conn.batch_execute(EMPTY))?;
            for rows in 0..=8usize {
                if rows > 0 {
                    go!(conn.batch_execute(&post(rows, score)))?;
                }
                let all: Vec<i32> = (1..=rows as i32).collect();
                for size in 1..=rows + 1 {
                    let (mut seen, mut pages, mut cursor) = (vec![], 0, None::<Cursor>);
                    loop {
                        let page = go!(best!().first(size as u32).after(cursor.as_ref()).load(conn))?;
                        seen.extend(ids(&page));
                        pages += 1;
                        let Some(next) = page.next_cursor() else { break };
                        cursor = Some(next.clone());
                    }
                    // A page more is read only of an empty table, never after the last row.
                    assert_eq!((&seen, pages), (&all, rows.div_ceil(size).max(1)), "{rows} rows, pages of {size}");
                }
            }
        }
    }

    fn an_empty_table_has_one_page_and_no_position(db) {
        let conn = db.conn();
        for page in [go!(best!().first(5).load(conn))?, go!(best!().last(5).load(conn))?] {
            assert_eq!((page.len(), page.has_next(), page.has_previous()), (0, Some(false), Some(false)));
            assert_eq!((page.start_cursor(), page.end_cursor(), page.next_cursor(), page.previous_cursor()), (None, None, None, None));
        }
    }

    fn a_walk_can_turn_back_at_any_page_and_change_its_size(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        for id in 40..60 {
            go!(conn.batch_execute(&post(id, ["1", "NULL", "5", "7"][id % 4])))?;
        }
        let all = ids(&go!(best!().first(100).load(conn))?);
        // Where the page stands in `all`, and what it says.
        let (mut page, mut from) = (go!(best!().first(4).load(conn))?, 0);
        for step in 0..120usize {
            assert_eq!(ids(&page), all[from..from + page.len()], "step {step}");
            let size = [3, 1, 4, 10, 2, 7][step % 6] as usize;
            let to = from + page.len();
            let forward = to < all.len() && (from == 0 || step * step % 5 < 3);
            page = if forward {
                go!(best!().first(size as u32).after(page.end_cursor()).load(conn))?
            } else {
                go!(best!().last(size as u32).before(page.start_cursor()).load(conn))?
            };
            if forward {
                assert_eq!(page.has_next(), Some(to + size < all.len()));
                from = to;
            } else {
                assert_eq!(page.has_previous(), Some(size < from));
                from = from.saturating_sub(size);
            }
        }
    }

    fn a_key_is_null_where_an_outer_join_finds_nothing(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let query = || posts::table.left_join(comments::table).select((Post::as_select(), Option::<Comment>::as_select()));
        // The column is NOT NULL, the key is not.
        let ordering = || (asc(comments::body.nullable()), unique(posts::id.desc()));
        let found = ["First!", "Second.", "Wet."].map(str::to_owned).map(Some);
        let none = [30, 21, 12, 11].map(|id| (id, None));
        let found = [10, 10, 20].into_iter().zip(found).collect::<Vec<_>>();
        let all = if BACKEND == "postgres" { [&found[..], &none].concat() } else { [&none[..], &found].concat() };
        for size in 1..=8 {
            let (mut seen, mut cursor) = (vec![], None::<Cursor>);
            loop {
                let page = go!(query().keyset(ordering()).first(size).after(cursor.as_ref()).load(conn))?;
                seen.extend(page.items().iter().map(|(post, comment)| (post.id, comment.as_ref().map(|comment| comment.body.clone()))));
                let Some(next) = page.next_cursor() else { break };
                cursor = Some(next.to_string().parse()?);
            }
            assert_eq!(seen, all);
        }
    }
}
