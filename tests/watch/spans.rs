//! Spans: names of OpenTelemetry, no values.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use blog::schema::{posts, tags};
use diesel::prelude::*;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use turbodiesel::watch::Watcher;

type Fields = BTreeMap<&'static str, String>;

/// Keeps the fields of all spans.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<Vec<Fields>>>);

struct Into<'a>(&'a mut Fields);

impl Visit for Into<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}").trim_matches('"').to_owned());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

impl Subscriber for Spans {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "turbodiesel"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut spans = self.0.lock().unwrap();
        let mut fields = Fields::new();
        span.record(&mut Into(&mut fields));
        spans.push(fields);
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        values.record(&mut Into(&mut self.0.lock().unwrap()[id.into_u64() as usize - 1]));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

scenarios! {
    fn a_statement_is_a_span(db) {
        let conn = db.conn();
        let watcher = Watcher::builder().traced().build();
        watcher.install(conn);
        let spans = Spans::default();
        tracing::subscriber::with_default(spans.clone(), || -> QueryResult<()> {
            go!(posts::table.filter(posts::title.eq("secret")).select(posts::id).load::<i32>(conn))?;
            go!(diesel::insert_into(tags::table).values(tags::name.eq("secret")).execute(conn))?;
            let twice = go!(diesel::insert_into(tags::table).values(tags::name.eq("secret")).execute(conn));
            assert!(twice.is_err());
            Ok(())
        })?;
        let spans = spans.0.lock().unwrap().clone();
        assert_eq!(spans.len(), 3);
        assert!(!format!("{spans:?}").contains("secret"), "{spans:?}");
        let of = |number: usize, name: &str| spans[number].get(name).cloned().unwrap_or_default();
        let system = match BACKEND {
            "postgres" => "postgresql",
            other => other,
        };
        for (name, value) in [
            ("db.system.name", system),
            ("db.operation.name", "SELECT"),
            ("db.collection.name", "posts"),
            ("db.query.summary", "SELECT posts"),
            ("otel.name", "SELECT posts"),
            ("otel.kind", "client"),
        ] {
            assert_eq!(of(0, name), value, "{name}");
        }
        assert_eq!(of(0, "db.query.text").replace(['"', '`'], ""), "SELECT posts.id FROM posts WHERE (posts.title = ?)");
        assert_eq!((of(1, "db.query.summary").as_str(), of(1, "error.type").as_str()), ("INSERT tags", ""));
        assert_eq!((of(2, "error.type").as_str(), of(2, "otel.status_code").as_str()), ("UniqueViolation", "ERROR"));
    }
}
