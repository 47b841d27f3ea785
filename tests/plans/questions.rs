//! `.explain(conn)` on Diesel's own queries, and what is asked of its plans.

use blog::Seed;
use blog::schema::{comments, posts, profiles, tags, users};
use diesel::dsl::sql;
use diesel::sql_query;
use diesel::sql_types::Text;
use turbodiesel::plan::{Database, NodeKind, Plan, Plans};

use crate::support::panics;
use crate::support::prelude::*;

/// Enough rows for every planner to prefer an index for a few of them.
fn many() -> Seed {
    Seed { users: 300, posts_per_user: 20, comments_per_post: 1, tags: 10 }
}

scenarios! {
    fn every_kind_of_query_is_explained(db) {
        let conn = db.conn();
        seed(conn, &many())?;
        analyze(conn)?;
        let of = |table: &str, plan: Plan| {
            assert!(plan.nodes().any(|node| node.table() == Some(table)), "no {table} in\n{plan}");
            assert!(!plan.raw().is_empty() && plan.sql().contains(table), "{}", plan.sql());
            plan
        };
        of("posts", go!(posts::table.explain(conn))?);
        of("posts", go!(posts::table.find(1).explain(conn))?).assert_no_full_scan();
        of("posts", go!(posts::table.filter(posts::author_id.eq(3)).select(posts::title).into_boxed().explain(conn))?)
            .assert_no_full_scan()
            .assert_uses_index("posts_author_id_idx");
        of("users", go!(posts::table.inner_join(users::table.on(users::id.eq(posts::author_id))).filter(posts::id.eq(7)).select(users::name).explain(conn))?)
            .assert_no_full_scan_of("posts");
        of("posts", go!(posts::table.count().explain(conn))?);
        of("posts", go!(diesel::update(posts::table.find(1)).set(posts::score.eq(1)).explain(conn))?).assert_no_full_scan();
        of("posts", go!(diesel::update(posts::table).set(posts::score.eq(1)).explain(conn))?);
        of("comments", go!(diesel::delete(comments::table.find(1)).explain(conn))?);
        go!(diesel::insert_into(tags::table).values(tags::name.eq("new")).explain(conn))?;
        of("posts", go!(sql_query("SELECT * FROM posts WHERE id = 5").explain(conn))?).assert_no_full_scan();
        // Nothing of that was run.
        assert_eq!(go!(posts::table.filter(posts::score.eq(1)).filter(posts::id.eq(1)).count().get_result::<i64>(conn))?, 0);
        assert_eq!(go!(tags::table.filter(tags::name.eq("new")).count().get_result::<i64>(conn))?, 0);
    }

    fn values_are_bound_and_not_written(db) {
        let conn = db.conn();
        seed(conn, &Seed::users(3))?;
        let query = users::table.filter(users::email.eq("it's -- binds: \"?\"")).select(users::id);
        let plan = go!(query.explain(conn))?;
        assert!(!plan.sql().contains("it's"), "{}", plan.sql());
        assert!(plan.sql().ends_with(if BACKEND == "postgres" { "$1)" } else { "?)" }), "{}", plan.sql());
        // The query is as good as before.
        assert!(go!(query.load::<i32>(conn))?.is_empty());
    }

    fn a_statement_that_cannot_be_planned_is_an_error(db) {
        let conn = db.conn();
        for error in [
            go!(sql_query("SELECT * FROM nowhere").explain(conn)).unwrap_err(),
            go!(sql_query("SELECT * FROM nowhere").explain_generic(conn)).unwrap_err(),
            go!(sql_query("no SQL").explain(conn)).unwrap_err(),
        ] {
            assert!(error.is_database(), "{error}");
        }
        // The connection is as good as before, and holds nothing of the attempt.
        go!(users::table.find(1).explain_generic(conn))?.assert_no_full_scan_of("posts");
    }

    fn a_temporary_table_is_found(db) {
        let conn = db.conn();
        seed(conn, &Seed::users(20))?;
        let statement = match BACKEND {
            "postgres" => "WITH t AS MATERIALIZED (SELECT * FROM users) SELECT * FROM posts a CROSS JOIN (SELECT 1 AS n FROM t WHERE name = 'Ann' AND active) b",
            _ => "SELECT DISTINCT body FROM posts",
        };
        let plan = go!(sql_query(statement).explain(conn))?;
        assert!(!plan.temporary_tables().is_empty(), "{plan}");
        assert!(panics(|| { plan.assert_no_temporary_table(); }).contains("temporary table"));
    }

    fn counted_rows_and_a_rollback(db) {
        let conn = db.conn();
        seed(conn, &many())?;
        analyze(conn)?;
        let scan = posts::table.filter(posts::body.eq("nothing has this body")).select(posts::id);
        let by_key = posts::table.filter(posts::id.eq(7)).select(posts::body);
        let change = || diesel::update(posts::table.filter(posts::author_id.eq(3))).set(posts::score.eq(-7));
        if BACKEND == "sqlite" {
            let error = go!(scan.explain_analyze(conn)).unwrap_err();
            assert!(error.is_no_analyze() && error.to_string().contains("SQLite"), "{error}");
            let plan = go!(scan.explain(conn))?;
            assert_eq!((plan.rows_read(), plan.estimated_rows()), (None, None));
            assert!(panics(|| { plan.assert_rows_read_at_most(1); }).contains("explain_analyze"));
        } else {
            let all = go!(posts::table.count().get_result::<i64>(conn))? as u64;
            let plan = go!(scan.explain_analyze(conn))?;
            assert_eq!(plan.rows_read(), Some(all as f64), "{plan}");
            assert!(panics(|| { plan.assert_rows_read_at_most(100); }).contains("rows, more than 100"));
            assert!(plan.estimated_rows().is_some());
            let log = StatementLog::install(conn);
            assert!(go!(change().explain_analyze(conn))?.rows_read().is_some_and(|read| read > 0.0));
            assert!(log.take().iter().any(|statement| statement.sql.contains("ANALYZE")));
            assert_eq!(go!(posts::table.filter(posts::score.eq(-7)).count().get_result::<i64>(conn))?, 0, "it was rolled back");
            // Inside of a transaction too, which goes on.
            go!(conn.transaction::<_, turbodiesel::Error, _>(work!(|conn| {
                go!(diesel::insert_into(tags::table).values(tags::name.eq("kept")).execute(conn))?;
                go!(change().explain_analyze(conn))?;
                Ok(())
            })))?;
            assert_eq!(go!(posts::table.filter(posts::score.eq(-7)).count().get_result::<i64>(conn))?, 0);
            assert_eq!(go!(tags::table.filter(tags::name.eq("kept")).count().get_result::<i64>(conn))?, 1);
            if BACKEND == "postgres" {
                go!(by_key.explain_analyze(conn))?.assert_rows_read_at_most(1);
            }
        }
    }

    fn a_generic_plan_leaves_nothing_behind(db) {
        let conn = db.conn();
        seed(conn, &many())?;
        analyze(conn)?;
        // Values that select nearly everything, and a plan that does not know.
        let newer = || posts::table.filter(posts::created_at.gt(sql("'2000-01-01'"))).filter(posts::author_id.gt(-1));
        let query = || newer().select(posts::id).limit(3);
        let generic = go!(query().explain_generic(conn))?;
        assert_eq!(generic.database(), go!(query().explain(conn))?.database());
        if BACKEND == "postgres" {
            assert_eq!(generic.database(), Database::Postgres);
            assert!(generic.raw().contains("$1"), "{}", generic.raw());
            assert!(!go!(query().explain(conn))?.raw().contains("$1"));
            let show = |what: &str| sql::<Text>(what);
            let left = "(SELECT count(*)::text FROM pg_prepared_statements WHERE name = 'turbodiesel_explain')";
            assert_eq!(go!(diesel::select(show(left)).get_result::<String>(conn))?, "0");
            let mode = "current_setting('plan_cache_mode')";
            assert_eq!(go!(diesel::select(show(mode)).get_result::<String>(conn))?, "auto");
            // Inside of a transaction, after a failure in it too.
            go!(conn.transaction::<_, turbodiesel::Error, _>(work!(|conn| {
                assert!(go!(sql_query("SELECT * FROM nowhere WHERE a = $1").explain_generic(conn)).is_err());
                // It is planned at EXECUTE: a division by zero there fails after PREPARE.
                assert!(go!(sql_query("SELECT 1/0").explain_generic(conn)).is_err());
                go!(query().explain_generic(conn))?;
                assert_eq!(go!(diesel::select(show(mode)).get_result::<String>(conn))?, "auto");
                assert_eq!(go!(diesel::select(show(left)).get_result::<String>(conn))?, "0");
                Ok(())
            })))?;
        } else {
            assert_eq!(generic.root(), go!(query().explain(conn))?.root());
        }
    }

    fn two_ways_are_compared(db) {
        let conn = db.conn();
        seed(conn, &Seed::users(20))?;
        analyze(conn)?;
        let ids = go!(profiles::table.select(profiles::user_id).load::<i32>(conn))?;
        let mut naive = Plans::from(vec![go!(users::table.select(users::id).explain(conn))?]);
        for id in &ids {
            naive.extend([go!(profiles::table.filter(profiles::user_id.eq(id)).select(profiles::bio).explain(conn))?]);
        }
        let eager = go!(users::table.left_join(profiles::table.on(profiles::user_id.eq(users::id))).select((users::id, profiles::bio.nullable())).explain(conn))?;
        let text = Plan::compare(&naive, &eager).to_string();
        assert!(text.contains(&format!("{:<20}{:>12}{:>12}", "statements", ids.len() + 1, 1)), "{text}");
        assert!(text.contains(&format!("naive: {} x SELECT", ids.len())) && text.contains("\neager: 1 x SELECT"), "{text}");
        assert!(text.contains("full scans") && text.contains(&eager.to_string()), "{text}");
        assert_eq!(naive.to_string().matches(" x SELECT").count(), 2, "{naive}");
        assert!(naive.iter().all(|plan| plan.nodes().all(|node| !matches!(node.kind(), NodeKind::Other(_)))));
    }
}
