//! What scenarios stand on: databases, a log, and the macro that runs one scenario everywhere.

// Each test target has its own copy and uses a part of it.
#![allow(dead_code, unused_imports, unused_macros)]

pub(crate) mod data;
pub(crate) mod database;
pub(crate) mod place;
pub(crate) mod race;
pub(crate) mod spans;
pub(crate) mod sql;

/// What a scenario imports: Diesel's names and ours, for this driver.
pub(crate) mod prelude {
    pub(crate) use blog::{StatementLog, analyze, explain, seed, seed_posts};
    pub(crate) use diesel::connection::SimpleConnection;
    pub(crate) use diesel::prelude::*;
    pub(crate) use turbodiesel::prelude::*;

    pub(crate) use super::database::{TestConnection, migrate};
}

/// What watches code, for this driver.
pub(crate) mod watching {
    pub(crate) use tracing::subscriber::with_default as subscribed;
    pub(crate) use turbodiesel::watch::{allow, scope, watch};
}

pub(crate) type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// The message with which `f` panics.
#[track_caller]
pub(crate) fn panics(f: impl FnOnce()) -> String {
    let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).expect_err("it does not panic");
    payload.downcast_ref::<String>().cloned().unwrap_or_default()
}

/// What `f` gives, or its panic.
pub(crate) fn caught<T>(f: impl FnOnce() -> T) -> std::thread::Result<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(f))
}

/// Runs `work` so often at once, each on a thread of its own.
pub(crate) fn side_by_side<E: Send>(times: usize, work: impl Fn(usize) -> Result<(), E> + Sync) -> Result<(), E> {
    let work = &work;
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..times).map(|number| scope.spawn(move || work(number))).collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// A closure that talks to the database: `work!(|conn| { .. })`.
macro_rules! work {
    ($($closure:tt)+) => { $($closure)+ };
}

/// The same, without arguments.
macro_rules! block {
    ($($body:tt)+) => { || { $($body)+ } };
}

/// What a function that is no scenario asks of the database.
macro_rules! now {
    ($call:expr) => {
        $call
    };
}

/// A function that loads, for `load_with`, of a connection `Conn`. What it takes of its caller stands before its body.
macro_rules! loader {
    (|$parents:ident: $Parents:ty, $conn:ident| $(let $taken:ident = $value:expr;)* $body:block) => {
        |$parents: $Parents, $conn: &mut Conn| {
            $(let $taken = $value;)*
            $body
        }
    };
}

/// A function that reads, for `in_snapshot`.
macro_rules! reading {
    (|$conn:ident| $body:block) => {
        |$conn| $body
    };
}

/// A function that talks to the database: `function! { fn .. }`.
macro_rules! function {
    ($($function:tt)+) => {
        #[inline(never)]
        $($function)+
    };
}

/// What such a function asks of itself.
macro_rules! again {
    ($call:expr) => {
        $call
    };
}

/// Scenarios: written once, without the name of a backend or a driver, run on each.
///
/// `db` is a fresh, migrated database: `db.conn()` is the connection of the backend at hand. `go!(..)` wraps whatever
/// talks to the database, so that the driver that awaits runs the same text (`async-tests`); `now!(..)` does so in functions
/// and closures, which cannot await. `BACKEND` is the name of the backend, `DB` its type, `Conn` that of its connection.
macro_rules! scenarios {
    ($($(#[$meta:meta])* fn $name:ident($db:ident) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            #[test]
            $(#[$meta])*
            fn sqlite() -> crate::support::TestResult {
                scenario!(sqlite, $db, $body)
            }

            #[cfg(feature = "postgres")]
            #[test]
            $(#[$meta])*
            fn postgres() -> crate::support::TestResult {
                scenario!(postgres, $db, $body)
            }

            #[cfg(feature = "mysql")]
            #[test]
            $(#[$meta])*
            fn mysql() -> crate::support::TestResult {
                scenario!(mysql, $db, $body)
            }
        }
    )+};
}

/// Scenarios of what one backend alone has: `only_on! { postgres; fn .. }`.
macro_rules! only_on {
    ($backend:ident; $($(#[$meta:meta])* fn $name:ident($db:ident) $body:block)+) => {$(
        #[test]
        $(#[$meta])*
        fn $name() -> crate::support::TestResult {
            scenario!($backend, $db, $body)
        }
    )+};
}

/// One scenario on one backend, blocking.
macro_rules! scenario {
    ($backend:ident, $db:ident, $body:block) => {{
        #[allow(unused_imports)]
        use crate::support::database::$backend::{BACKEND, Conn, DB};
        #[allow(unused_macros)]
        macro_rules! go {
            ($call:expr) => {
                $call
            };
        }
        #[allow(unused_mut)]
        let mut $db = crate::support::database::Db::<Conn>::fresh()?;
        $body
        #[allow(unreachable_code)]
        Ok(())
    }};
}
