//! `Migrator`, operation by operation.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use turbodiesel::migrate::{Direction, Migrator, State};
use turbodiesel::{SqlMigration, SqlMigrations};

use super::{ALL, ONE, THREE, TWO};
use crate::support::place::Placed;

/// How many rows the table `two` has.
const TWO_ROWS: &str = "SELECT COUNT(*) FROM two";

fn count<C>(conn: &mut C, sql: &str) -> QueryResult<i64>
where
    C: Connection,
    for<'q> diesel::expression::SqlLiteral<diesel::sql_types::BigInt>: diesel::query_dsl::LoadQuery<'q, C, i64>,
{
    diesel::dsl::sql::<diesel::sql_types::BigInt>(sql).get_result(conn)
}

scenarios! {
    fn forward_and_back(db) {
        db.conn();
        let place = <Conn as Placed>::place()?;
        let mut conn = Conn::establish(&place.url)?;
        let mut lines = Vec::new();
        let mut migrator = Migrator::new(&mut conn, ALL).on_step(|step| lines.push(step.to_string()));
        assert_eq!(migrator.current()?, None);
        assert!(migrator.history()?.iter().all(|entry| *entry.state() == State::Pending));

        let ran = migrator.up_to("2026-01-02-000000_two")?;
        assert_eq!(ran.iter().map(|step| step.version()).collect::<Vec<_>>(), ["20260101000000", "20260102000000"]);
        assert!(ran.iter().all(|step| step.direction() == Direction::Up && step.elapsed().is_some()));
        assert_eq!(migrator.current()?.map(|entry| entry.name().to_owned()).as_deref(), Some("2026-01-02-000000_two"));
        let history = migrator.history()?;
        assert_eq!(history.iter().map(|entry| entry.is_applied()).collect::<Vec<_>>(), [true, true, false]);
        let State::Applied(when) = history[0].state() else { return Err("not applied".into()) };
        assert!(when.len() == 19 && when.starts_with("20"), "{when}");

        assert_eq!(migrator.up()?.len(), 1);
        assert_eq!(migrator.up()?.len(), 0);
        let redone = migrator.redo()?;
        assert_eq!(redone.iter().map(|step| step.direction()).collect::<Vec<_>>(), [Direction::Down, Direction::Up]);
        assert_eq!(migrator.down(2)?.iter().map(|step| step.name()).collect::<Vec<_>>(), ["2026-01-03-000000_three", "2026-01-02-000000_two"]);
        assert_eq!(migrator.down(99)?.len(), 1);
        assert_eq!(migrator.down(1)?.len(), 0);
        assert_eq!(migrator.up()?.len(), 3);
        assert!(migrator.up_to("2026-07-07").unwrap_err().is_migration_history());
        drop(migrator);
        assert_eq!(lines.first().map(String::as_str), Some("up 2026-01-01-000000_one .."));
        assert_eq!(lines.len(), 2 * (2 + 1 + 2 + 2 + 1 + 3));
        assert_eq!(go!(count(&mut conn, TWO_ROWS))?, 1);
    }

    fn redo_is_all_or_nothing(db) {
        db.conn();
        const BROKEN: SqlMigration = SqlMigration::new("2026-01-02-000000_two", "CREATE TABLE two (id INTEGER PRIMARY KEY); CREATE NONSENSE;", Some("DROP TABLE two;"));
        let place = <Conn as Placed>::place()?;
        let mut conn = Conn::establish(&place.url)?;
        assert_eq!(Migrator::new(&mut conn, ALL).redo()?.len(), 0);
        Migrator::new(&mut conn, ALL).up_to("20260102000000")?;
        go!(conn.batch_execute("INSERT INTO two (id) VALUES (7)"))?;
        let mut lines = Vec::new();
        let broken = SqlMigrations::embedded(const { &[ONE, BROKEN] });
        let error = Migrator::new(&mut conn, broken).on_step(|step| lines.push(step.to_string())).redo().unwrap_err();
        assert!(error.is_migration() && error.to_string().starts_with("up 2026-01-02-000000_two failed: "), "{error}");
        let state = Migrator::new(&mut conn, ALL).history()?[1].state().clone();
        if BACKEND == "mysql" {
            assert_eq!(state, State::Interrupted(Direction::Up));
            return Ok(());
        }
        // Applied as before, with its rows, and nothing else was told.
        assert!(matches!(state, State::Applied(_)), "{state:?}");
        assert_eq!((go!(count(&mut conn, TWO_ROWS))?, lines), (2, vec!["down 2026-01-02-000000_two ..".to_owned()]));
        assert_eq!(Migrator::new(&mut conn, ALL).redo()?.len(), 2);
        assert_eq!(go!(count(&mut conn, TWO_ROWS))?, 1);
        assert!(Migrator::new(&mut conn, ALL).check()?.warnings().is_empty());
    }

    fn the_diesel_harness_goes_on_from_here(db) {
        use diesel_migrations::MigrationHarness;
        db.conn();
        let place = <Conn as Placed>::place()?;
        let mut conn = Conn::establish(&place.url)?;
        Migrator::new(&mut conn, ALL).up_to("20260101000000")?;
        let ran = conn.run_pending_migrations(ALL).map_err(|error| error.to_string())?.len();
        assert_eq!(ran, 2);
        let mut migrator = Migrator::new(&mut conn, ALL);
        assert_eq!(migrator.up()?.len(), 0);
        assert_eq!(migrator.down(2)?.len(), 2);
    }

    fn through_a_pool_and_without_a_database_of_its_own(db) {
        use diesel::r2d2::{ConnectionManager, Pool};
        db.conn();
        let place = <Conn as Placed>::place()?;
        let pool = Pool::builder().max_size(2).build(ConnectionManager::<Conn>::new(&place.url))?;
        let (mut one, mut two) = (pool.get()?, pool.get()?);
        assert_eq!(Migrator::new(&mut one, ALL).up()?.len(), 3);
        // The lock was given back with the first connection still open.
        assert_eq!(Migrator::new(&mut two, ALL).lock_timeout(Duration::ZERO).down(3)?.len(), 3);
    }

    fn a_failure_leaves_the_truth(db) {
        db.conn();
        const BROKEN: SqlMigration = SqlMigration::new("2026-01-02-000000_two", "CREATE TABLE two (id INTEGER PRIMARY KEY); CREATE TABLE one (id INTEGER);", None);
        let place = <Conn as Placed>::place()?;
        let mut conn = Conn::establish(&place.url)?;
        let error = Migrator::new(&mut conn, SqlMigrations::embedded(const { &[ONE, BROKEN, THREE] })).up().unwrap_err();
        assert!(error.is_migration() && error.as_diesel().is_some(), "{error}");
        assert!(error.to_string().starts_with("up 2026-01-02-000000_two failed: "), "{error}");
        let mut migrator = Migrator::new(&mut conn, ALL);
        let state = migrator.history()?[1].state().clone();
        if BACKEND == "mysql" {
            // The table is there, and no transaction could undo it.
            assert_eq!(state, State::Interrupted(Direction::Up));
            for error in [migrator.up().unwrap_err(), migrator.down(1).unwrap_err(), migrator.check().unwrap_err()] {
                assert!(error.is_migration_interrupted(), "{error}");
                assert!(error.to_string().contains("`unstamp 20260102000000`"), "{error}");
            }
            migrator.unstamp("2026-01-02-000000")?;
            drop(migrator);
            go!(conn.batch_execute("DROP TABLE two"))?;
        } else {
            assert_eq!(state, State::Pending);
            drop(migrator);
        }
        assert_eq!(Migrator::new(&mut conn, ALL).up()?.len(), 2);
        assert_eq!(go!(count(&mut conn, TWO_ROWS))?, 1);
        let error = Migrator::new(&mut conn, SqlMigrations::embedded(const { &[ONE, TWO, SqlMigration::new("2026-01-03-000000_three", "", None)] })).down(1).unwrap_err();
        assert!(error.is_migration() && error.to_string().contains("has no down.sql"), "{error}");
    }

    fn outside_of_a_transaction(db) {
        db.conn();
        const ALONE: SqlMigration = SqlMigration::new("2026-01-02-000000_two", "CREATE TABLE two (id INTEGER PRIMARY KEY); INSERT INTO two (id) VALUES (1); INSERT INTO two (id) VALUES (1);", Some("DROP TABLE two;")).without_transaction();
        const RIGHT: SqlMigration = SqlMigration::new("2026-01-02-000000_two", "CREATE TABLE two (id INTEGER PRIMARY KEY);", Some("DROP TABLE two;")).without_transaction();
        let place = <Conn as Placed>::place()?;
        let mut conn = Conn::establish(&place.url)?;
        let broken = SqlMigrations::embedded(const { &[ONE, ALONE, THREE] });
        let error = Migrator::new(&mut conn, broken.clone()).up().unwrap_err();
        assert!(error.is_migration(), "{error}");
        let patience = Duration::from_millis(100);
        // PostgreSQL runs statements that are sent together as one: there nothing is left, which is for somebody to see.
        let error = Migrator::new(&mut conn, broken.clone()).lock_timeout(patience).up().unwrap_err();
        assert!(error.is_migration_interrupted(), "{error}");
        go!(conn.batch_execute("DROP TABLE IF EXISTS two"))?;
        let right = SqlMigrations::embedded(const { &[ONE, RIGHT, THREE] });
        let mut migrator = Migrator::new(&mut conn, right);
        migrator.unstamp("20260102000000")?;
        assert_eq!(migrator.up()?.len(), 2);
        assert_eq!(migrator.down(2)?.len(), 2);
        assert_eq!(migrator.up()?.len(), 2);
    }

    fn one_waits_for_the_other(db) {
        db.conn();
        let place = <Conn as Placed>::place()?;
        let (mut one, mut two) = (Conn::establish(&place.url)?, Conn::establish(&place.url)?);
        Migrator::new(&mut one, ALL).up_to("20260101000000")?;
        let (take, give_back) = match BACKEND {
            "sqlite" => ("BEGIN IMMEDIATE", "ROLLBACK"),
            "postgres" => ("SELECT pg_advisory_lock(1953854050, 1835624306)", "SELECT pg_advisory_unlock(1953854050, 1835624306)"),
            _ => ("SELECT GET_LOCK(CONCAT('turbodiesel.', SHA1(DATABASE())), 0)", "SELECT RELEASE_LOCK(CONCAT('turbodiesel.', SHA1(DATABASE())))"),
        };
        go!(one.batch_execute(take))?;
        let error = Migrator::new(&mut two, ALL).lock_timeout(Duration::from_millis(150)).up().unwrap_err();
        assert!(error.is_migration_locked(), "{error}");
        // Whoever only looks does not wait.
        assert_eq!(Migrator::new(&mut two, ALL).history()?.len(), 3);
        go!(one.batch_execute(give_back))?;
        assert_eq!(Migrator::new(&mut two, ALL).up()?.len(), 2);
    }

    fn the_script_is_what_up_runs(db) {
        db.conn();
        let place = <Conn as Placed>::place()?;
        let mut conn = Conn::establish(&place.url)?;
        let script = Migrator::new(&mut conn, SqlMigrations::embedded(const { &[ONE, TWO] })).sql()?;
        assert_eq!(script.matches("INSERT INTO __diesel_schema_migrations").count(), 2, "{script}");
        // To print it changed nothing.
        assert!(go!(count(&mut conn, TWO_ROWS)).is_err());
        go!(conn.batch_execute(&script))?;
        let mut migrator = Migrator::new(&mut conn, ALL);
        assert_eq!(migrator.history()?.iter().map(|entry| entry.is_applied()).collect::<Vec<_>>(), [true, true, false]);
        assert_eq!(migrator.up()?.len(), 1);
        assert_eq!(migrator.sql()?, "");
    }
}
