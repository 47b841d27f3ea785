//! Plans as real servers gave them, kept in `captured/`, and what is read out of them, pinned.
//!
//! `TURBODIESEL_CAPTURE=1 cargo test --features postgres,mysql --test plans` writes them anew.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use diesel::sql_query;
use turbodiesel::backend::Dialect;
use turbodiesel::plan::{NodeKind, Plan};

use super::shapes::{indexes, shapes};
use crate::support::TestResult;
use crate::support::prelude::*;

/// MariaDB names the database, which is another one each time.
fn nameless(raw: &str) -> String {
    let mut parts = raw.trim_end().split("turbodiesel_test_");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str("blog");
        text.push_str(part.find('.').map_or(part, |dot| &part[dot..]));
    }
    text
}

fn file(backend: &str) -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    // `async-tests` is a folder of this package.
    let root = if cfg!(feature = "awaited") { package.join("..") } else { package.to_owned() };
    root.join(format!("tests/plans/captured/{backend}.txt"))
}

scenarios! {
    fn every_shape_is_understood_on_a_server(db) {
        let conn = db.conn();
        seed(conn, &blog::Seed::users(100))?;
        go!(conn.batch_execute(indexes(BACKEND)))?;
        analyze(conn)?;
        let sql = <Conn as TestConnection>::VERSION;
        let version = go!(diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>(sql)).get_result::<String>(conn))?;

        let mut captured = format!("# {BACKEND} {version}\n");
        let mut names = Vec::new();
        for shape in shapes(BACKEND) {
            if let Some((set, _)) = shape.set {
                go!(conn.batch_execute(set))?;
            }
            let query = sql_query(shape.sql);
            let plan = if shape.analyze { go!(query.explain_analyze(conn)) } else { go!(query.explain(conn)) };
            if let Some((_, reset)) = shape.set {
                go!(conn.batch_execute(reset))?;
            }
            let plan = plan.map_err(|error| format!("{}: {error}", shape.name))?;
            let unknown: Vec<_> = plan.nodes().filter(|node| matches!(node.kind(), NodeKind::Other(_))).collect();
            assert!(unknown.is_empty(), "{}: unknown {unknown:?} in\n{}", shape.name, plan.raw());
            write!(captured, "\n== {}\n{}\n--\n{}\n", shape.name, plan.sql(), nameless(plan.raw()))?;
            names.push(shape.name);
        }
        if std::env::var_os("TURBODIESEL_CAPTURE").is_some() {
            std::fs::write(file(BACKEND), captured)?;
        }
        assert!(names.len() >= 25);
        let kept: Vec<String> = sections(BACKEND)?.into_iter().map(|section| section.name).collect();
        assert_eq!(kept, names, "capture them anew: set TURBODIESEL_CAPTURE=1");
    }
}

struct Section {
    name: String,
    sql: String,
    raw: String,
}

fn sections(backend: &str) -> TestResult<Vec<Section>> {
    let text = std::fs::read_to_string(file(backend))?;
    let section = |text: &str| {
        let (name, rest) = text.split_once('\n')?;
        let (sql, raw) = rest.split_once("\n--\n")?;
        Some(Section { name: name.to_owned(), sql: sql.to_owned(), raw: raw.trim_end().to_owned() })
    };
    Ok(text.split("\n== ").skip(1).filter_map(section).collect())
}

/// The plan as it is shown, the answers to the questions, then each step as it was understood.
pub(super) fn understood(plan: &Plan) -> String {
    let mut text = format!("{plan}\n");
    let labels =
        |nodes: Vec<&turbodiesel::plan::Node>| nodes.iter().map(|node| node.label().to_owned()).collect::<Vec<_>>();
    for (question, answer) in
        [("full scans", plan.full_scans()), ("sorts", plan.sorts()), ("temporary", plan.temporary_tables())]
    {
        if !answer.is_empty() {
            let _ = writeln!(text, "{question}: {:?}", labels(answer));
        }
    }
    for (question, answer) in [("estimated rows", plan.estimated_rows()), ("rows read", plan.rows_read())] {
        if let Some(answer) = answer {
            let _ = writeln!(text, "{question}: {answer}");
        }
    }
    for node in plan.nodes() {
        let _ = write!(text, "  {:?}", node.kind());
        if let Some(access) = node.access() {
            let _ = write!(text, " {access:?}{}", if node.stops_early() { " until a limit" } else { "" });
        }
        let words = [("table", node.table()), ("alias", node.alias()), ("index", node.index())];
        for (name, value) in words.into_iter().chain([("condition", node.condition()), ("filter", node.filter())]) {
            if let Some(value) = value {
                let _ = write!(text, " {name}={value}");
            }
        }
        let _ = writeln!(text, "{}", if node.is_covering() { " covering" } else { "" });
    }
    text
}

fn pin<DB: Dialect>(backend: &str) -> TestResult {
    let mut text = String::new();
    for Section { name, sql, raw } in sections(backend)? {
        write!(text, "== {name}\n{sql}\n\n{}\n", understood(&Plan::parse::<DB>(sql.clone(), raw)))?;
    }
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(format!("captured_{backend}"), text) });
    Ok(())
}

#[test]
fn sqlite_is_read() -> TestResult {
    pin::<diesel::sqlite::Sqlite>("sqlite")
}

#[cfg(feature = "postgres")]
#[test]
fn postgres_is_read() -> TestResult {
    pin::<diesel::pg::Pg>("postgres")
}

#[cfg(feature = "mysql")]
#[test]
fn mariadb_is_read() -> TestResult {
    pin::<diesel::mysql::Mysql>("mysql")
}
