//! `/` in a browser. These tests want Chromium, so they are ignored until asked for: `CHROMIUM` names it, or it is in PATH.

use crate::support::App;
use crate::support::chromium::Chromium;

const USERS: usize = 20;

/// Scrolls down until there are so many posts, and gives their ids in their order.
const SCROLL: &str = r##"
    (async (wanted) => {
        const articles = () => [...document.querySelectorAll("#feed > article")];
        for (let waited = 0; articles().length < wanted && waited < 2400; waited++) {
            window.scrollTo(0, document.body.scrollHeight);
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
        return JSON.stringify({
            ids: articles().map((article) => Number(article.id.replace("post-", ""))),
            places: articles().map((article) => Number(article.ariaPosInSet)),
            busy: document.querySelector("#feed").ariaBusy,
            status: document.querySelector("#status").textContent,
            more: document.querySelector("#more") !== null,
        });
    })(WANTED)
"##;

#[derive(serde::Deserialize)]
struct Seen {
    ids: Vec<i64>,
    places: Vec<usize>,
    busy: String,
    status: String,
    more: bool,
}

async fn scrolled(app: &App, wanted: usize) -> Seen {
    let url = format!("http://{}/", app.address);
    let script = SCROLL.replace("WANTED", &wanted.to_string());
    let answer = tokio::task::spawn_blocking(move || Chromium::open(&url).evaluate(&script)).await.unwrap();
    serde_json::from_str(&answer).unwrap()
}

/// The same posts in the same order.
async fn newest(app: &mut App, mut most: usize) -> Vec<i64> {
    let (mut ids, mut path) = (Vec::new(), Some("/posts?size=20&include=".to_owned()));
    while let Some(here) = path.filter(|_| most > 0) {
        let reply = app.get(&here).await;
        ids.extend(reply.json()["items"].as_array().unwrap().iter().map(|post| post["id"].as_i64().unwrap()));
        path = reply.link("next");
        most = most.saturating_sub(20);
    }
    ids
}

#[tokio::test]
#[ignore = "wants Chromium"]
async fn three_pages_scrolled_are_each_post_once() {
    let mut app = App::sqlite(USERS).await;
    let seen = scrolled(&app, 80).await;
    assert!(seen.ids.len() >= 80, "{} posts: {}", seen.ids.len(), seen.status);
    assert_eq!(seen.ids, newest(&mut app, seen.ids.len()).await);
    assert_eq!(seen.places, (1..=seen.ids.len()).collect::<Vec<_>>());
}

#[tokio::test]
#[ignore = "wants Chromium"]
async fn the_feed_has_an_end() {
    let mut app = App::sqlite(4).await;
    let all = newest(&mut app, usize::MAX).await;
    let seen = scrolled(&app, all.len()).await;
    assert_eq!(seen.ids, all);
    assert_eq!((seen.busy.as_str(), seen.status.as_str(), seen.more), ("false", "That is all.", false));
}
