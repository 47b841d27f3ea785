//! Sets of migrations: which template they have.

use std::fs;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel_migrations::FileBasedMigrations;
use turbodiesel::SqlMigrations;
use turbodiesel::testing::TestDb;

use crate::backend::{Backend, all_notes, migrations, migrations_of_this_process, template_of};
use crate::on_each;

/// Drops what stays of migrations that nobody will ask for again.
fn forget<C: Backend>(version: &str) {
    let template = template_of::<C>(version).expect("no template");
    let identity = template.trim_start_matches("turbodiesel_template_").to_owned();
    C::databases().iter().filter(|name| name.contains(&identity)).for_each(|name| C::drop_database(name));
}

on_each! {
    fn an_edited_text_is_another_template() {
        let mut db = TestDb::<Conn>::new(migrations::<Conn>("CREATE TABLE a (id INTEGER PRIMARY KEY)"))?;
        db.batch_execute("INSERT INTO a (id) VALUES (1)")?;
        let mut db = TestDb::<Conn>::new(migrations::<Conn>("CREATE TABLE b (id INTEGER PRIMARY KEY)"))?;
        db.batch_execute("INSERT INTO b (id) VALUES (1)")?;
        assert!(db.batch_execute("SELECT id FROM a").is_err());
    }

    fn diesels_own_are_known_by_their_text_too() {
        let folder = std::env::temp_dir().join(format!("turbodiesel_{}_{}", std::process::id(), SELF.replace(':', "_")));
        let migration = folder.join("2026-01-01-000000_table");
        fs::create_dir_all(&migration)?;
        for table in ["a", "b", "a"] {
            fs::write(migration.join("up.sql"), format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY)"))?;
            let mut db = TestDb::<Conn>::new(FileBasedMigrations::from_path(&folder)?)?;
            db.batch_execute(&format!("INSERT INTO {table} (id) VALUES (1)"))?;
        }
        fs::remove_dir_all(&folder)?;
    }

    fn a_migration_that_fails_is_named_and_makes_no_template() {
        for _ in 0..2 {
            let error = TestDb::<Conn>::new(migrations::<Conn>("CREATE TABLE wrong (")).unwrap_err();
            assert!(error.is_test_database(), "{error:?}");
            assert!(error.to_string().contains("migration 2026-01-03-000000_more failed"), "{error}");
        }
    }

    fn a_template_that_somebody_dropped_is_made_again() {
        let (set, version) = migrations_of_this_process::<Conn>(1);
        drop(TestDb::<Conn>::new(set.clone())?);
        Conn::drop_database(&template_of::<Conn>(&version).ok_or("no template")?);
        assert_eq!(all_notes!(&mut *TestDb::<Conn>::new(set)?)?.len(), 2);
        forget::<Conn>(&version);
    }

    fn a_template_that_nobody_asks_for_is_collected_with_its_pool() {
        let (set, version) = migrations_of_this_process::<Conn>(2);
        drop(TestDb::<Conn>::new(set)?);
        let template = template_of::<Conn>(&version).ok_or("no template")?;
        let identity = template.trim_start_matches("turbodiesel_template_").to_owned();
        Conn::age(&template);
        // Another set of migrations: whoever asks first for one collects.
        let (other, version) = migrations_of_this_process::<Conn>(3);
        drop(TestDb::<Conn>::new(other)?);
        let there = Conn::databases();
        assert!(!there.iter().any(|name| name.contains(&identity)), "{identity} {there:?}");
        forget::<Conn>(&version);
    }

    fn no_migrations_are_an_empty_database() {
        let mut db = TestDb::<Conn>::new(SqlMigrations::embedded(&[]))?;
        db.batch_execute("CREATE TABLE a (id INTEGER PRIMARY KEY)")?;
        let mut db = TestDb::<Conn>::new(SqlMigrations::embedded(&[]))?;
        db.batch_execute("CREATE TABLE a (id INTEGER PRIMARY KEY)")?;
    }
}
