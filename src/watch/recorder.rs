//! What stands in a connection: forwards each event to the instrumentation that was there before, then counts it.

use std::fmt::{self, Write};
use std::sync::{Arc, Weak};
use std::time::Instant;

use diesel::connection::{Instrumentation, InstrumentationEvent, get_default_instrumentation};

use super::marks;
use super::n_plus_one::NPlusOne;
use super::shape::{Kind, Shape, hash_of};
use super::watcher::Shared;

/// One for each connection.
pub(super) struct Recorder {
    /// Once the watcher is gone, this only forwards: as if the default instrumentation were back.
    shared: Weak<Shared>,
    inner: Option<Box<dyn Instrumentation>>,
    scope: u64,
    /// Whether a ping means that the connection is handed out anew.
    pooled: bool,
    /// What is being run: several statements where the connection pipelines.
    running: Vec<Running>,
    /// The statement as Diesel shows it; kept for its memory.
    shown: Shown,
    #[cfg(feature = "tracing")]
    system: &'static str,
}

/// A statement on its way.
struct Running {
    text: u64,
    /// Its number in the journal.
    number: Option<usize>,
    since: Instant,
    #[cfg(feature = "tracing")]
    span: Option<super::spans::Span>,
}

/// How many statements are taken to be on their way at once: those of futures that were dropped never end.
const PIPELINE: usize = 64;

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
            running: Vec::new(),
            shown: Shown::default(),
            #[cfg(feature = "tracing")]
            system,
        }
    }

    fn started(&mut self, shared: &Shared, query: &dyn fmt::Display) {
        let (sql, binds) = self.shown.split(query);
        let text = hash_of(sql);
        let (shape, number, found) = {
            let mut journal = shared.journal();
            let shape: Arc<Shape> = journal.shape(sql);
            if self.pooled && shape.kind == Kind::Ping {
                self.scope = marks::new_scope();
                // Whoever had the connection before has dropped what did not end.
                self.running.clear();
            }
            let (number, found) = journal.started(&shape, binds, self.scope, shared.threshold);
            (shape, number, found)
        };
        if self.running.len() >= PIPELINE {
            self.running.remove(0);
        }
        self.running.push(Running {
            text,
            number,
            since: Instant::now(),
            #[cfg(feature = "tracing")]
            span: (shared.traced && !matches!(shape.kind, Kind::Housekeeping | Kind::Ping))
                .then(|| super::spans::Span::open(&shape, self.system)),
        });
        #[cfg(not(feature = "tracing"))]
        drop(shape);
        // The journal is free again: the callback may look at it.
        if let (Some(repeated), Some(callback)) = (found, &shared.on_n_plus_one) {
            callback(&NPlusOne::new(&repeated));
        }
    }

    fn finished(&mut self, shared: &Shared, query: &dyn fmt::Display, error: Option<&diesel::result::Error>) {
        let running = match self.running.len() {
            0 | 1 => self.running.pop(),
            _ => {
                let text = hash_of(self.shown.split(query).0);
                // The last one of this text: one before it may be of a future that was dropped.
                let at = self.running.iter().rposition(|running| running.text == text).unwrap_or_default();
                Some(self.running.remove(at))
            }
        };
        let Some(running) = running else { return };
        if let Some(number) = running.number {
            shared.journal().finished(number, running.since.elapsed(), error.is_some());
        }
        #[cfg(feature = "tracing")]
        if let Some(span) = running.span {
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
                InstrumentationEvent::FinishQuery { query, error, .. } => self.finished(&shared, query, *error),
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
