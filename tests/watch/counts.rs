//! What a log says.

use blog::models::User;
use blog::schema::{tags, users};
use diesel::result::Error as DieselError;
use turbodiesel::watch::Watcher;

use crate::support::data::FEW;
use crate::support::panics;
use crate::support::prelude::*;
use crate::support::watching::watch;

scenarios! {
    fn statements_failures_and_transactions_are_counted(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let ((), log) = go!(watch(conn, work!(|conn| {
            go!(users::table.find(1).select(User::as_select()).first(conn))?;
            go!(users::table.find(2).select(User::as_select()).first(conn))?;
            go!(conn.transaction(work!(|conn| {
                go!(diesel::insert_into(tags::table).values(tags::name.eq("a")).execute(conn))?;
                let twice = go!(conn.transaction(work!(|conn| {
                    go!(diesel::insert_into(tags::table).values(tags::name.eq("a")).execute(conn))
                })));
                assert!(matches!(twice, Err(DieselError::DatabaseError(..))));
                QueryResult::Ok(())
            })))
        })))?;
        let counts: Vec<_> = log.statements().map(|statement| (statement.count(), statement.failures())).collect();
        assert_eq!((counts, log.len(), log.failures()), (vec![(2, 0), (2, 1)], 4, 1));
        let transactions = log.transactions();
        assert_eq!((transactions.begun(), transactions.committed(), transactions.rolled_back()), (2, 1, 1));
        assert!(log.housekeeping() >= 4, "BEGIN, SAVEPOINT, ROLLBACK TO, COMMIT: {}", log.housekeeping());
        let first = log.statements().next().ok_or("none")?;
        assert!(first.total_time() >= first.max_time() && first.max_time() > std::time::Duration::ZERO);
        assert_eq!(first.duplicates(), 0);
    }

    fn the_number_of_values_makes_no_other_statement(db) {
        let conn = db.conn();
        let ((), log) = go!(watch(conn, work!(|conn| {
            for ids in [vec![1], vec![1, 2], vec![1, 2, 3]] {
                go!(users::table.filter(users::id.eq_any(ids)).select(users::name).load::<String>(conn))?;
            }
            QueryResult::Ok(())
        })))?;
        let texts: Vec<_> = log.statements().map(|statement| statement.fingerprint().replace(['"', '`'], "")).collect();
        assert_eq!(texts.len(), 1, "{texts:?}");
        assert!(texts[0].starts_with("SELECT users.name FROM users WHERE"), "{texts:?}");
    }

    fn an_assertion_that_fails_lists_what_was_sent(db) {
        let conn = db.conn();
        let (_, log) = go!(watch(conn, work!(|conn| go!(users::table.select(users::id).load::<i32>(conn)))))?;
        log.assert_statements(1);
        log.assert_at_most(1);
        for message in [panics(|| log.assert_statements(2)), panics(|| log.assert_at_most(0))] {
            assert!(message.contains("1 were sent") && message.contains("FROM"), "{message}");
        }
    }

    fn no_value_that_was_bound_is_kept(db) {
        let conn = db.conn();
        let watcher = Watcher::new();
        watcher.install(conn);
        go!(users::table.filter(users::email.eq("secret@example.com")).select(users::id).load::<i32>(conn))?;
        go!(diesel::sql_query("SELECT id FROM users WHERE email = 'secret@example.com'").execute(conn))?;
        let log = watcher.log();
        assert_eq!(log.len(), 2);
        assert!(!format!("{log} {log:?} {watcher:?}").contains("secret"));
    }
}
