//! What stands in a connection: forwards each event to the instrumentation that was there before, then counts it.

use std::fmt::{self, Write};
use std::sync::{Arc, Weak};
use std::time::Instant;

use diesel::connection::{Instrumentation, InstrumentationEvent, get_default_instrumentation};

use super::marks;
use super::n_plus_one::NPlusOne;
use super::shape::{Kind, Shape};
use super::watcher::Shared;

/// One for each connection.
pub(super) struct Recorder {
    /// Once the watcher is gone, this only forwards: as if the default instrumentation were back.
    shared: Weak<Shared>,
    inner: Option<Box<dyn Instrumentation>>,
    scope: u64,
    /// Whether a ping means that the connection is handed out anew.
    pooled: bool,
    /// What is being run: its number in the journal, and since when.
    running: Option<(Option<usize>, Instant)>,
    /// The statement as Diesel shows it; kept for its memory.
    shown: Shown,
    #[cfg(feature = "tracing")]
    span: Option<super::spans::Span>,
    #[cfg(feature = "tracing")]
    system: &'static str,
}

impl Recorder {
    pub(super) fn new(
        shared: &Arc<Shared>,
        inner: Option<Box<dyn Instrumentation>>,
        pooled: bool,
        system: &'static str,
    ) -> Self {
        #[cfg(not(feature = "tracing"))]
        let _ = system;
        Recorder {
            shared: Arc::downgrade(shared),
            inner: inner.or_else(get_default_instrumentation),
            scope: marks::new_scope(),
            pooled,
            running: None,
            shown: Shown::default(),
            #[cfg(feature = "tracing")]
            span: None,
            #[cfg(feature = "tracing")]
            system,
        }
    }

    fn started(&mut self, shared: &Shared, query: &dyn fmt::Display) {
        let (sql, binds) = self.shown.split(query);
        let (shape, found) = {
            let mut journal = shared.journal();
            let shape: Arc<Shape> = journal.shape(sql);
            if self.pooled && shape.kind == Kind::Ping {
                self.scope = marks::new_scope();
            }
            let (number, found) = journal.started(&shape, binds, self.scope, shared.threshold);
            self.running = Some((number, Instant::now()));
            (shape, found)
        };
        #[cfg(feature = "tracing")]
        if shared.traced && !matches!(shape.kind, Kind::Housekeeping | Kind::Ping) {
            self.span = Some(super::spans::Span::open(&shape, self.system));
        }
        #[cfg(not(feature = "tracing"))]
        drop(shape);
        // The journal is free again: the callback may look at it.
        if let (Some(repeated), Some(callback)) = (found, &shared.on_n_plus_one) {
            callback(&NPlusOne::new(&repeated));
        }
    }

    fn finished(&mut self, shared: &Shared, error: Option<&diesel::result::Error>) {
        if let Some((number, since)) = self.running.take()
            && let Some(number) = number
        {
            shared.journal().finished(number, since.elapsed(), error.is_some());
        }
        #[cfg(feature = "tracing")]
        if let Some(span) = self.span.take() {
            span.close(error);
        }
    }
}

impl Instrumentation for Recorder {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        let shared = self.shared.upgrade();
        if let Some(shared) = shared {
            match &event {
                InstrumentationEvent::StartQuery { query, .. } => self.started(&shared, query),
                InstrumentationEvent::FinishQuery { error, .. } => self.finished(&shared, *error),
                InstrumentationEvent::BeginTransaction { .. } => shared.journal().transactions.begun += 1,
                InstrumentationEvent::CommitTransaction { .. } => shared.journal().transactions.committed += 1,
                InstrumentationEvent::RollbackTransaction { .. } => shared.journal().transactions.rolled_back += 1,
                _ => {}
            }
        }
        self.inner.on_connection_event(event);
    }
}

/// A statement as Diesel shows it: `SELECT ? -- binds: [1]`.
#[derive(Default)]
struct Shown {
    text: String,
}

impl Shown {
    /// Its text and its binds.
    fn split(&mut self, query: &dyn fmt::Display) -> (&str, &str) {
        self.text.clear();
        // A query that cannot be written is not sent either: the error is Diesel's to report.
        let _ = write!(self.text, "{query}");
        let (sql, binds) = self.text.split_once(" -- binds: ").unwrap_or((&self.text, ""));
        (sql.trim_end(), binds)
    }
}
