//! Eight threads on one pool: nothing is lost, and every conflict is reported.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};
use turbodiesel::pool::Customizer;
use turbodiesel::prelude::*;

use super::{Draft, NewDraft, drafts, tables};
use crate::support::place::Placed;

const THREADS: usize = 8;
const EACH: usize = 200;

scenarios! {
    fn creates_and_versioned_updates(db) {
        db.conn();
        let place = <Conn as Placed>::place()?;
        let pool = Pool::builder()
            .max_size(THREADS as u32)
            .connection_customizer(Customizer::<Conn>::new().boxed())
            .build(ConnectionManager::<Conn>::new(&place.url))?;
        pool.get()?.batch_execute(&tables(BACKEND))?;
        let counter = pool.get()?.repo::<Draft>().create(&NewDraft { slug: "counter" })?;
        let (written, conflicts) = (AtomicUsize::new(0), AtomicUsize::new(0));

        let work = |thread: usize| -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
            for i in 0..EACH {
                let mut conn = pool.get()?;
                if BACKEND == "sqlite" {
                    // Who waits is not served in turn: on a slow disk, five seconds can pass.
                    conn.batch_execute("PRAGMA busy_timeout = 60000")?;
                }
                let slug = format!("{thread}/{i}");
                let made = conn.repo::<Draft>().create(&NewDraft { slug: &slug })?;
                assert_eq!(made.slug, slug, "the row of another thread");
                loop {
                    let read = conn.repo::<Draft>().get(counter.id)?.ok_or("no counter")?;
                    match conn.repo::<Draft>().update_versioned(&Draft { words: read.words + 1, ..read }) {
                        Ok(_) => break,
                        Err(error) if error.is_conflict() => conflicts.fetch_add(1, Ordering::Relaxed),
                        Err(error) => return Err(error.into()),
                    };
                }
                written.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        };
        thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || work(thread))).collect();
            threads.into_iter().try_for_each(|thread| match thread.join() {
                Ok(done) => done.map_err(|error| error.to_string()),
                Err(panic) => std::panic::resume_unwind(panic),
            })
        })?;

        let mut conn = pool.get()?;
        assert_eq!(conn.repo::<Draft>().count(drafts::slug.ne("counter"))?, (THREADS * EACH) as i64);
        let end = conn.repo::<Draft>().get(counter.id)?.ok_or("no counter")?;
        let total = written.load(Ordering::Relaxed);
        println!("{BACKEND}: {total} updates, {} conflicts", conflicts.load(Ordering::Relaxed));
        assert_eq!((total, end.words - counter.words, end.version - counter.version), (1_600, 1_600, 1_600));
    }
}
