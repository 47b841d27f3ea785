//! A page of children for each parent: the page that each parent would have alone, in one statement.

use blog::models::{Comment, Post, User};
use blog::schema::{comments, posts, users};
use turbodiesel::keyset::{Cursor, CursorSecret, Page, asc, desc};

use crate::support::data::FEW;
use crate::support::prelude::*;

fn seeded(conn: &mut impl TestConnection) -> QueryResult<()> {
    seed(conn, &blog::Seed { users: 9, ..blog::Seed::default() }).map(drop)
}

/// The page of each user is the page of that user's posts; `$read` is `first` or `last`.
macro_rules! as_alone {
    ($go:ident, $conn:expr, $ordering:expr, $read:ident) => {{
        let conn = $conn;
        let log = StatementLog::install(conn);
        for rows in [1, 2, 3, 50] {
            log.take();
            let together = $go!(
                users::table
                    .order(users::id)
                    .select(User::as_select())
                    .preload(has_many::<Post>().keyset($ordering).$read(rows))
                    .load(&mut *conn)
            )?;
            assert_eq!(log.len(), 2);
            assert_eq!(together.len(), 9);
            let mut more = 0;
            for (user, page) in &together {
                let alone = $go!(
                    posts::table
                        .filter(posts::author_id.eq(user.id))
                        .select(Post::as_select())
                        .keyset($ordering)
                        .$read(rows)
                        .load(&mut *conn)
                )?;
                assert_eq!(*page, alone, "user {} in pages of {rows}", user.id);
                more += usize::from(page.has_next() == Some(true) || page.has_previous() == Some(true));
            }
            assert_eq!(more == 0, rows == 50, "{more} of the pages of {rows} have more");
        }
    }};
}

scenarios! {
    fn each_parent_gets_the_page_it_would_have_alone(db) {
        let conn = db.conn();
        seeded(conn)?;
        as_alone!(go, &mut *conn, (posts::created_at.desc(), posts::id.desc()), first);
        as_alone!(go, &mut *conn, (posts::created_at.desc(), posts::id.desc()), last);
        for nulls_first in [true, false] {
            let score = || if nulls_first { desc(posts::score).nulls_first() } else { desc(posts::score).nulls_last() };
            as_alone!(go, &mut *conn, (score(), asc(posts::id)), first);
            as_alone!(go, &mut *conn, (score(), asc(posts::id)), last);
        }
    }

    fn the_rest_of_one_parent_follows_its_cursor(db) {
        let conn = db.conn();
        seeded(conn)?;
        let newest = (posts::created_at.desc(), posts::id.desc());
        let users = go!(users::table.select(User::as_select()).preload(has_many::<Post>().keyset(newest).first(2)).load(conn))?;
        for (user, first) in users {
            let own = || posts::table.filter(posts::author_id.eq(user.id));
            let (mut seen, mut cursor): (Vec<i32>, Option<Cursor>) =
                (first.items().iter().map(|post| post.id).collect(), first.next_cursor().cloned());
            while let Some(position) = cursor {
                let page = go!(own().select(Post::as_select()).keyset(newest).first(3).after(Some(&position)).load(conn))?;
                seen.extend(page.items().iter().map(|post| post.id));
                cursor = page.next_cursor().cloned();
            }
            let all: Vec<i32> = go!(own().order((posts::created_at.desc(), posts::id.desc())).select(posts::id).load(conn))?;
            assert_eq!(seen, all);
        }
    }

    fn children_bring_their_own_relations_and_pages(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        let load = users::table.order(users::id).select(User::as_select()).preload(
            has_many::<Post>()
                .filter(posts::published.eq(true))
                .preload(has_many::<Comment>().keyset(comments::id.desc()).first(1))
                .keyset(posts::id.asc())
                .first(1),
        );
        let rows = go!(load.load(conn))?;
        let shown: Vec<_> = rows.iter().map(|(user, page)| (user.id, page.has_next(), page.items().iter()
            .map(|(post, comments): &(Post, Page<Comment>)| (post.id, comments.has_next(), comments.items().iter().map(|comment| comment.id).collect::<Vec<_>>()))
            .collect::<Vec<_>>())).collect();
        assert_eq!(shown, [
            (1, Some(true), vec![(10, Some(true), vec![101])]),
            (2, Some(false), vec![(20, Some(false), vec![102])]),
            (3, Some(false), vec![(30, Some(false), vec![])]),
            (4, Some(false), vec![]),
        ]);
        assert_eq!(log.len(), 3);
    }

    fn parents_without_a_key_or_with_the_same_one(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        // The posts of the editor of each post: three have none, two share one.
        let rows = go!(posts::table.order(posts::id).select(Post::as_select())
            .preload(has_many::<Post>().by_key(posts::author_id, |post: &Post| post.editor_id).keyset(posts::id.asc()).first(1))
            .load(conn))?;
        let shown: Vec<_> = rows.iter().map(|(post, page)| (post.id, page.items().iter().map(|post| post.id).collect::<Vec<_>>(), page.has_next())).collect();
        assert_eq!(shown, [
            (10, vec![20], Some(true)), (11, vec![], Some(false)), (12, vec![20], Some(true)),
            (20, vec![10], Some(true)), (21, vec![], Some(false)), (30, vec![], Some(false)),
        ]);
    }

    fn sizes_are_checked_and_cursors_signed(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let users = || users::table.select(User::as_select());
        let by_id = || has_many::<Post>().keyset(posts::id.asc());
        for page in [by_id().first(0), by_id().last(u32::MAX), by_id().max_page_size(10).first(11)] {
            assert!(go!(users().preload(page).load(conn)).unwrap_err().is_page_size());
        }
        let secret = CursorSecret::new([4; 32])?;
        let rows = go!(users().order(users::id).preload(by_id().first(1).signed(&secret)).load(conn))?;
        let own = || posts::table.filter(posts::author_id.eq(1)).select(Post::as_select()).keyset(posts::id.asc()).first(9);
        let cursor = rows[0].1.next_cursor();
        assert_eq!(go!(own().signed(&secret).after(cursor).load(conn))?.len(), 2);
        assert!(go!(own().after(cursor).load(conn)).unwrap_err().is_cursor());
    }
}
