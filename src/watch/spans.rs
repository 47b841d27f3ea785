//! A span for each statement, in the words of OpenTelemetry's stable database conventions.

#[cfg(feature = "async")]
use std::sync::Weak;
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::Empty;

use super::shape::Shape;

/// A statement that is being run.
pub(super) struct Span(Arc<Open>);

/// Its span: none any more where its load was dropped.
type Open = Mutex<Option<tracing::Span>>;

impl Span {
    pub(super) fn open(shape: &Shape, system: &str) -> Self {
        let summary = shape.summary();
        let span = tracing::info_span!(
            target: "turbodiesel",
            "query",
            otel.kind = "client",
            otel.name = summary,
            otel.status_code = Empty,
            db.system.name = system,
            db.operation.name = shape.operation,
            db.collection.name = Empty,
            db.query.summary = summary,
            db.query.text = shape.fingerprint,
            error.type = Empty,
        );
        if let Some(table) = &shape.table {
            span.record("db.collection.name", table);
        }
        let span = Arc::new(Mutex::new(Some(span)));
        #[cfg(feature = "async")]
        if let Some(spans) = crate::one_load::current().and_then(|load| load.spans) {
            spans.add(&span);
        }
        Span(span)
    }

    /// Diesel keeps no SQLSTATE, so there is no `db.response.status_code`; its message may name values, so it is left out.
    pub(super) fn close(self, error: Option<&diesel::result::Error>) {
        use diesel::result::Error;
        let span = take(&self.0);
        let (Some(span), Some(error)) = (span, error) else { return };
        span.record("otel.status_code", "ERROR");
        match error {
            Error::DatabaseError(kind, _) => span.record("error.type", tracing::field::debug(kind)),
            Error::QueryBuilderError(_) => span.record("error.type", "QueryBuilderError"),
            Error::DeserializationError(_) => span.record("error.type", "DeserializationError"),
            Error::SerializationError(_) => span.record("error.type", "SerializationError"),
            Error::NotFound => span.record("error.type", "NotFound"),
            _ => span.record("error.type", "_OTHER"),
        };
    }
}

fn take(span: &Open) -> Option<tracing::Span> {
    span.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// The spans of a load that is awaited: they end with it at the latest. Of a future that is dropped no statement ends.
#[cfg(feature = "async")]
#[derive(Debug, Default)]
pub(crate) struct SpansOfLoad(Mutex<Vec<Weak<Open>>>);

#[cfg(feature = "async")]
impl SpansOfLoad {
    fn add(&self, span: &Arc<Open>) {
        let mut spans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spans.retain(|span| span.strong_count() > 0);
        spans.push(Arc::downgrade(span));
    }
}

#[cfg(feature = "async")]
impl Drop for SpansOfLoad {
    fn drop(&mut self) {
        let spans = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        for span in spans.drain(..).filter_map(|span| span.upgrade()) {
            drop(take(&span));
        }
    }
}

/// Where the spans of this thread go, and which one is around what it does, for another thread.
#[cfg(all(feature = "async", feature = "sqlite"))]
pub(super) struct Around {
    subscriber: tracing::Dispatch,
    span: tracing::Span,
}

#[cfg(all(feature = "async", feature = "sqlite"))]
impl Around {
    pub(super) fn of_this_thread() -> Self {
        Around { subscriber: tracing::dispatcher::get_default(Clone::clone), span: tracing::Span::current() }
    }

    /// Until both are dropped.
    pub(super) fn enter(self) -> (tracing::span::EnteredSpan, tracing::dispatcher::DefaultGuard) {
        let subscriber = tracing::dispatcher::set_default(&self.subscriber);
        (self.span.entered(), subscriber)
    }
}
