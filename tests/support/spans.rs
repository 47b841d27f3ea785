//! A subscriber that keeps spans: their fields, what is around them, whether they are open.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use tracing_core::span::Current;

/// A span, with its fields and the span around it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Span {
    fields: HashMap<&'static str, String>,
    pub(crate) around: Option<u64>,
    handles: usize,
}

impl Span {
    pub(crate) fn get(&self, field: &str) -> &str {
        self.fields.get(field).map_or("", String::as_str)
    }

    pub(crate) fn is_open(&self) -> bool {
        self.handles > 0
    }
}

/// Keeps all spans; the first one has the number 1.
#[derive(Clone, Default)]
pub(crate) struct Spans(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    spans: Vec<(Span, Option<&'static Metadata<'static>>)>,
    entered: HashMap<ThreadId, Vec<Id>>,
    most_open: usize,
}

impl State {
    fn span(&mut self, id: &Id) -> &mut Span {
        &mut self.spans[id.into_u64() as usize - 1].0
    }

    fn here(&mut self) -> &mut Vec<Id> {
        self.entered.entry(thread::current().id()).or_default()
    }
}

impl Spans {
    /// Those of statements, in the order in which they were opened.
    pub(crate) fn statements(&self) -> Vec<Span> {
        let state = self.0.lock().unwrap();
        state.spans.iter().map(|(span, _)| span.clone()).filter(|span| !span.get("db.query.text").is_empty()).collect()
    }

    /// How many statements are open, and how many were at once.
    pub(crate) fn open(&self) -> (usize, usize) {
        let open = self.statements().iter().filter(|span| span.is_open()).count();
        (open, self.0.lock().unwrap().most_open)
    }

    /// How many spans this thread is in.
    pub(crate) fn entered(&self) -> usize {
        self.0.lock().unwrap().here().len()
    }
}

struct Into<'a>(&'a mut Span);

impl Visit for Into<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.fields.insert(field.name(), format!("{value:?}").trim_matches('"').to_owned());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.fields.insert(field.name(), value.to_owned());
    }
}

impl Subscriber for Spans {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "turbodiesel"
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut state = self.0.lock().unwrap();
        let around = match attributes.is_contextual() {
            true => state.here().last().map(Id::into_u64),
            false => attributes.parent().map(Id::into_u64),
        };
        let mut span = Span { around, handles: 1, ..Span::default() };
        attributes.record(&mut Into(&mut span));
        state.spans.push((span, Some(attributes.metadata())));
        let open =
            state.spans.iter().filter(|(span, _)| span.is_open() && !span.get("db.query.text").is_empty()).count();
        state.most_open = state.most_open.max(open);
        Id::from_u64(state.spans.len() as u64)
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        values.record(&mut Into(self.0.lock().unwrap().span(id)));
    }

    fn clone_span(&self, id: &Id) -> Id {
        self.0.lock().unwrap().span(id).handles += 1;
        id.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        let mut state = self.0.lock().unwrap();
        let span = state.span(&id);
        span.handles -= 1;
        !span.is_open()
    }

    fn current_span(&self) -> Current {
        let mut state = self.0.lock().unwrap();
        let Some(id) = state.here().last().cloned() else { return Current::none() };
        state.spans[id.into_u64() as usize - 1].1.map_or_else(Current::none, |metadata| Current::new(id, metadata))
    }

    fn enter(&self, id: &Id) {
        self.0.lock().unwrap().here().push(id.clone());
    }

    fn exit(&self, id: &Id) {
        assert_eq!(self.0.lock().unwrap().here().pop().as_ref(), Some(id));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
}
