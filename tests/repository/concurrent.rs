//! Eight at once on one pool: nothing is lost, and every conflict is reported.

use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Draft, NewDraft, drafts, tables};
use crate::support::prelude::*;
use crate::support::side_by_side;

const WRITERS: usize = 8;
const EACH: usize = 200;

scenarios! {
    fn creates_and_versioned_updates(db) {
        let pool = go!(db.pool(WRITERS as u32))?;
        go!(go!(pool.get())?.batch_execute(&tables(BACKEND)))?;
        let counter = go!(go!(pool.get())?.repo::<Draft>().create(&NewDraft { slug: "counter" }))?;
        let (written, conflicts) = (AtomicUsize::new(0), AtomicUsize::new(0));

        go!(side_by_side(WRITERS, work!(|writer: usize| -> Result<(), Box<dyn Error + Send + Sync>> {
            for i in 0..EACH {
                let mut conn = go!(pool.get())?;
                if BACKEND == "sqlite" {
                    // Who waits is not served in turn: on a slow disk, five seconds can pass.
                    go!(conn.batch_execute("PRAGMA busy_timeout = 60000"))?;
                }
                let slug = format!("{writer}/{i}");
                let made = go!(conn.repo::<Draft>().create(&NewDraft { slug: &slug }))?;
                assert_eq!(made.slug, slug, "the row of another writer");
                loop {
                    let read = go!(conn.repo::<Draft>().get(counter.id))?.ok_or("no counter")?;
                    match go!(conn.repo::<Draft>().update_versioned(&Draft { words: read.words + 1, ..read })) {
                        Ok(_) => break,
                        Err(error) if error.is_conflict() => conflicts.fetch_add(1, Ordering::Relaxed),
                        Err(error) => return Err(error.into()),
                    };
                }
                written.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        })))
        .map_err(|error| error.to_string())?;

        let mut conn = go!(pool.get())?;
        assert_eq!(go!(conn.repo::<Draft>().count(drafts::slug.ne("counter")))?, (WRITERS * EACH) as i64);
        let end = go!(conn.repo::<Draft>().get(counter.id))?.ok_or("no counter")?;
        let total = written.into_inner();
        println!("{BACKEND}: {total} updates, {} conflicts", conflicts.into_inner());
        assert_eq!((total, end.words - counter.words, end.version - counter.version), (1_600, 1_600, 1_600));
    }
}
