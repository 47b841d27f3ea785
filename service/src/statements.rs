//! How many statements an answer takes, as its loads announce it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;

/// The header that says it.
const HEADER: HeaderName = HeaderName::from_static("x-statements");

/// The sum over all loads of one request. A handle: clones count together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Announced(Arc<AtomicUsize>);

impl Announced {
    pub(crate) fn add(&self, statements: usize) {
        self.0.fetch_add(statements, Ordering::Relaxed);
    }

    /// The answer with the header.
    pub(crate) fn on(&self, mut response: Response) -> Response {
        response.headers_mut().insert(HEADER, HeaderValue::from(self.0.load(Ordering::Relaxed)));
        response
    }
}
