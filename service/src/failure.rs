//! What a client is told when a request cannot be answered.

use async_graphql::ErrorExtensions;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Json, http::header};
use serde::Serialize;
use serde_json::json;

/// Why a request cannot be answered, in the words of the client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Failure {
    #[serde(skip)]
    pub(crate) status: StatusCode,
    /// For programs.
    pub(crate) code: &'static str,
    /// For people.
    pub(crate) message: String,
}

impl Failure {
    /// The request asks for what there is not.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Failure { status: StatusCode::BAD_REQUEST, code: "bad_request", message: message.into() }
    }

    /// A page of no rows was asked for, or of too many.
    pub(crate) fn bad_page_size(message: impl Into<String>) -> Self {
        Failure { status: StatusCode::BAD_REQUEST, code: "bad_page_size", message: message.into() }
    }

    /// No connection could be had. The reason is for the log.
    pub(crate) fn unavailable(reason: &dyn std::fmt::Display) -> Self {
        eprintln!("service: no connection: {reason}");
        let message = "the database does not answer; try again later".to_owned();
        Failure { status: StatusCode::SERVICE_UNAVAILABLE, code: "unavailable", message }
    }

    /// A fault of ours. The reason is for the log.
    pub(crate) fn internal(reason: &dyn std::fmt::Display) -> Self {
        eprintln!("service: {reason}");
        let message = "something went wrong here".to_owned();
        Failure { status: StatusCode::INTERNAL_SERVER_ERROR, code: "internal", message }
    }

    /// As an error of GraphQL, with its code and status.
    pub(crate) fn into_graphql(self) -> async_graphql::Error {
        let Failure { status, code, message } = self;
        async_graphql::Error::new(message).extend_with(|_, more| {
            more.set("code", code);
            more.set("status", status.as_u16());
        })
    }
}

impl From<turbodiesel::Error> for Failure {
    fn from(error: turbodiesel::Error) -> Self {
        if error.is_cursor() {
            let status = StatusCode::BAD_REQUEST;
            let message = "this cursor is not one of this list; leave it out to begin at the start".to_owned();
            Failure { status, code: "bad_cursor", message }
        } else if error.is_page_size() {
            Failure::bad_page_size(error.to_string())
        } else {
            Failure::internal(&error)
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (self.status, [(header::CACHE_CONTROL, "no-store")], Json(json!({ "error": self }))).into_response()
    }
}
