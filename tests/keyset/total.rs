//! How many rows there are on all pages together: all of them, or "more than n".

use blog::models::{Comment, Post};
use blog::schema::{posts, users};
use diesel::dsl::count;
use turbodiesel::keyset::{Count, Total, asc, desc, unique};

use crate::support::data::FEW;
use crate::support::prelude::*;

fn shown(total: Option<Total>) -> String {
    total.map_or("not counted".to_owned(), |total| total.to_string())
}

scenarios! {
    fn all_rows_or_more_than_so_many(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        let best = || posts::table.filter(posts::id.gt(10)).select(Post::as_select())
            .keyset((desc(posts::score).nulls_last(), asc(posts::id))).first(2);
        assert_eq!(shown(go!(best().load(conn))?.total()), "not counted");
        let page = go!(best().count_total(Count::All).load(conn))?;
        assert_eq!((page.len(), shown(page.total())), (2, "5".to_owned()));
        // Neither the position nor the other side changes the number; nor does another row.
        let next = go!(best().after(page.end_cursor()).exact_bounds().count_total(Count::All).load(conn))?;
        assert_eq!((next.has_previous(), shown(next.map(|post| post.id).total())), (Some(true), "5".to_owned()));
        for (most, total) in [(0, "0+"), (1, "1+"), (4, "4+"), (5, "5"), (6, "5"), (u32::MAX, "5")] {
            assert_eq!(shown(go!(best().count_total(Count::UpTo(most)).load(conn))?.total()), total);
        }
        log.take();
        let with_comments = best().count_total(Count::UpTo(3)).preload(has_many::<Comment>());
        let announced = with_comments.statements().fixed();
        let page = go!(with_comments.load(conn))?;
        assert_eq!((page.total().map(|total| (total.rows(), total.is_exact())), log.len(), announced), (Some((3, false)), 3, 3));
        assert!(log.take()[0].sql.starts_with("SELECT COUNT(*) FROM (SELECT 1 FROM "));

        go!(conn.batch_execute("DELETE FROM comments WHERE parent_id IS NOT NULL; DELETE FROM comments; DELETE FROM posts"))?;
        let empty = go!(best().count_total(Count::All).load(conn))?;
        assert_eq!((empty.len(), shown(empty.total())), (0, "0".to_owned()));
    }

    fn groups_joins_and_boxed_queries_are_counted(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let writers = || users::table
            .inner_join(posts::table.on(posts::author_id.eq(users::id)))
            .group_by((users::id, users::name))
            .having(count(posts::id).gt(1));
        let by_posts = || (desc(count(posts::id)), unique(users::id.asc()));
        let page = go!(writers().keyset(by_posts()).select((users::name, count(posts::id))).first(1).count_total(Count::All)
            .load_page::<(String, i64)>(conn))?;
        assert_eq!((page.items(), shown(page.total())), (&[("Ann".to_owned(), 3)][..], "2".to_owned()));
        // The count has a LIMIT and the page has a bound: neither is in the other's way.
        let page = go!(writers().keyset(by_posts()).select((users::name, count(posts::id))).first(1).count_total(Count::UpTo(1))
            .after(page.end_cursor()).load_page::<(String, i64)>(conn))?;
        assert_eq!((page.items(), shown(page.total())), (&[("Bob".to_owned(), 2)][..], "1+".to_owned()));

        let boxed = posts::table.into_boxed().filter(posts::published.eq(true)).or_filter(posts::id.eq(12)).select(Post::as_select());
        assert_eq!(shown(go!(boxed.keyset(posts::id.asc()).last(1).count_total(Count::All).load(conn))?.total()), "5");
    }
}
