//! What a page says in JSON, to Relay and in a `Link` header.

use blog::models::Post;
use blog::schema::posts;
use serde_json::json;
use turbodiesel::keyset::{Count, Cursor, Step};

use crate::support::data::FEW;
use crate::support::prelude::*;

scenarios! {
    fn a_page_speaks_json_relay_and_link(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let all = || posts::table.select(Post::as_select()).keyset(posts::id.asc());
        let first = go!(all().first(2).load(conn))?.map(|post| post.id);
        let end = first.end_cursor().unwrap();
        assert_eq!(serde_json::to_value(&first)?, json!({
            "items": [10, 11], "has_next": true, "has_previous": false,
            "next_cursor": end.to_string(), "previous_cursor": null, "end_cursor": end.to_string(),
        }));
        let counted = go!(all().first(2).count_total(Count::UpTo(2)).load(conn))?.map(|post| post.id);
        assert_eq!(serde_json::to_value(&counted)?["total"], json!({"rows": 2, "is_exact": false}));
        assert_eq!(serde_json::to_value(first.page_info())?, json!({
            "hasNextPage": true, "hasPreviousPage": false,
            "startCursor": first.start_cursor().unwrap().to_string(), "endCursor": end.to_string(),
        }));
        assert_eq!(serde_json::to_value(first.edges().collect::<Vec<_>>())?[1], json!({"cursor": end.to_string(), "node": 11}));
        let url = |step: Step<'_>| format!("/posts?{step}");
        assert_eq!(first.link_header(url), Some(format!("</posts?after={end}>; rel=\"next\"")));

        // A cursor comes back from its text, and from nothing else.
        assert_eq!(serde_json::from_value::<Cursor>(json!(end.to_string()))?, *end);
        for other in [json!("no"), json!(5), json!(null), json!([1])] {
            assert!(serde_json::from_value::<Cursor>(other).is_err());
        }

        let middle = go!(all().first(2).after(Some(end)).load(conn))?;
        let (start, end) = (middle.start_cursor().unwrap(), middle.end_cursor().unwrap());
        // Whether there is a page before is not known for free: Relay is told no, a link may lead to an empty page.
        assert!(!middle.page_info().has_previous_page);
        assert_eq!(middle.link_header(url),
            Some(format!("</posts?before={start}>; rel=\"prev\", </posts?after={end}>; rel=\"next\"")));

        let none = go!(posts::table.filter(posts::id.eq(0)).select(Post::as_select()).keyset(posts::id.asc()).first(2).load(conn))?;
        assert_eq!(none.link_header(url), None);
    }

    fn the_rows_of_a_page_can_become_others(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let page = go!(posts::table.select(Post::as_select()).keyset(posts::id.asc()).first(4).load(conn))?;
        let cursors: Vec<Cursor> = page.edges().map(|edge| edge.cursor.clone()).collect();
        let ids = page.clone().map(|post| post.id);
        assert_eq!((ids.items(), ids.has_next(), ids.has_previous()), (&[10, 11, 12, 20][..], Some(true), Some(false)));
        assert_eq!(ids.edges().map(|edge| edge.cursor.clone()).collect::<Vec<_>>(), cursors);
        let scores = page.clone().try_map(|post| post.score.ok_or(post.id));
        assert_eq!(scores.unwrap_err(), 11);
        let titles = page.try_map(|post| Ok::<_, ()>(post.title)).unwrap();
        assert_eq!(titles.next_cursor(), cursors.last());
        assert_eq!(titles.into_iter().next().as_deref(), Some("Seeds"));
    }
}
