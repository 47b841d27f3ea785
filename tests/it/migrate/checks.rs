//! What `check` refuses, and what it can only warn of.

use diesel::prelude::*;
use turbodiesel::migrate::Migrator;
use turbodiesel::{SqlMigration, SqlMigrations};

use super::{ALL, ONE, THREE, TWO};
use crate::support::database::TestConnection;
use crate::support::place::Placed;

scenarios! {
    fn what_does_not_belong_together(db) {
        db.conn();
        let place = <Conn as Placed>::place()?;
        let mut conn = Conn::establish(&place.url)?;
        let report = Migrator::new(&mut conn, ALL).check()?;
        assert_eq!((report.pending().len(), report.warnings().len()), (3, 0));
        assert_eq!(report.pending()[0], "2026-01-01-000000_one");

        // A branch was merged late.
        Migrator::new(&mut conn, SqlMigrations::embedded(const { &[ONE, THREE] })).up()?;
        let error = Migrator::new(&mut conn, ALL).check().unwrap_err();
        assert!(error.is_migration_history());
        assert_eq!(error.to_string(), "pending, and older than what is applied: 2026-01-02-000000_two");

        // An older program meets a newer database.
        let error = Migrator::new(&mut conn, SqlMigrations::embedded(const { &[ONE] })).check().unwrap_err();
        assert_eq!(error.to_string(), "the database is ahead of this program: 20260103000000");
        let error = Migrator::new(&mut conn, SqlMigrations::embedded(const { &[ONE] })).down(1).unwrap_err();
        assert!(error.is_migration_history(), "{error}");

        Migrator::new(&mut conn, ALL).up()?;
        let report = Migrator::new(&mut conn, ALL).check()?;
        assert_eq!((report.pending().len(), report.warnings().len()), (0, 0));

        // Somebody edits what has run.
        const OTHER: SqlMigration = SqlMigration::new("2026-01-02-000000_two", "CREATE TABLE two (id BIGINT PRIMARY KEY);", Some("DROP TABLE two;"));
        let edited = SqlMigrations::embedded(const { &[ONE, OTHER, THREE] });
        let error = Migrator::new(&mut conn, edited.clone()).check().unwrap_err();
        assert_eq!(error.to_string(), "the text has changed since it was applied: 2026-01-02-000000_two");
        // And says that it is right so.
        Migrator::new(&mut conn, edited.clone()).stamp("2026-01-02-000000")?;
        assert!(Migrator::new(&mut conn, edited).check()?.warnings().is_empty());
    }

    fn applied_by_another_tool(db) {
        use diesel_migrations::MigrationHarness;
        db.conn();
        let place = <Conn as Placed>::place()?;
        let mut conn = Conn::establish(&place.url)?;
        conn.run_pending_migrations(ALL).map_err(|error| error.to_string())?;
        let report = Migrator::new(&mut conn, ALL).check()?;
        assert_eq!(report.warnings(), ["3 applied by another tool: no record of their text, `stamp` makes one"]);
        for migration in [ONE, TWO, THREE] {
            Migrator::new(&mut conn, ALL).stamp(migration.name())?;
        }
        assert!(Migrator::new(&mut conn, ALL).check()?.warnings().is_empty());
        assert_eq!(Migrator::new(&mut conn, ALL).up()?.len(), 0);
    }

    fn stamped_by_hand(db) {
        db.conn();
        let place = <Conn as Placed>::place()?;
        let mut conn = Conn::establish(&place.url)?;
        let mut migrator = Migrator::new(&mut conn, ALL);
        migrator.stamp("2026-01-01-000000_one")?;
        assert_eq!(migrator.up()?.len(), 2);
        migrator.unstamp("20260101000000")?;
        assert_eq!(migrator.up()?.len(), 1);
        assert!(migrator.stamp("2026-09-09").unwrap_err().is_migration_history());
        assert!(migrator.unstamp("2026-09-09").unwrap_err().is_migration_history());
    }

    fn migrations_that_hide_their_text(db) {
        db.conn();
        let place = <Conn as Placed>::place()?;
        let mut conn = Conn::establish(&place.url)?;
        let source = <Conn as TestConnection>::embedded;
        let count = Migrator::new(&mut conn, source()).up()?.len();
        assert!(count >= 4);
        let report = Migrator::new(&mut conn, source()).check()?;
        assert_eq!(report.warnings(), [format!("{count} applied: the source hides their text, so a change is not seen")]);
        Migrator::new(&mut conn, source()).down(1)?;
        let error = Migrator::new(&mut conn, source()).sql().unwrap_err();
        assert!(error.is_migrations() && error.to_string().contains("is not at hand"), "{error}");
        assert_eq!(Migrator::new(&mut conn, source()).redo()?.len(), 2);
    }
}
