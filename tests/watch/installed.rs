//! What is installed, and what is there afterwards.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use blog::schema::users;
use diesel::connection::InstrumentationEvent;
use turbodiesel::watch::Watcher;

use crate::support::prelude::*;
use crate::support::watching::{scope, watch};
use crate::support::{caught, panics};

fn counter() -> (Arc<AtomicU64>, impl FnMut(InstrumentationEvent<'_>) + Send + 'static) {
    let count = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&count);
    (count, move |event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            counted.fetch_add(1, Ordering::Relaxed);
        }
    })
}

fn planted() -> QueryResult<()> {
    panic!("planted")
}

scenarios! {
    fn nothing_is_counted_after_a_watch(db) {
        let conn = db.conn();
        let outer = Watcher::new();
        outer.install(conn);
        go!(watch(conn, work!(|conn| go!(users::table.count().get_result::<i64>(conn)))))?;
        go!(users::table.count().get_result::<i64>(conn))?;
        assert_eq!(outer.log().len(), 0, "the process's default is back, not what was there");
    }

    fn a_watch_that_panics_is_gone(db) {
        let conn = db.conn();
        let (_, outer) = go!(watch(conn, work!(|conn| {
            let died = go!(caught(block! {
                go!(watch(conn, work!(|conn| {
                    go!(users::table.count().get_result::<i64>(conn))?;
                    planted()
                })))
            }));
            assert!(died.is_err());
            go!(users::table.count().get_result::<i64>(conn))
        })))?;
        assert_eq!(outer.len(), 2);
    }

    fn what_a_watch_that_panics_has_installed_itself(db) {
        let conn = db.conn();
        let own = Watcher::new();
        let died = go!(caught(block! {
            go!(watch(conn, work!(|conn| {
                own.install(conn);
                go!(users::table.count().get_result::<i64>(conn))?;
                planted()
            })))
        }));
        assert!(died.is_err());
        go!(users::table.count().get_result::<i64>(conn))?;
        // One that is awaited puts nothing back.
        assert_eq!(own.log().len(), if cfg!(feature = "awaited") { 2 } else { 1 });
        // And the next watch is not taken for one inside of the one that died.
        let (_, log) = go!(watch(conn, work!(|conn| go!(users::table.count().get_result::<i64>(conn)))))?;
        log.assert_statements(1);
    }

    fn a_watch_in_a_watch_is_seen_by_both(db) {
        let conn = db.conn();
        let count = work!(|conn: &mut Conn| go!(users::table.count().get_result::<i64>(conn)));
        let (inner, outer) = go!(watch(conn, work!(|conn| {
            go!(count(conn))?;
            let (_, inner) = go!(watch(conn, count))?;
            go!(count(conn))?;
            QueryResult::Ok(inner)
        })))?;
        assert_eq!((inner.len(), outer.len()), (1, 3));
    }

    fn what_was_there_before_goes_on(db) {
        let conn = db.conn();
        let (count, inner) = counter();
        let watcher = Watcher::new();
        watcher.install_over(conn, inner);
        go!(users::table.count().get_result::<i64>(conn))?;
        assert_eq!((watcher.log().len(), AtomicU64::load(&count, Ordering::Relaxed)), (1, 1));
        // Without its watcher, only the other one counts.
        drop(watcher);
        go!(users::table.count().get_result::<i64>(conn))?;
        assert_eq!(AtomicU64::load(&count, Ordering::Relaxed), 2);
    }

    fn a_watcher_begins_anew(db) {
        let conn = db.conn();
        let watcher = Watcher::new();
        watcher.install(conn);
        go!(users::table.count().get_result::<i64>(conn))?;
        assert_eq!((watcher.take().len(), watcher.log().len()), (1, 0));
    }

    // As one of r2d2 is; those of diesel-async have another way, which `async-tests` tries.
    #[cfg(not(feature = "awaited"))]
    fn a_whole_pool_is_watched(db) {
        use diesel::r2d2::{ConnectionManager, Pool};
        let url = db.url();
        let watcher = Watcher::new();
        let pool = Pool::builder()
            .max_size(2)
            .connection_customizer(Box::new(watcher.clone()))
            .build(ConnectionManager::<Conn>::new(url))?;
        // Two connections at once, then a check-out for each of ten reads: ten requests.
        let (mut first, mut second) = (pool.get()?, pool.get()?);
        go!(users::table.count().get_result::<i64>(&mut first))?;
        go!(users::table.count().get_result::<i64>(&mut second))?;
        drop((first, second));
        for id in 1..=10 {
            go!(users::table.find(id).select(users::name).first::<String>(&mut pool.get()?).optional())?;
        }
        let log = watcher.take();
        log.assert_statements(12);
        log.assert_no_n_plus_one();

        // The same reads in one check-out are an N+1.
        let mut conn = pool.get()?;
        for id in 1..=10 {
            go!(users::table.find(id).select(users::name).first::<String>(&mut conn).optional())?;
        }
        assert_eq!(watcher.log().n_plus_ones().len(), 1);
    }

    fn a_callback_hears_of_each_once_in_a_scope(db) {
        let conn = db.conn();
        let (send, reports) = std::sync::mpsc::channel();
        let watcher = Watcher::builder()
            .threshold(4)
            .on_n_plus_one(move |found| drop(send.send((found.count(), found.statement().to_owned()))))
            .build();
        watcher.install(conn);
        for _ in 0..2 {
            go!(scope(block! {
                for id in 1..=9 {
                    go!(users::table.find(id).select(users::name).first::<String>(conn)).optional()?;
                }
                QueryResult::Ok(())
            }))?;
        }
        let reports: Vec<(u64, String)> = reports.try_iter().collect();
        assert_eq!(reports.iter().map(|(count, _)| *count).collect::<Vec<_>>(), [4, 4], "at the threshold, in each scope");
        assert!(reports[0].1.contains("users") && watcher.log().n_plus_ones().len() == 2);
    }

    fn a_callback_may_fail_the_request(db) {
        let conn = db.conn();
        let watcher = Watcher::builder().on_n_plus_one(|found| panic!("{found}")).build();
        watcher.install(conn);
        let message = panics(|| {
            let read = (1..=9).try_for_each(|id| {
                now!(users::table.find(id).select(users::name).first::<String>(conn)).optional().map(drop)
            });
            // Where SQLite has a thread of its own, the panic of that is an error.
            read.unwrap_or_else(|error| panic!("{error}"));
        });
        assert!(message.contains("N+1: sent 3 times") && message.contains("tests/watch/installed.rs"), "{message}");
    }
}
