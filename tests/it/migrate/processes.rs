//! Processes: two that start at once, and one that is killed in the middle.

use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::program::{Folder, answer, migrate, text};
use crate::support::TestResult;
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
        let killed = Killed::in_the_middle_of(&place.url, slow(BACKEND), "")?;
        if BACKEND == "mysql" {
            assert!(killed.state.ends_with("interrupted up"), "{}", killed.state);
            killed.is_refused()?;
            go!(Conn::establish(&place.url)?.batch_execute(CLEAN_UP))?;
            killed.is_resolved()?;
        } else {
            assert!(killed.state.ends_with("pending"), "{}", killed.state);
        }
        killed.goes_on()?;
    }

    fn killed_outside_of_a_transaction(db) {
        db.conn();
        let place = <Conn as Placed>::place()?;
        let killed = Killed::in_the_middle_of(&place.url, slow(BACKEND), "run_in_transaction = false\n")?;
        assert!(killed.state.ends_with("interrupted up"), "{}", killed.state);
        killed.is_refused()?;
        go!(Conn::establish(&place.url)?.batch_execute(CLEAN_UP))?;
        killed.is_resolved()?;
        killed.goes_on()?;
    }
}

/// A statement that is still at work when its process is killed.
fn slow(backend: &str) -> &'static str {
    match backend {
        "sqlite" => {
            "INSERT INTO two (id) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 500000000)
             SELECT max(i) FROM n;"
        }
        "postgres" => "SELECT pg_sleep(4);",
        _ => "DO SLEEP(4);",
    }
}

/// By hand: what took effect is undone.
const CLEAN_UP: &str = "DROP TABLE IF EXISTS two; DROP TABLE IF EXISTS three";

/// A program that was killed in the middle of its second migration.
struct Killed<'a> {
    url: &'a str,
    folder: Folder,
    /// What `history` says of that migration.
    state: String,
}

impl<'a> Killed<'a> {
    fn in_the_middle_of(url: &'a str, slow: &str, metadata: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let folder = Folder::new()?;
        folder.write("2026-01-01-000000_one", "CREATE TABLE one (id INTEGER PRIMARY KEY);", "DROP TABLE one;")?;
        let up =
            format!("CREATE TABLE two (id INTEGER PRIMARY KEY);\n{slow}\nCREATE TABLE three (id INTEGER PRIMARY KEY);");
        folder.write("2026-01-02-000000_two", &up, "DROP TABLE two;")?;
        if !metadata.is_empty() {
            std::fs::write(folder.0.join("2026-01-02-000000_two/metadata.toml"), metadata)?;
        }
        let mut killed = Killed { url, folder, state: String::new() };
        let mut child = killed.command(&["up"]).stderr(Stdio::null()).stdout(Stdio::null()).spawn()?;
        let begin = Instant::now();
        while text(&killed.run(&["history"])?.stdout).matches("applied 20").count() < 1 {
            assert!(begin.elapsed() < Duration::from_secs(30), "the first migration did not come to its end");
            sleep(Duration::from_millis(20));
        }
        sleep(Duration::from_millis(500));
        assert!(child.try_wait()?.is_none(), "the slow migration was not slow");
        child.kill()?;
        child.wait()?;

        let history = text(&killed.run(&["history"])?.stdout);
        killed.state = history.lines().nth(1).unwrap_or_default().to_owned();
        killed.folder.write(
            "2026-01-02-000000_two",
            "CREATE TABLE two (id INTEGER PRIMARY KEY);",
            "DROP TABLE two;",
        )?;
        Ok(killed)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = migrate(words);
        command.env("DATABASE_URL", self.url).env("MIGRATION_DIRECTORY", &self.folder.0);
        command
    }

    fn run(&self, words: &[&str]) -> std::io::Result<Output> {
        self.command(words).output()
    }

    /// Nothing goes on before somebody has said how it is.
    ///
    /// The server may still be at the statements of the process that is gone: it holds its lock until they are done, and `up`
    /// says what there is to do when there is.
    fn is_refused(&self) -> TestResult {
        for words in [&["up", "--lock-timeout", "8"][..], &["check"]] {
            let refused = self.run(words)?;
            assert_eq!(refused.status.code(), Some(3), "{}", text(&refused.stderr));
            let advice = text(&refused.stderr);
            assert!(advice.contains("undo them by hand, then `stamp 20260102000000`"), "{advice}");
        }
        Ok(())
    }

    fn is_resolved(&self) -> TestResult {
        assert!(self.run(&["unstamp", "20260102000000"])?.status.success());
        Ok(())
    }

    fn goes_on(&self) -> TestResult {
        let up = self.run(&["up"])?;
        assert_eq!(answer(&up), (Some(0), "1 applied\n".into()), "{}", text(&up.stderr));
        assert_eq!(answer(&self.run(&["check", "--strict"])?), (Some(0), "0 pending\n".into()));
        Ok(())
    }
}
