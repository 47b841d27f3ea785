//! What scenarios stand on here: databases with connections that are awaited, and the macro that runs one scenario on each.

#![allow(dead_code, unused_imports, unused_macros)]

use std::pin::pin;
use std::task::Poll;

#[path = "../../tests/support/data.rs"]
pub(crate) mod data;
pub(crate) mod database;
#[path = "../../tests/support/place.rs"]
pub(crate) mod place;
#[path = "../../tests/support/race.rs"]
pub(crate) mod race;
#[path = "../../tests/support/spans.rs"]
pub(crate) mod spans;
#[path = "../../tests/support/sql.rs"]
pub(crate) mod sql;

/// What a scenario imports: Diesel's names and ours, for this driver.
pub(crate) mod prelude {
    pub(crate) use diesel::prelude::*;
    pub(crate) use diesel_async::{
        AsyncConnection as Connection, RunQueryDsl, SimpleAsyncConnection as SimpleConnection,
    };
    pub(crate) use diesel_async::{AsyncConnection, SimpleAsyncConnection};
    pub(crate) use turbodiesel::async_prelude::*;

    pub(crate) use super::database::{
        StatementLog, TestConnection, analyze, explain, load_for_keys, migrate, seed, seed_posts,
    };
}

/// What watches code, for this driver.
pub(crate) mod watching {
    pub(crate) use turbodiesel::watch::asynchronous::{allow, scope, watch};

    /// The spans of a future go to this subscriber.
    pub(crate) fn subscribed<F: Future>(
        subscriber: impl tracing::Subscriber + Send + Sync,
        future: F,
    ) -> impl Future<Output = F::Output> {
        tracing::instrument::WithSubscriber::with_subscriber(future, subscriber)
    }
}

pub(crate) type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// The message with which `f` panics.
#[track_caller]
pub(crate) fn panics(f: impl FnOnce()) -> String {
    let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).expect_err("it does not panic");
    payload.downcast_ref::<String>().cloned().unwrap_or_default()
}

/// What `future` gives, or its panic.
pub(crate) async fn caught<F: Future>(future: F) -> std::thread::Result<F::Output> {
    futures_util::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(future)).await
}

/// Runs `work` so often at once, polled in turn.
pub(crate) async fn side_by_side<E>(times: usize, work: impl AsyncFn(usize) -> Result<(), E>) -> Result<(), E> {
    futures_util::future::try_join_all((0..times).map(|number| work(number))).await.map(drop)
}

/// Polls a future so often, each time when it is woken; what it gives, if it is ready by then.
pub(crate) async fn polled<F: Future>(future: F, times: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut polls = 0;
    std::future::poll_fn(|context| {
        polls += 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if polls >= times => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// After how many polls a load is dropped: 1, 2 and so on, until one is ready by then. Where all its answers were there at
/// once, so that none was dropped, it begins anew.
#[derive(Debug, Default)]
pub(crate) struct Drops {
    dropped: usize,
    since_ready: usize,
    ready: usize,
}

impl Drops {
    /// So often that an answer is late at least once.
    const MOST: usize = 200;

    /// The polls of the next load; `None` after the last one.
    pub(crate) fn polls(&self) -> Option<usize> {
        let more = self.ready == 0 || (self.dropped == 0 && self.ready < Self::MOST);
        more.then_some(self.since_ready + 1)
    }

    /// What became of that load.
    pub(crate) fn saw(&mut self, ready: bool) {
        if ready {
            (self.ready, self.since_ready) = (self.ready + 1, 0);
        } else {
            (self.dropped, self.since_ready) = (self.dropped + 1, self.since_ready + 1);
        }
    }

    /// A thread may have SQLite's answer before it is asked for.
    #[track_caller]
    pub(crate) fn assert_some(&self, backend: &str) {
        assert!(self.dropped > 0 || backend == "sqlite", "no load was dropped");
    }
}

/// A closure that talks to the database: `work!(|conn| { .. })`.
macro_rules! work {
    ($($closure:tt)+) => { async $($closure)+ };
}

/// The same, without arguments.
macro_rules! block {
    ($($body:tt)+) => { async { $($body)+ } };
}

/// What a function that is no scenario asks of the database.
macro_rules! now {
    ($call:expr) => {
        crate::support::database::wait($call)
    };
}

/// A function that loads, for `load_with`, of a connection `Conn`.
macro_rules! loader {
    (|$parents:ident: $Parents:ty, $conn:ident| $(let $taken:ident = $value:expr;)* $body:block) => {
        |$parents: $Parents, $conn: &mut turbodiesel::driver::Lent<'_, Conn>| {
            $(let $taken = $value;)*
            Box::pin(async move $body)
        }
    };
}

/// A function that reads, for `in_snapshot`.
macro_rules! reading {
    (|$conn:ident| $body:block) => {
        |$conn| Box::pin(async move $body)
    };
}

/// A function that talks to the database.
macro_rules! function {
    ($($function:tt)+) => { async $($function)+ };
}

/// What such a function asks of itself.
macro_rules! again {
    ($call:expr) => {
        Box::pin($call).await
    };
}

/// Scenarios as `tests/support` has them: the same text, awaited.
macro_rules! scenarios {
    ($($scenario:tt)+) => { scenarios_on! { sqlite; $($scenario)+ } };
}

/// The same, on SQLite through this connection.
macro_rules! scenarios_on {
    ($sqlite:ident; $($(#[$meta:meta])* fn $name:ident($db:ident) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
            $(#[$meta])*
            async fn sqlite() -> crate::support::TestResult {
                scenario!($sqlite, $db, $body)
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
            $(#[$meta])*
            async fn postgres() -> crate::support::TestResult {
                scenario!(postgres, $db, $body)
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
            $(#[$meta])*
            async fn mysql() -> crate::support::TestResult {
                scenario!(mysql, $db, $body)
            }
        }
    )+};
}

/// Scenarios of what one backend alone has.
macro_rules! only_on {
    ($backend:ident; $($(#[$meta:meta])* fn $name:ident($db:ident) $body:block)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
        $(#[$meta])*
        async fn $name() -> crate::support::TestResult {
            scenario!($backend, $db, $body)
        }
    )+};
}

/// One scenario on one backend, awaited.
macro_rules! scenario {
    ($backend:ident, $db:ident, $body:block) => {{
        #[allow(unused_imports)]
        use crate::support::database::$backend::{BACKEND, Conn, DB};
        // The line of a place is that of the call, not this one.
        #[collapse_debuginfo(yes)]
        #[allow(unused_macros)]
        macro_rules! go {
            ($call:expr) => {
                $call.await
            };
        }
        #[allow(unused_mut)]
        let mut $db = crate::support::database::Db::<Conn>::fresh().await?;
        $body
        #[allow(unreachable_code)]
        Ok(())
    }};
}
