//! How many rows are read for each parent where there is an index: those that are given, and no more.

use blog::Seed;
use blog::models::{Post, User};
use blog::schema::{posts, users};
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};

use crate::support::prelude::*;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

#[derive(QueryableByName)]
struct Rows {
    #[diesel(sql_type = BigInt)]
    read: i64,
}

/// What the server counted on this connection since `FLUSH STATUS`: every row that was read by an index or after one.
const MYSQL_READ: &str = "SELECT CAST(SUM(VARIABLE_VALUE) AS SIGNED) AS `read` FROM information_schema.SESSION_STATUS
    WHERE VARIABLE_NAME IN ('HANDLER_READ_FIRST', 'HANDLER_READ_KEY', 'HANDLER_READ_LAST', 'HANDLER_READ_NEXT', 'HANDLER_READ_PREV')";

/// `Index Scan using i on posts (actual rows=3 loops=20)`: the rows of each scan of `posts`.
fn scanned(plan: &[Line]) -> Vec<usize> {
    let number = |line: &str, name: &str| -> usize {
        let digits = line.rsplit_once(name).unwrap().1;
        digits.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
    };
    let scans = plan.iter().filter(|line| line.line.contains(" on posts"));
    scans.map(|line| number(&line.line, "rows=") * number(&line.line, "loops=")).collect()
}

scenarios! {
    fn no_more_children_are_read_than_are_given(db) {
        let conn = db.conn();
        seed(conn, &Seed { users: 100, posts_per_user: 200, comments_per_post: 0, tags: 0 })?;
        analyze(conn)?;
        if BACKEND == "postgres" {
            // The index answers alone only for pages that VACUUM has seen.
            go!(conn.batch_execute("VACUUM ANALYZE posts"))?;
        }
        let log = StatementLog::install(conn);
        let parents = 10;
        for (limit, offset) in [(1, 0), (3, 0), (10, 0), (11, 0), (3, 5), (50, 0)] {
            if BACKEND == "mysql" {
                go!(conn.batch_execute("FLUSH STATUS"))?;
            }
            let first = has_many::<Post>().order(posts::created_at.desc()).limit_per_parent(limit).offset_per_parent(offset);
            let load = users::table.order(users::id).limit(parents).select(User::as_select()).preload(first);
            let rows = go!(load.load(conn))?;
            let most = parents as usize * (limit + offset + 1) as usize;
            let given: usize = rows.iter().map(|(_, posts)| posts.len()).sum();
            match BACKEND {
                "mysql" => {
                    let read = go!(sql_query(MYSQL_READ).get_result::<Rows>(conn))?.read as usize;
                    // The users themselves are read too; and the first child alone goes by its key, then to its row.
                    let most = most + parents as usize * if limit == 1 { 2 } else { 1 } + 20;
                    assert!(read <= most, "{limit} {offset}: {read} of {most} for {given} rows");
                }
                "postgres" => {
                    let sent = log.take().pop().unwrap();
                    let numbers: Vec<_> = (1..=parents).map(|id| id.to_string()).collect();
                    let offset_value = if offset > 0 { format!(", {offset}") } else { String::new() };
                    let arguments = format!("'{{{}}}', {limit}{offset_value}", numbers.join(","));
                    for mode in ["force_generic_plan", "force_custom_plan"] {
                        go!(conn.batch_execute(&format!("SET plan_cache_mode = {mode}; PREPARE first (int[], bigint, bigint) AS {}", sent.sql)))?;
                        let arguments = if offset > 0 { arguments.clone() } else { format!("{arguments}, 0") };
                        let explain = format!("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) EXECUTE first({arguments})");
                        let plan = go!(sql_query(explain).load::<Line>(conn))?;
                        go!(conn.batch_execute("DEALLOCATE first"))?;
                        let scans = scanned(&plan);
                        let shown: Vec<_> = plan.iter().map(|line| line.line.as_str()).collect();
                        assert!(!scans.is_empty() && scans.iter().all(|rows| *rows <= most), "{limit} {offset}:\n{}", shown.join("\n"));
                    }
                }
                _ => {
                    let plan = explain(conn, &log.take().pop().unwrap())?;
                    let steps: Vec<_> = plan.lines().filter_map(|step| step.rsplit('|').next()).filter(|step| step.contains("posts") || step.contains("B-TREE")).collect();
                    assert_eq!(steps, [
                        "SEARCH posts USING COVERING INDEX posts_author_id_idx (author_id=?)",
                        "SEARCH posts USING INTEGER PRIMARY KEY (rowid=?)",
                    ], "{limit} {offset}: {plan}");
                }
            }
            log.take();
        }
    }
}
