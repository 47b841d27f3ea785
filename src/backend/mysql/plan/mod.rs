//! MySQL's and MariaDB's EXPLAIN FORMAT=JSON. There are three: MariaDB's, MySQL's first, which is built like it, and MySQL's
//! second, a tree of steps. They are told apart by their shape, whatever the server calls them.

mod blocks;
mod steps;

use diesel::connection::LoadConnection;
use diesel::mysql::Mysql;
use diesel::query_dsl::RunQueryDsl;
use diesel::sql_types::Text;
use serde_json::Value;

use crate::error::Result;
use crate::plan::sent::{Prefixed, Statement, rolled_back};
use crate::plan::{How, Node};

pub(super) fn ask<Conn>(statement: &Statement<'_, Mysql>, conn: &mut Conn, how: How) -> Result<String>
where
    Conn: LoadConnection<Backend = Mysql>,
{
    if how != How::Analyze {
        return Ok(RunQueryDsl::get_result::<String>(statement.after::<Text>("EXPLAIN FORMAT=JSON "), conn)?);
    }
    let version = RunQueryDsl::get_result::<String>(Prefixed::<Mysql, Text>::text("SELECT VERSION()"), conn)?;
    let analyze = if version.contains("MariaDB") { "ANALYZE FORMAT=JSON " } else { "EXPLAIN ANALYZE FORMAT=JSON " };
    rolled_back(conn, |conn| RunQueryDsl::get_result::<String>(statement.after::<Text>(analyze), conn))
}

pub(super) fn read(raw: &str) -> Node {
    match serde_json::from_str(raw) {
        Ok(Value::Object(plan)) if plan.contains_key("query_block") => blocks::read(&plan),
        Ok(Value::Object(plan)) => steps::read(&plan).unwrap_or_else(|| Node::other(raw)),
        _ => Node::other(raw),
    }
}
