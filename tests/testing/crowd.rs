//! Two hundred tests on sixteen threads.

use std::io::Write;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Instant;

use diesel::prelude::*;
use turbodiesel::testing::TestDb;

use crate::backend::{Backend, all_notes, migrations, note, process, role};
use crate::on_each;

const TESTS: u32 = 200;
const THREADS: usize = 16;

on_each! {
    fn two_hundred_tests_on_sixteen_threads() {
        if role().is_some() {
            let started = Instant::now();
            let next = AtomicU32::new(0);
            thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(|| {
                        while next.fetch_add(1, Ordering::Relaxed) < TESTS {
                            let mut db = TestDb::<Conn>::new(migrations::<Conn>("SELECT 200")).unwrap();
                            assert_eq!(all_notes!(&mut *db).unwrap().len(), 2);
                            note!(&mut *db, "mine").unwrap();
                            assert_eq!(all_notes!(&mut *db).unwrap().last(), Some(&(3, "mine".to_owned())));
                        }
                    });
                }
            });
            println!("{TESTS} databases for {THREADS} threads in {:.1?}: {SELF}", started.elapsed());
            return Ok(());
        }
        // In a process of its own, so that names say what it left behind. The second time finds templates and pools.
        let before = pool::<Conn>();
        for _ in 0..2 {
            let child = process(SELF, "crowd").stdout(std::process::Stdio::piped()).spawn()?;
            let number = format!("_{}_", child.id());
            let output = child.wait_with_output()?;
            let text = String::from_utf8(output.stdout)?;
            assert!(output.status.success(), "{text}");
            let left: Vec<String> = Conn::databases().into_iter().filter(|name| name.contains(&number)).collect();
            assert!(left.is_empty(), "{left:?}");
            // Past the harness, which would keep it to itself.
            text.lines().filter(|line| line.contains(" threads in ")).try_for_each(|line| writeln!(std::io::stderr(), "{line}"))?;
        }
        // At most one for each thread, whatever other tests of this process have at the same time.
        let grown = pool::<Conn>().into_iter().filter(|name| !before.contains(name)).count();
        assert!(grown <= THREADS + 8, "{grown}");
    }
}

fn pool<C: Backend>() -> Vec<String> {
    C::databases().into_iter().filter(|name| name.starts_with("turbodiesel_pool_")).collect()
}
