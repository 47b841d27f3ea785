//! A span for each statement, in the words of OpenTelemetry's stable database conventions.

use tracing::field::Empty;

use super::shape::Shape;

/// A statement that is being run.
pub(super) struct Span(tracing::Span);

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
        Span(span)
    }

    /// Diesel keeps no SQLSTATE, so there is no `db.response.status_code`; its message may name values, so it is left out.
    pub(super) fn close(self, error: Option<&diesel::result::Error>) {
        use diesel::result::Error;
        let Some(error) = error else { return };
        self.0.record("otel.status_code", "ERROR");
        match error {
            Error::DatabaseError(kind, _) => self.0.record("error.type", tracing::field::debug(kind)),
            Error::QueryBuilderError(_) => self.0.record("error.type", "QueryBuilderError"),
            Error::DeserializationError(_) => self.0.record("error.type", "DeserializationError"),
            Error::SerializationError(_) => self.0.record("error.type", "SerializationError"),
            Error::NotFound => self.0.record("error.type", "NotFound"),
            _ => self.0.record("error.type", "_OTHER"),
        };
    }
}
