//! `/` without a script: links.

use crate::support::{App, scenarios};

const USERS: usize = 20;

scenarios! {
    the_page_works_without_a_script
    a_bad_cursor_is_a_page_that_says_so
    nothing_comes_from_elsewhere
    nothing_of_an_address_is_carried_along
}

/// What stands between the two, each time.
fn between<'a>(text: &'a str, start: &'a str, end: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(start).skip(1).filter_map(move |rest| rest.split_once(end)).map(|(found, _)| found)
}

async fn the_page_works_without_a_script(app: &mut App) {
    let (mut seen, mut path) = (Vec::new(), Some("/".to_owned()));
    while let Some(here) = path {
        let reply = app.get(&here).await;
        assert_eq!((reply.status.as_u16(), reply.announced()), (200, 5));
        assert_eq!(app.sent(), 5);
        seen.extend(between(&reply.body, "<article id=\"post-", "\"").map(str::to_owned));
        path = between(&reply.body, "rel=\"next\" href=\"", "\"").next().map(|url| url.replace("&amp;", "&"));
    }
    let visited = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert!(seen.len() == visited && visited > 100, "{visited} posts");
}

async fn a_bad_cursor_is_a_page_that_says_so(app: &mut App) {
    let reply = app.get("/?after=%3Cscript%3E").await;
    assert_eq!((reply.status.as_u16(), app.sent()), (400, 0));
    assert_eq!(reply.headers["content-type"], "text/html; charset=utf-8");
    assert!(reply.body.contains("this cursor is not one of this list") && !reply.body.contains("<script>"));
}

async fn nothing_comes_from_elsewhere(app: &mut App) {
    let page = app.get("/").await;
    assert!(page.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    for path in ["/", "/feed.js", "/feed.css"] {
        let reply = app.get(path).await;
        assert_eq!(reply.status, 200);
        assert!(!reply.body.contains("://"), "{path}");
    }
}

async fn nothing_of_an_address_is_carried_along(app: &mut App) {
    let reply = app.get("/?size=3&include=a%26after%3Db%22%3E%3Cscript%3E").await;
    assert_eq!(reply.status, 200);
    let next = between(&reply.body, "rel=\"next\" href=\"", "\"").next().unwrap().replace("&amp;", "&");
    assert!(next.starts_with("/?size=3&after=") && !reply.body.contains("<script>"), "{next}");
    assert_eq!(app.get(&next).await.status, 200);
}
