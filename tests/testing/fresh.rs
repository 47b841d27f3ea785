//! What a test gets, whatever the tests before it did.

use std::thread;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use turbodiesel::testing::TestDb;

use crate::backend::{all_notes, migrations, note};
use crate::on_each;

const TWO: [(i32, &str); 2] = [(1, "one"), (2, "two")];

/// Both notes of the migrations, and nothing else; and the next number is 3.
macro_rules! assert_fresh {
    ($db:expr) => {
        let found = all_notes!(&mut *$db)?;
        assert_eq!(found.iter().map(|(id, text)| (*id, text.as_str())).collect::<Vec<_>>(), TWO);
        $db.begin_test_transaction()?;
        note!(&mut *$db, "three")?;
        assert_eq!(all_notes!(&mut *$db)?[2].0, 3);
    };
}

on_each! {
    fn two_tests_do_not_see_each_other() {
        let mut one = TestDb::<Conn>::new(migrations::<Conn>("SELECT 1"))?;
        let mut two = TestDb::<Conn>::new(migrations::<Conn>("SELECT 1"))?;
        assert_ne!(one.url(), two.url());
        note!(&mut *one, "mine")?;
        assert_fresh!(two);
        assert_eq!(all_notes!(&mut *one)?.len(), 3);
    }

    fn rows_are_as_the_migrations_left_them() {
        // One after the other: where databases are used again, this is the same one.
        for _ in 0..3 {
            let mut db = TestDb::<Conn>::new(migrations::<Conn>("SELECT 11"))?;
            assert_fresh!(db);
            let mut other = db.connect()?;
            drop(db.batch_execute("ROLLBACK"));
            diesel::delete(crate::backend::notes::table.find(1)).execute(&mut other)?;
            for _ in 0..5 {
                note!(&mut other, "four")?;
            }
        }
    }

    fn tables_are_as_the_migrations_left_them() {
        for ddl in [
            "CREATE TABLE other (id INTEGER PRIMARY KEY)",
            "ALTER TABLE notes ADD COLUMN more INTEGER NOT NULL DEFAULT 1",
            "CREATE UNIQUE INDEX notes_text ON notes (text)",
            "CREATE VIEW short AS SELECT id FROM notes",
            "DROP TABLE notes",
            "SELECT 1",
        ] {
            let mut db = TestDb::<Conn>::new(migrations::<Conn>("SELECT 12"))?;
            assert_fresh!(db);
            db.batch_execute("ROLLBACK")?;
            db.batch_execute("CREATE TABLE another (id INTEGER PRIMARY KEY)")?;
            db.batch_execute("DROP TABLE another")?;
            db.batch_execute(ddl)?;
        }
    }

    fn several_connections_see_the_same_rows() {
        let mut db = TestDb::<Conn>::new(migrations::<Conn>("SELECT 1"))?;
        let pool = db.pool(4)?;
        thread::scope(|scope| {
            let writers: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| (0..5).try_for_each(|_| note!(&mut pool.get().unwrap(), "more").map(drop))))
                .collect();
            writers.into_iter().try_for_each(|writer| writer.join().unwrap())
        })?;
        note!(&mut db.connect()?, "last")?;
        assert_eq!(all_notes!(&mut *db)?.len(), 23);
    }

    fn a_seed_is_there_when_the_test_begins() {
        let db = TestDb::<Conn>::new(migrations::<Conn>("SELECT 1"))?;
        let mut db = db.seed(|conn| note!(conn, "seed"))?;
        assert_eq!(all_notes!(&mut *db)?.len(), 3);
        let failed = TestDb::<Conn>::new(migrations::<Conn>("SELECT 1"))?.seed(|_| Err::<(), _>("no seed"));
        assert_eq!(failed.err(), Some("no seed"));
    }

    fn foreign_keys_are_checked() {
        let tables =
            "CREATE TABLE owners (id INTEGER PRIMARY KEY);
             CREATE TABLE things (id INTEGER PRIMARY KEY, owner INTEGER NOT NULL, FOREIGN KEY (owner) REFERENCES owners (id))";
        for _ in 0..2 {
            let mut db = TestDb::<Conn>::new(migrations::<Conn>(tables))?;
            db.batch_execute("INSERT INTO owners (id) VALUES (1)")?;
            db.batch_execute("INSERT INTO things (id, owner) VALUES (1, 1)")?;
            assert!(db.batch_execute("INSERT INTO things (id, owner) VALUES (2, 2)").is_err());
            assert!(db.pool(1)?.get()?.batch_execute("DELETE FROM owners").is_err());
        }
    }
}

/// A trigger writes while rows are written back, so the database is made again.
#[cfg(feature = "mysql")]
#[test]
fn a_trigger_of_the_migrations_stays() -> crate::TestResult {
    let trigger = "CREATE TABLE log (id INTEGER AUTO_INCREMENT PRIMARY KEY);
                   CREATE TRIGGER logs AFTER INSERT ON notes FOR EACH ROW INSERT INTO log VALUES ()";
    for _ in 0..2 {
        let mut db = TestDb::<MysqlConnection>::new(migrations::<MysqlConnection>(trigger))?;
        let logged = diesel::dsl::sql::<diesel::sql_types::BigInt>("SELECT COUNT(*) FROM log");
        assert_eq!(logged.get_result::<i64>(&mut *db)?, 0);
        note!(&mut *db, "three")?;
        let logged = diesel::dsl::sql::<diesel::sql_types::BigInt>("SELECT COUNT(*) FROM log");
        assert_eq!(logged.get_result::<i64>(&mut *db)?, 1);
    }
    Ok(())
}

/// Statistics that MariaDB keeps beside the table outlive its rows, so the database is made again.
#[cfg(feature = "mysql")]
#[test]
fn what_a_planner_knew_is_forgotten() -> crate::TestResult {
    for _ in 0..2 {
        let mut db = TestDb::<MysqlConnection>::new(migrations::<MysqlConnection>("SELECT 18"))?;
        let known = diesel::dsl::sql::<diesel::sql_types::BigInt>(
            "SELECT COUNT(*) FROM mysql.table_stats WHERE db_name = DATABASE()",
        );
        assert_eq!(known.get_result::<i64>(&mut *db)?, 0);
        db.batch_execute("ANALYZE TABLE notes PERSISTENT FOR ALL")?;
    }
    Ok(())
}
