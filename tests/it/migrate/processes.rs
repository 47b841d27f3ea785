//! Processes: two that start at once, and one that is killed in the middle.

use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::program::{Folder, answer, migrate, text};
use crate::support::place::Placed;

scenarios! {
    fn two_at_once_apply_each_migration_once(db) {
        db.conn();
        let folder = Folder::new()?;
        for number in 10..30 {
            let up = format!("CREATE TABLE t{number} (id INTEGER PRIMARY KEY); INSERT INTO t{number} (id) VALUES (1);");
            folder.write(&format!("2026-01-{number}-000000_t{number}"), &up, &format!("DROP TABLE t{number};"))?;
        }
        // One that runs outside of a transaction: it has no other protection than the record of its beginning.
        std::fs::write(folder.0.join("2026-01-15-000000_t15/metadata.toml"), "run_in_transaction = false\n")?;
        for _ in 0..3 {
            let place = <Conn as Placed>::place()?;
            let start = || migrate(&["up", "--database-url", &place.url]).env("MIGRATION_DIRECTORY", &folder.0)
                .stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
            let (one, two) = (start()?, start()?);
            let (one, two) = (one.wait_with_output()?, two.wait_with_output()?);
            assert!(one.status.success() && two.status.success(), "{}\n{}", text(&one.stderr), text(&two.stderr));
            let lines = text(&one.stderr) + &text(&two.stderr);
            let ups: std::collections::BTreeSet<_> = lines.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
            assert_eq!((lines.lines().count(), ups.len()), (20, 20), "{lines}");
            let check = migrate(&["check", "--strict", "--database-url", &place.url]).env("MIGRATION_DIRECTORY", &folder.0).output()?;
            assert_eq!(answer(&check), (Some(0), "0 pending\n".into()), "{}", text(&check.stderr));
        }
    }

    fn killed_in_the_middle(db) {
        db.conn();
        let place = <Conn as Placed>::place()?;
        let folder = Folder::new()?;
        let slow = match BACKEND {
            "sqlite" => "INSERT INTO two (id) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 500000000) SELECT max(i) FROM n;",
            "postgres" => "SELECT pg_sleep(4);",
            _ => "DO SLEEP(4);",
        };
        folder.write("2026-01-01-000000_one", "CREATE TABLE one (id INTEGER PRIMARY KEY);", "DROP TABLE one;")?;
        folder.write("2026-01-02-000000_two", &format!("CREATE TABLE two (id INTEGER PRIMARY KEY);\n{slow}\nCREATE TABLE three (id INTEGER PRIMARY KEY);"), "DROP TABLE two;")?;
        let run = |words: &[&str]| migrate(words).env("DATABASE_URL", &place.url).env("MIGRATION_DIRECTORY", &folder.0).output();

        let mut child = migrate(&["up"]).env("DATABASE_URL", &place.url).env("MIGRATION_DIRECTORY", &folder.0).stderr(Stdio::null()).stdout(Stdio::null()).spawn()?;
        let begin = Instant::now();
        while text(&run(&["history"])?.stdout).matches("applied 20").count() < 1 {
            assert!(begin.elapsed() < Duration::from_secs(30), "the first migration did not come to its end");
            sleep(Duration::from_millis(20));
        }
        sleep(Duration::from_millis(500));
        assert!(child.try_wait()?.is_none(), "the slow migration was not slow");
        child.kill()?;
        child.wait()?;

        let history = text(&run(&["history"])?.stdout);
        let second = history.lines().nth(1).unwrap_or_default();
        folder.write("2026-01-02-000000_two", "CREATE TABLE two (id INTEGER PRIMARY KEY);", "DROP TABLE two;")?;
        if BACKEND == "mysql" {
            assert!(second.ends_with("interrupted up"), "{history}");
            let up = run(&["up"])?;
            assert_eq!(up.status.code(), Some(3), "{}", text(&up.stderr));
            assert!(text(&up.stderr).contains("undo them by hand, then `stamp 20260102000000`"), "{}", text(&up.stderr));
            // By hand: what took effect is undone.
            go!(Conn::establish(&place.url)?.batch_execute("DROP TABLE IF EXISTS two; DROP TABLE IF EXISTS three"))?;
            assert!(run(&["unstamp", "20260102000000"])?.status.success());
        } else {
            assert!(second.ends_with("pending"), "{history}");
        }
        // The server may still be at the statement of the process that is gone: `up` waits for its lock.
        let up = run(&["up"])?;
        assert_eq!(answer(&up), (Some(0), "1 applied\n".into()), "{}", text(&up.stderr));
        assert_eq!(answer(&run(&["check", "--strict"])?), (Some(0), "0 pending\n".into()));
    }
}
