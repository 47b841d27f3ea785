//! `/graphql`.

use serde_json::{Value, json};

use crate::support::{App, scenarios};

const USERS: usize = 20;

scenarios! {
    a_walk_forward_and_back_meets_each_post_once
    what_is_selected_is_what_is_sent
    a_field_under_two_names_is_loaded_once
    comments_go_on_where_those_of_a_post_end
    bad_cursors_are_400
    bad_arguments_are_400
    ends_are_known_where_they_are_asked_for
}

async fn data(app: &mut App, query: &str) -> Value {
    let reply = app.query(query).await;
    assert_eq!(reply.status, 200, "{query}: {}", reply.body);
    reply.json()["data"].take()
}

fn ids(connection: &Value) -> Vec<String> {
    let edges = connection["edges"].as_array().unwrap();
    edges.iter().map(|edge| edge["node"]["id"].as_str().unwrap().to_owned()).collect()
}

async fn a_walk_forward_and_back_meets_each_post_once(app: &mut App) {
    let mut forward = Vec::new();
    let mut after = Value::Null;
    loop {
        let query = format!(
            "{{ posts(first: 9, after: {after}) {{ edges {{ node {{ id }} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let posts = data(app, &query).await["posts"].take();
        forward.extend(ids(&posts));
        after = posts["pageInfo"]["endCursor"].clone();
        if posts["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    let mut distinct = forward.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert!(distinct.len() == forward.len() && forward.len() > 100, "{} posts", forward.len());

    let mut back = Vec::new();
    let mut before = Value::Null;
    loop {
        let query = format!(
            "{{ posts(last: 11, before: {before}) {{ edges {{ node {{ id }} }} pageInfo {{ hasPreviousPage startCursor }} }} }}"
        );
        let posts = data(app, &query).await["posts"].take();
        back.splice(0..0, ids(&posts));
        before = posts["pageInfo"]["startCursor"].clone();
        if posts["pageInfo"]["hasPreviousPage"] == false {
            break;
        }
    }
    assert_eq!(back, forward);
}

async fn what_is_selected_is_what_is_sent(app: &mut App) {
    for (selection, statements) in [
        ("id title body createdAt", 1),
        ("author { name }", 2),
        ("commentCount", 2),
        ("tags", 3),
        ("comments(first: 2) { edges { node { body } } }", 2),
        ("comments(first: 2) { edges { node { body author { name } } } }", 3),
        ("author { name } commentCount tags comments { edges { node { author { id } } } }", 7),
        ("id ...More", 2),
        ("id ... on Post { commentCount }", 2),
        ("id author @skip(if: true) { name } tags @include(if: false)", 1),
    ] {
        let query = format!(
            "{{ posts {{ edges {{ node {{ {selection} }} }} }} }} {}",
            if selection.contains("More") { "fragment More on Post { author { name } }" } else { "" }
        );
        let reply = app.query(&query).await;
        assert_eq!(reply.status, 200, "{selection}: {}", reply.body);
        assert_eq!((app.sent(), reply.announced()), (statements, statements), "{selection}");
    }
    let reply = app.query("{ __schema { queryType { name } } }").await;
    assert_eq!((reply.status.as_u16(), reply.announced(), app.sent()), (200, 0, 0));
}

async fn a_field_under_two_names_is_loaded_once(app: &mut App) {
    let one = "one: comments(first: 1) { edges { node { id } } pageInfo { hasNextPage endCursor } }";
    let both = format!(
        "{{ posts(first: 50) {{ edges {{ node {{ {one} four: comments(first: 4) {{ edges {{ cursor node {{ id author {{ id }} }} }} }} }} }} }} }}"
    );
    let posts = data(app, &both).await["posts"].take();
    assert_eq!(app.sent(), 3);
    let mut longer = 0;
    for edge in posts["edges"].as_array().unwrap() {
        let (one, four) = (&edge["node"]["one"], &edge["node"]["four"]);
        let (first, all) = (ids(one), ids(four));
        assert_eq!(first[..], all[..all.len().min(1)]);
        if all.len() > 1 {
            longer += 1;
            assert_eq!(one["pageInfo"], json!({ "hasNextPage": true, "endCursor": four["edges"][0]["cursor"] }));
        }
    }
    assert!(longer > 10);
}

async fn comments_go_on_where_those_of_a_post_end(app: &mut App) {
    let query = "{ posts(first: 50) { edges { node { id commentCount comments(first: 2) { edges { node { id } } pageInfo { hasNextPage endCursor } } } } } }";
    let posts = data(app, query).await["posts"].take();
    let mut walked = 0;
    for edge in posts["edges"].as_array().unwrap() {
        let post = &edge["node"];
        let (mut seen, mut info) = (ids(&post["comments"]), post["comments"]["pageInfo"].clone());
        while info["hasNextPage"] == true {
            let id = post["id"].as_str().unwrap();
            let query = format!(
                "{{ comments(post: {id}, first: 2, after: {}) {{ edges {{ node {{ id author {{ name }} }} }} pageInfo {{ hasNextPage endCursor }} }} }}",
                info["endCursor"]
            );
            app.sent();
            let more = data(app, &query).await["comments"].take();
            assert_eq!(app.sent(), 2);
            seen.extend(ids(&more));
            info = more["pageInfo"].clone();
            walked += 1;
        }
        assert_eq!(json!(seen.len()), post["commentCount"]);
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(json!(seen.len()), post["commentCount"]);
    }
    assert!(walked > 20);
}

async fn bad_cursors_are_400(app: &mut App) {
    let query = "{ posts(first: 1) { edges { cursor } } comments(post: 1) { edges { cursor } } }";
    let good = data(app, query).await;
    let of_posts = &good["posts"]["edges"][0]["cursor"];
    app.sent();
    for query in [
        "posts(first: 2, after: \"nonsense\") { edges { cursor } }".to_owned(),
        "posts(last: 2, before: \"\") { edges { cursor } }".to_owned(),
        // Signed, and of another list.
        format!("comments(post: 1, after: {of_posts}) {{ edges {{ cursor }} }}"),
    ] {
        let reply = app.query(&format!("{{ {query} }}")).await;
        assert_eq!(reply.status, 400, "{query}");
        let error = &reply.json()["errors"][0];
        assert_eq!(error["extensions"]["code"], "bad_cursor");
        assert_eq!(error["message"], "this cursor is not one of this list; leave it out to begin at the start");
    }
    assert_eq!(app.sent(), 0);
}

async fn bad_arguments_are_400(app: &mut App) {
    for (query, code) in [
        ("posts(first: 0) { edges { cursor } }", json!("bad_page_size")),
        ("posts(first: -3) { edges { cursor } }", json!("bad_page_size")),
        ("posts(first: 101) { edges { cursor } }", json!("bad_page_size")),
        ("posts(first: 1, last: 1) { edges { cursor } }", json!("bad_request")),
        ("posts { edges { node { comments(first: 0) { edges { cursor } } } } }", json!("bad_page_size")),
        ("posts { edges { node { comments(first: 101) { edges { cursor } } } } }", json!("bad_page_size")),
        ("posts { nothing }", Value::Null),
        ("posts {", Value::Null),
    ] {
        let reply = app.query(&format!("{{ {query} }}")).await;
        assert_eq!(reply.status, 400, "{query}: {}", reply.body);
        assert_eq!(reply.json()["errors"][0]["extensions"]["code"], code, "{query}");
    }
    assert_eq!(app.sent(), 0);
}

async fn ends_are_known_where_they_are_asked_for(app: &mut App) {
    let start = data(app, "{ posts(first: 2) { edges { cursor } } }").await;
    let second = &start["posts"]["edges"][1]["cursor"];
    let query = format!("{{ posts(first: 2, after: {second}) {{ pageInfo {{ hasPreviousPage hasNextPage }} }} }}");
    app.sent();
    assert_eq!(data(app, &query).await["posts"]["pageInfo"], json!({ "hasPreviousPage": true, "hasNextPage": true }));
    assert_eq!(app.sent(), 1);
}
