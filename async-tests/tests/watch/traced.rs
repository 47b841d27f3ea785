//! Spans of loads that are awaited: siblings, loads that are polled in turn, loads that are dropped.

use std::future::{Future, poll_fn};
use std::pin::pin;

use blog::models::{Comment, Post, Profile, User};
use blog::schema::{posts, users};
use diesel::dsl::sql;
use diesel::sql_types::Bool;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, bb8};
use tracing::{Instrument, info_span};
use turbodiesel::watch::Watcher;

use crate::support::data::FEW;
use crate::support::prelude::*;
use crate::support::spans::Spans;
use crate::support::watching::subscribed;
use crate::support::{Drops, polled};

/// Four statements, three of them siblings.
macro_rules! feed {
    () => {
        users::table
            .select(User::as_select())
            .preload(has_one::<Profile>())
            .preload(has_many::<Post>())
            .preload(has_many::<Comment>())
    };
}

/// A span around a load.
macro_rules! request {
    ($name:expr) => {
        info_span!(target: "turbodiesel", "request", name = $name)
    };
}

fn traced(conn: &mut impl turbodiesel::driver::Driver) -> Watcher {
    let watcher = Watcher::builder().traced().build();
    watcher.install(conn);
    watcher
}

/// Looks after each poll.
async fn after_each_poll<F: Future>(future: F, look: impl Fn()) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|context| {
        let polled = future.as_mut().poll(context);
        look();
        polled
    })
    .await
}

scenarios! {
    fn siblings_stand_in_the_span_around_their_load(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let _watcher = traced(conn);
        let mut most = 0;
        // An answer may be there before the last sibling is sent.
        for _ in 0..200 {
            let spans = Spans::default();
            let load = block! {
                let load = block!(feed!().load(conn).await).instrument(request!("feed"));
                after_each_poll(load, || assert_eq!(spans.entered(), 0)).await
            };
            assert_eq!(go!(subscribed(spans.clone(), load))?.len(), 4);
            let statements = spans.statements();
            let mut summaries: Vec<_> = statements.iter().map(|span| span.get("db.query.summary")).collect();
            summaries[1..].sort();
            assert_eq!(summaries, ["SELECT users", "SELECT comments", "SELECT posts", "SELECT profiles"]);
            assert!(statements.iter().all(|span| span.around == Some(1) && span.get("error.type").is_empty()), "{statements:?}");
            let open;
            (open, most) = spans.open();
            assert_eq!(open, 0);
            if most == 3 {
                break;
            }
        }
        assert_eq!(most, if BACKEND == "postgres" { 3 } else { 1 });
    }

    fn loads_that_are_polled_in_turn_stand_in_spans_of_their_own(db) {
        let mut other = go!(db.another())?;
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let _watchers = (traced(conn), traced(&mut other));
        let spans = Spans::default();
        let loads = block! {
            let one = block!(feed!().load(conn).await).instrument(request!("one"));
            let two = block!(users::table.select(User::as_select()).preload(has_many::<Post>()).load(&mut other).await);
            futures_util::future::try_join(one, two.instrument(request!("two"))).await
        };
        let (one, two) = go!(subscribed(spans.clone(), loads))?;
        assert_eq!((one.len(), two.len()), (4, 4));
        let around = |number: u64| spans.statements().iter().filter(|span| span.around == Some(number)).count();
        assert_eq!((around(1), around(2), spans.statements().len()), (4, 2, 6));
        assert_eq!(spans.open().0, 0);
    }

    fn a_sibling_that_fails_leaves_no_span_open(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let _watcher = traced(conn);
        let spans = Spans::default();
        let failing = has_many::<Post>().filter(sql::<Bool>("no_such_column = 1"));
        let load = block!(users::table.select(User::as_select()).preload(failing).preload(has_many::<Comment>()).load(conn).await);
        assert!(go!(subscribed(spans.clone(), load)).is_err());
        assert_eq!(spans.open().0, 0);
        for span in spans.statements() {
            let failed = span.get("db.collection.name") == "posts";
            assert_eq!((span.get("error.type").is_empty(), span.get("otel.status_code")), (!failed, if failed { "ERROR" } else { "" }));
        }
    }

    fn a_load_that_is_dropped_leaves_no_span_open(db) {
        go!(db.conn().batch_execute(FEW))?;
        let mut drops = Drops::default();
        while let Some(polls) = drops.polls() {
            let conn = &mut <Conn as AsyncConnection>::establish(db.url()).await?;
            let _watcher = traced(conn);
            let spans = Spans::default();
            drops.saw(go!(subscribed(spans.clone(), polled(feed!().load(conn), polls))).transpose()?.is_some());
            if BACKEND == "sqlite" {
                // The statement runs to its end on its thread; the next one waits for it.
                go!(users::table.count().get_result::<i64>(conn))?;
            }
            assert!(!spans.statements().is_empty());
            assert_eq!(spans.open().0, 0);
            assert!(spans.statements().iter().all(|span| span.get("error.type").is_empty()));
        }
        drops.assert_some(BACKEND);
    }
}

only_on! { postgres;
    fn a_statement_that_is_dropped_in_a_pool_ends_with_its_check_out(db) {
        let watcher = Watcher::builder().traced().build();
        let mut config = ManagerConfig::<Conn>::default();
        config.custom_setup = watcher.custom_setup();
        let manager = AsyncDieselConnectionManager::new_with_config(db.url(), config);
        let pool = bb8::Pool::builder().max_size(1).build(manager).await?;
        let spans = Spans::default();
        go!(subscribed(spans.clone(), block! {
            let mut drops = Drops::default();
            while let Some(polls) = drops.polls() {
                let mut conn = pool.get().await?;
                let written = posts::table.count();
                drops.saw(polled(written.get_result::<i64>(&mut conn), polls).await.transpose()?.is_some());
                drop(conn);
                pool.get().await?;
                assert_eq!(spans.open().0, 0);
            }
            drops.assert_some(BACKEND);
            crate::support::TestResult::Ok(())
        }))?;
        assert!(spans.statements().iter().all(|span| span.get("db.query.summary") == "SELECT posts"));
    }
}
