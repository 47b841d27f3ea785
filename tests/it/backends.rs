//! That every backend is there: a suite that skipped one would be green for nothing.

use crate::support::prelude::*;

scenarios! {
    fn the_database_answers(db) {
        let sql = <Conn as TestConnection>::VERSION;
        let version = go!(diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>(sql)).get_result::<String>(db.conn()))?;
        println!("{BACKEND}: {version}");
        let expected = match BACKEND {
            "sqlite" => version.starts_with("3."),
            "postgres" => version.starts_with("PostgreSQL"),
            _ => version.contains("MariaDB") || version.starts_with('8') || version.starts_with('9'),
        };
        assert!(expected, "{version}");
    }
}

/// `scripts/test-all` promises three databases; without this test a missing feature would leave one out unseen.
#[test]
#[ignore = "scripts/test-all runs it: it needs the features `postgres` and `mysql`"]
fn all_three_backends_are_built_in() {
    let features = [("postgres", cfg!(feature = "postgres")), ("mysql", cfg!(feature = "mysql"))];
    let missing: Vec<_> = features.iter().filter(|(_, on)| !on).map(|(name, _)| *name).collect();
    assert!(missing.is_empty(), "run with `--features postgres,mysql`: missing {missing:?}");
}
