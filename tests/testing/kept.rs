//! What is kept, and what is gone.

use diesel::prelude::*;
use turbodiesel::testing::{TestDb, TestOptions};

use crate::backend::{Backend, migrations, name_of, note, process, role};
use crate::on_each;

on_each! {
    fn it_is_gone_when_the_test_is_over_or_panics() {
        let mut names = Vec::new();
        let db = TestDb::<Conn>::new(migrations::<Conn>("SELECT 1"))?;
        names.push(name_of(db.url()));
        drop(db);
        std::thread::scope(|scope| {
            let test = scope.spawn(|| {
                let db = TestDb::<Conn>::new(migrations::<Conn>("SELECT 1")).unwrap();
                names.push(name_of(db.url()));
                panic!("planted");
            });
            assert!(test.join().is_err());
        });
        assert_eq!(names.len(), 2);
        let there = Conn::databases();
        // A pool stays: that is what it is for.
        names.retain(|name| !name.starts_with("turbodiesel_pool_"));
        assert!(!names.iter().any(|name| there.contains(name)), "{names:?} {there:?}");
    }

    fn it_is_kept_if_the_test_fails() {
        if role().is_some() {
            let mut db = TestDb::<Conn>::new(migrations::<Conn>("SELECT 13"))?.keep_on_failure();
            note!(&mut *db, "why")?;
            println!("is {}", name_of(db.url()));
            panic!("planted");
        }
        let output = process(SELF, "fail").output()?;
        let (out, err) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
        assert!(!output.status.success() && err.contains("turbodiesel: kept the "), "{out} {err}");
        let name = out.lines().find_map(|line| Some(line.split_once("is ")?.1)).ok_or("it said no name")?;
        let kept = name.replace("_test_", "_kept_");
        assert!(err.contains(&kept), "{err}");
        assert!(Conn::databases().contains(&kept), "{kept}");
        // Nobody gets it, also if it is one of a pool.
        for _ in 0..2 {
            assert_ne!(name_of(TestDb::<Conn>::new(migrations::<Conn>("SELECT 13"))?.url()), kept);
        }
        Conn::drop_database(&kept);
    }

    fn it_is_kept_on_request() {
        if role().is_some() {
            let db = TestDb::<Conn>::new(migrations::<Conn>("SELECT 14"))?;
            println!("is {}", name_of(db.url()));
            return Ok(());
        }
        let output = process(SELF, "pass").env("TURBODIESEL_KEEP", "1").output()?;
        let out = String::from_utf8(output.stdout)?;
        let name = out.lines().find_map(|line| Some(line.split_once("is ")?.1)).ok_or("it said no name")?;
        let kept = name.replace("_test_", "_kept_");
        assert!(output.status.success() && Conn::databases().contains(&kept), "{out}");
        Conn::drop_database(&kept);
    }

    fn in_memory_is_for_sqlite_and_for_one_connection() {
        let options = || TestOptions::new().in_memory();
        match TestDb::<Conn>::with(options(), migrations::<Conn>("SELECT 1")) {
            Ok(mut db) => {
                assert_eq!((crate::backend::all_notes!(&mut *db)?.len(), db.url()), (2, ":memory:"));
                let refused = [db.connect().err(), db.pool(2).err()];
                for error in refused {
                    assert!(error.is_some_and(|error| error.is_test_database() && error.to_string().contains("in memory")));
                }
                assert!(SELF.ends_with("sqlite"));
            }
            Err(error) => assert!(!SELF.ends_with("sqlite") && error.to_string().contains("only SQLite"), "{error}"),
        }
    }

    fn a_server_elsewhere_is_refused_and_a_folder_elsewhere_is_taken() {
        if SELF.ends_with("sqlite") {
            let folder = std::env::temp_dir().join(format!("turbodiesel_elsewhere_{}", std::process::id()));
            let folder = folder.to_str().ok_or("the temporary folder has no name")?;
            let db = TestDb::<Conn>::with(TestOptions::new().server(folder), migrations::<Conn>("SELECT 1"))?;
            assert!(db.url().starts_with(folder), "{}", db.url());
            drop(db);
            assert_eq!(std::fs::read_dir(folder)?.count(), 1, "the template");
            return Ok(std::fs::remove_dir_all(folder)?);
        }
        let url = "postgres://me:secret@db.example.com/live";
        let error = TestDb::<Conn>::with(TestOptions::new().server(url), migrations::<Conn>("SELECT 1")).unwrap_err();
        let message = error.to_string();
        assert!(error.is_test_database() && message.contains("`db.example.com`") && message.contains("allow_host"), "{message}");
        assert!(!message.contains("secret"), "{message}");
    }

    fn a_server_that_nobody_named_is_asked_for() {
        if role().is_some() {
            match TestDb::<Conn>::new(migrations::<Conn>("SELECT 1")) {
                Ok(_) => println!("nothing has to be set"),
                Err(error) => println!("{error}"),
            }
            return Ok(());
        }
        let mut process = process(SELF, "no server");
        let output = process.env_remove("TURBODIESEL_POSTGRES_URL").env_remove("TURBODIESEL_MYSQL_URL").output()?;
        let out = String::from_utf8(output.stdout)?;
        let said = if SELF.ends_with("sqlite") { "nothing has to be set" } else { "_URL is not set: start " };
        assert!(out.contains(said), "{out}");
    }
}
