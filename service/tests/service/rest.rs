//! `/posts` and `/healthz`.

use std::time::Duration;

use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::{App, scenarios};

const USERS: usize = 20;

scenarios! {
    links_lead_through_each_post_once
    what_is_included_is_what_is_sent
    bad_cursors_are_refused_and_nothing_is_sent
    bad_queries_are_refused_and_nothing_is_sent
    the_database_answers
    clients_that_go_away_leave_the_pool_healthy
}

async fn ids(app: &mut App, path: &str) -> (Vec<i64>, crate::support::Reply) {
    let reply = app.get(path).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.body);
    let items = reply.json()["items"].as_array().unwrap().iter().map(|post| post["id"].as_i64().unwrap()).collect();
    (items, reply)
}

async fn links_lead_through_each_post_once(app: &mut App) {
    let (mut pages, mut path) = (Vec::new(), "/posts?size=7&include=".to_owned());
    let last = loop {
        let (page, reply) = ids(app, &path).await;
        pages.push(page);
        match reply.link("next") {
            Some(next) => path = next,
            None => break reply,
        }
    };
    let all = pages.concat();
    let mut distinct = all.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let newest = ids(app, "/posts?size=100").await.0;
    assert!(distinct.len() == all.len() && all.len() > newest.len(), "{} posts", all.len());
    assert_eq!(all[..newest.len()], newest[..]);

    let mut back = vec![pages.pop().unwrap()];
    let mut previous = last.link("prev");
    while let Some(path) = previous {
        let (page, reply) = ids(app, &path).await;
        back.insert(0, page);
        previous = reply.link("prev");
    }
    // Read back, the pages begin elsewhere, and the posts are the same.
    assert_eq!(back.concat(), all);
}

async fn what_is_included_is_what_is_sent(app: &mut App) {
    for (include, fields, statements) in [
        ("", vec![], 1),
        ("author", vec!["author"], 2),
        ("commentCount", vec!["commentCount"], 2),
        ("tags", vec!["tags"], 3),
        ("tags,author,commentCount", vec!["author", "commentCount", "tags"], 5),
    ] {
        let reply = app.get(&format!("/posts?include={include}")).await;
        assert_eq!((app.sent(), reply.announced()), (statements, statements), "{include}");
        for post in reply.json()["items"].as_array().unwrap() {
            let post = post.as_object().unwrap();
            let loaded: Vec<_> =
                ["author", "commentCount", "tags"].into_iter().filter(|f| post.contains_key(*f)).collect();
            assert_eq!(loaded, fields);
        }
    }
    assert_eq!(app.get("/posts").await.announced(), app.sent());
}

async fn bad_cursors_are_refused_and_nothing_is_sent(app: &mut App) {
    let next = app.get("/posts?size=3").await.link("next").unwrap();
    let (_, token) = next.split_once("after=").unwrap();
    let other = if token.ends_with('A') { "Q" } else { "A" };
    let changed = format!("{}{other}", &token[..token.len() - 1]);
    let unsigned = "AQBz-7utKyZwhZEFABoyMDI2LTAyLTA3IDEyOjQ0OjQyLjI3NDA1NAEAAAAAAAABkA";
    app.sent();
    for bad in ["", "nonsense", "%00", &changed, &token[..token.len() / 2], &"A".repeat(5000), unsigned] {
        for side in ["after", "before"] {
            let reply = app.get(&format!("/posts?{side}={bad}")).await;
            assert_eq!(reply.status, 400, "{bad}");
            let message = "this cursor is not one of this list; leave it out to begin at the start";
            assert_eq!(reply.json(), json!({ "error": { "code": "bad_cursor", "message": message } }));
        }
    }
    assert_eq!(app.sent(), 0);
}

async fn bad_queries_are_refused_and_nothing_is_sent(app: &mut App) {
    for (query, code) in [
        ("size=0", "bad_page_size"),
        ("size=101", "bad_page_size"),
        ("size=-1", "bad_request"),
        ("size=many", "bad_request"),
        ("page=2", "bad_request"),
        ("include=everything", "bad_request"),
        ("after=a&before=b", "bad_request"),
    ] {
        let reply = app.get(&format!("/posts?{query}")).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["error"]["code"]), (400, &json!(code)), "{query}");
    }
    assert_eq!(app.sent(), 0);
    assert_eq!(app.get("/elsewhere").await.status, 404);
}

async fn the_database_answers(app: &mut App) {
    let reply = app.get("/healthz").await;
    assert_eq!((reply.status.as_u16(), reply.json()), (200, json!({ "status": "ok" })));
}

async fn clients_that_go_away_leave_the_pool_healthy(app: &mut App) {
    // Each waits a little longer than the one before, so that loads are given up at many places.
    for patience in (0..100).map(|step| Duration::from_micros(60 * step)) {
        let mut client = TcpStream::connect(app.address).await.unwrap();
        client.write_all(b"GET /posts?size=100 HTTP/1.1\r\nHost: here\r\n\r\n").await.unwrap();
        tokio::time::sleep(patience).await;
        drop(client);
    }
    let expected = ids(app, "/posts?size=3").await.0;
    for _ in 0..10 {
        assert_eq!(ids(app, "/posts?size=3").await.0, expected);
        assert_eq!(app.get("/healthz").await.status, 200);
    }
}
