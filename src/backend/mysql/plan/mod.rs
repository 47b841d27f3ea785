//! MySQL's and MariaDB's EXPLAIN FORMAT=JSON. There are three: MariaDB's, MySQL's first, which is built like it, and MySQL's
//! second, a tree of steps. They are told apart by their shape, whatever the server calls them.

mod blocks;
mod steps;

use serde_json::Value;

use crate::plan::script::{Question, Script, Sql, Then};
use crate::plan::{How, Node};

pub(super) fn script(how: How) -> Script {
    if how != How::Analyze {
        return Script::of(|_, _| Question::of_statement("EXPLAIN FORMAT=JSON ").into());
    }
    Script { is_taken_back: true, first: |_| Some(Question::plain("SELECT VERSION()")), then: analyze }
}

fn analyze(_: &Sql, version: Vec<String>) -> Then {
    let is_mariadb = version.iter().any(|version| version.contains("MariaDB"));
    Question::of_statement(if is_mariadb { "ANALYZE FORMAT=JSON " } else { "EXPLAIN ANALYZE FORMAT=JSON " }).into()
}

pub(super) fn read(raw: &str) -> Node {
    match serde_json::from_str(raw) {
        Ok(Value::Object(plan)) if plan.contains_key("query_block") => blocks::read(&plan),
        Ok(Value::Object(plan)) => steps::read(&plan).unwrap_or_else(|| Node::other(raw)),
        _ => Node::other(raw),
    }
}
