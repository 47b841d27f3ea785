//! Whole tables in batches: every row once, a position to go on from, errors that move nothing.

use blog::models::{Comment, Post, User};
use blog::schema::posts;
use turbodiesel::keyset::{Cursor, CursorSecret, Page, asc, desc};

use crate::support::data::FEW;
use crate::support::prelude::*;

// 12, 10, 20, 21, then 11 and 30, which have no score.
macro_rules! best {
    () => {
        posts::table.select(Post::as_select()).keyset((desc(posts::score).nulls_last(), asc(posts::id)))
    };
}

fn ids(page: &Page<Post>) -> Vec<i32> {
    page.items().iter().map(|post| post.id).collect()
}

scenarios! {
    fn every_row_is_in_one_batch(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        for rows in 1..=7 {
            log.take();
            let mut batches = best!().batches(rows);
            let mut seen = vec![];
            while let Some(batch) = go!(batches.next(conn))? {
                assert!(batch.len() == rows as usize || batch.has_next() == Some(false));
                seen.extend(ids(&batch));
            }
            assert_eq!(seen, [12, 10, 20, 21, 11, 30]);
            // That a batch is the last one takes no statement.
            assert_eq!(log.len(), 6usize.div_ceil(rows as usize));
            assert!(go!(batches.next(conn))?.is_none());
            assert_eq!(log.len(), 6usize.div_ceil(rows as usize));
        }
    }

    fn batches_load_relations_and_the_connection_is_free_between_them(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        let mut batches = best!().preload(belongs_to::<User>()).preload(has_many::<Comment>()).batches(4);
        let mut comments = 0;
        while let Some(batch) = go!(batches.next(conn))? {
            for (post, author, written) in &batch {
                assert_eq!(post.author_id, author.id);
                comments += written.len();
            }
            go!(diesel::update(posts::table.find(batch.items()[0].0.id)).set(posts::title.eq("seen")).execute(conn))?;
        }
        assert_eq!((comments, log.len()), (3, 2 * (3 + 1)));
    }

    fn a_table_without_rows_has_no_batch(db) {
        let conn = db.conn();
        let mut batches = best!().batches(4);
        assert!(go!(batches.next(conn))?.is_none());
        assert_eq!(batches.position(), None);
        assert!(go!(best!().batches(0).next(conn)).unwrap_err().is_page_size());
        assert!(go!(best!().max_page_size(10).batches(11).next(conn)).unwrap_err().is_page_size());
    }

    fn another_walk_goes_on_from_a_stored_position(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let all = go!(best!().first(9).load(conn))?;
        let cursors: Vec<Cursor> = all.edges().map(|edge| edge.cursor.clone()).collect();
        for stop in 1..=6usize {
            let mut batches = best!().batches(1);
            for _ in 0..stop {
                go!(batches.next(conn))?;
            }
            assert_eq!(batches.position(), Some(&cursors[stop - 1]));
            let stored = batches.position().map(ToString::to_string);
            let (mut seen, mut rest) = (vec![], best!().after_token(stored.as_deref()).batches(2));
            while let Some(batch) = go!(rest.next(conn))? {
                seen.extend(ids(&batch));
            }
            assert_eq!(seen, ids(&all)[stop..]);
            // Behind the last row too, if the last walk found none.
            assert_eq!(rest.position(), cursors.last());
        }
        // Up to a position, from one that is part of the walk, and after values.
        let (mut seen, mut part) = (vec![], best!().from(Some(&cursors[1])).before(Some(&cursors[4])).batches(2));
        let begin = part.position().cloned();
        assert_eq!(ids(&go!(best!().first(1).after(begin.as_ref()).load(conn))?), [10]);
        while let Some(batch) = go!(part.next(conn))? {
            seen.extend(ids(&batch));
        }
        assert_eq!(seen, [10, 20, 21]);
        let (mut seen, mut part) = (vec![], best!().after_values((Some(5), 10)).batches(1));
        while let Some(batch) = go!(part.next(conn))? {
            seen.extend(ids(&batch));
        }
        assert_eq!(seen, [20, 21, 11, 30]);
    }

    fn a_batch_that_fails_can_be_tried_again(db) {
        go!(db.conn().batch_execute(FEW))?;
        db.without_foreign_keys()?;
        let conn = db.conn();
        go!(conn.batch_execute("UPDATE posts SET author_id = 99 WHERE id = 21"))?;
        let walk = || best!().preload(belongs_to::<User>());
        let mut batches = walk().batches(2);
        let first = go!(batches.next(conn))?.ok_or("no batch")?;
        for _ in 0..2 {
            let error = go!(batches.next(conn)).unwrap_err();
            assert!(error.is_dangling_key(), "{error}");
            assert_eq!((error.last_cursor(), batches.position()), (first.end_cursor(), first.end_cursor()));
        }
        // Nor does a walk that was resumed forget where.
        let error = go!(walk().after(first.end_cursor()).batches(2).next(conn)).unwrap_err();
        assert_eq!(error.last_cursor(), first.end_cursor());
        go!(conn.batch_execute("UPDATE posts SET author_id = 1 WHERE id = 21"))?;
        let second = go!(batches.next(conn))?.ok_or("no batch")?;
        assert_eq!(second.items().iter().map(|(post, _)| post.id).collect::<Vec<_>>(), [20, 21]);
    }

    fn the_positions_of_a_signed_walk_are_signed(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let secret = CursorSecret::new([9; 32])?;
        let mut batches = best!().signed(&secret).batches(4);
        go!(batches.next(conn))?;
        let token = batches.position().unwrap().to_string();
        assert_eq!(ids(&go!(best!().signed(&secret).after_token(Some(&token)).batches(9).next(conn))?.unwrap()), [11, 30]);
        let error = go!(best!().after_token(Some(&token)).batches(9).next(conn)).unwrap_err();
        assert!(error.as_cursor().is_some_and(|error| error.is_wrong_signature()));
    }
}
