//! Plans of servers that nobody has run here, written from their documentation. They show that such a plan is read and
//! that nothing of it is lost, not that such a server is supported.

use turbodiesel::backend::Dialect;
use turbodiesel::plan::{NodeKind, Plan};

use super::captured::understood;

fn pin<DB: Dialect>(name: &str, sql: &str, raw: &str) {
    let plan = Plan::parse::<DB>(sql, raw);
    let unknown: Vec<_> = plan.nodes().filter(|node| matches!(node.kind(), NodeKind::Other(_))).collect();
    assert_eq!(unknown.len(), 1, "one step is of a later version");
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(name, understood(&plan)) });
}

/// Steps that no captured shape has, of versions before and after the one that is linked, and one of none.
#[test]
fn further_steps_of_sqlite() {
    pin::<diesel::sqlite::Sqlite>("written_sqlite", "SELECT ..", include_str!("written/sqlite-steps.txt"));
}

#[cfg(feature = "postgres")]
#[test]
fn a_newer_postgres() {
    pin::<diesel::pg::Pg>("written_postgres", "SELECT .. LIMIT 10", include_str!("written/postgres-18.json"));
}

#[cfg(feature = "mysql")]
#[test]
fn mysql_in_both_formats() {
    let sql = "SELECT .. ORDER BY ..";
    pin::<diesel::mysql::Mysql>("written_mysql_blocks", sql, include_str!("written/mysql-8-blocks.json"));
    pin::<diesel::mysql::Mysql>("written_mysql_steps", sql, include_str!("written/mysql-8-steps.json"));
    let nested = format!("{{\"query_plan\": {}}}", include_str!("written/mysql-8-steps.json"));
    let (bare, nested) = (
        Plan::parse::<diesel::mysql::Mysql>(sql, include_str!("written/mysql-8-steps.json")),
        Plan::parse::<diesel::mysql::Mysql>(sql, nested),
    );
    assert_eq!(bare.root(), nested.root());
}
