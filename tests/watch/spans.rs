//! Spans: names of OpenTelemetry, no values.

use blog::schema::{posts, tags};
use turbodiesel::watch::Watcher;

use crate::support::prelude::*;
use crate::support::spans::Spans;
use crate::support::watching::subscribed;

scenarios! {
    fn a_statement_is_a_span(db) {
        let conn = db.conn();
        let watcher = Watcher::builder().traced().build();
        watcher.install(conn);
        let spans = Spans::default();
        go!(subscribed(spans.clone(), block! {
            go!(posts::table.filter(posts::title.eq("secret")).select(posts::id).load::<i32>(conn))?;
            go!(diesel::insert_into(tags::table).values(tags::name.eq("secret")).execute(conn))?;
            let twice = go!(diesel::insert_into(tags::table).values(tags::name.eq("secret")).execute(conn));
            assert!(twice.is_err());
            QueryResult::Ok(())
        }))?;
        let spans = spans.statements();
        assert_eq!(spans.len(), 3);
        assert!(!format!("{spans:?}").contains("secret"), "{spans:?}");
        let of = |number: usize, name: &str| spans[number].get(name);
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
        assert_eq!((of(1, "db.query.summary"), of(1, "error.type")), ("INSERT tags", ""));
        assert_eq!((of(2, "error.type"), of(2, "otel.status_code")), ("UniqueViolation", "ERROR"));
        assert!(spans.iter().all(|span| span.around.is_none() && !span.is_open()), "{spans:?}");
    }
}
