//! Processes that are killed, and processes that start at once.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use turbodiesel::testing::TestDb;

use crate::backend::{
    Backend, all_notes, migrations, migrations_of_this_process, name_of, note, process, role, template_of,
};
use crate::on_each;

on_each! {
    fn the_next_process_collects_what_a_killed_one_left() {
        let set = || migrations::<Conn>("SELECT 17");
        match role().as_deref() {
            Some("dies") => {
                // In the middle: an open transaction holds locks, and a pool has connections.
                let mut db = TestDb::<Conn>::new(set())?;
                let pool = db.pool(2)?;
                note!(&mut pool.get()?, "there")?;
                db.begin_test_transaction()?;
                note!(&mut *db, "held")?;
                println!("is {}", name_of(db.url()));
                std::thread::sleep(std::time::Duration::from_secs(120));
            }
            Some(_) => {
                let mut db = TestDb::<Conn>::new(set())?;
                assert_eq!(all_notes!(&mut *db)?.len(), 2);
                println!("is {}", name_of(db.url()));
            }
            None => {
                let mut child = process(SELF, "dies").stdout(Stdio::piped()).spawn()?;
                let out = BufReader::new(child.stdout.take().ok_or("no output")?);
                let line = out.lines().find_map(|line| Some(line.ok()?.split_once("is ")?.1.to_owned()));
                let left = line.ok_or("it made no database")?;
                // Before it is killed: from then on every process that starts may collect it.
                assert!(Conn::databases().contains(&left), "{left} is not there");
                // SIGKILL.
                child.kill()?;
                child.wait()?;

                let next = process(SELF, "next").output()?;
                let text = String::from_utf8(next.stdout)?;
                assert!(next.status.success(), "{text} {}", String::from_utf8_lossy(&next.stderr));
                // A pool's database is not dropped: the next test gets it, in order.
                let same = text.lines().any(|line| line.ends_with(&format!("is {left}")));
                // What the process of another test collects at this moment is gone soon.
                let its = |name: &String| name.contains(&format!("_{}_", child.id())) || (!same && *name == left);
                for _ in 0..200 {
                    if !Conn::databases().iter().any(its) {
                        break;
                    }
                    std::thread::sleep(std::time::Duration::from_millis(50));
                }
                assert_eq!(Conn::databases().contains(&left), same, "{left}");
                assert_eq!(same, left.starts_with("turbodiesel_pool_"), "{left} {text}");
                let there = Conn::databases();
                assert!(!there.iter().any(|name| name.contains(&format!("_{}_", child.id()))), "{there:?}");
            }
        }
    }

    fn processes_that_start_at_once_make_one_template() {
        if let Some(version) = role() {
            // As the parent's, by its number.
            let set = turbodiesel::SqlMigrations::embedded(Box::leak(Box::new([turbodiesel::SqlMigration::new(
                format!("{version}_slow").leak(),
                "CREATE TABLE a (id INTEGER PRIMARY KEY); INSERT INTO a (id) VALUES (1)",
                None,
            )])));
            for _ in 0..3 {
                TestDb::<Conn>::new(set.clone())?.batch_execute("INSERT INTO a (id) VALUES (2)")?;
            }
            return Ok(());
        }
        let (_, version) = migrations_of_this_process::<Conn>(4);
        let children: Vec<_> = (0..4).map(|_| process(SELF, &version).stderr(Stdio::piped()).spawn()).collect();
        for child in children {
            let output = child?.wait_with_output()?;
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        let template = template_of::<Conn>(&version).ok_or("no template")?;
        let identity = template.trim_start_matches("turbodiesel_template_").to_owned();
        let there: Vec<String> = Conn::databases().into_iter().filter(|name| name.contains(&identity)).collect();
        assert_eq!(there.iter().filter(|name| name.contains("_template_")).count(), 1, "{there:?}");
        // Twelve tests: of each process one is in use, and a server may not know yet that the one before is not.
        assert!(there.len() <= 1 + 4 * 2, "{there:?}");
        there.iter().for_each(|name| Conn::drop_database(name));
    }
}
