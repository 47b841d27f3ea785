//! Which path leads where.

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::{get, post};

use crate::{Service, graphql, html, rest};

pub(crate) fn router(service: Service) -> Router {
    Router::new()
        .route("/", get(html::index))
        .route("/posts", get(rest::posts))
        .route("/graphql", post(graphql::answer))
        .route("/healthz", get(rest::health))
        .route("/feed.js", get(|| asset("text/javascript; charset=utf-8", include_str!("../assets/feed.js"))))
        .route("/feed.css", get(|| asset("text/css; charset=utf-8", include_str!("../assets/feed.css"))))
        .with_state(service)
}

async fn asset(kind: &'static str, text: &'static str) -> impl IntoResponse {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache")], text)
}
