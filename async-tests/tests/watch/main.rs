//! The scenarios of `tests/watch`, awaited, and what only concerns futures.

#[macro_use]
#[path = "../../support/mod.rs"]
mod support;

/// On SQLite with a connection whose statements are followed to the thread that runs them.
macro_rules! scenarios {
    ($($(#[$meta:meta])* fn $name:ident($db:ident) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
            $(#[$meta])*
            async fn sqlite() -> crate::support::TestResult {
                scenario!(followed, $db, $body)
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

#[path = "../../../tests/watch/counts.rs"]
mod counts;
#[path = "../../../tests/watch/found.rs"]
mod found;
mod futures;
#[path = "../../../tests/watch/not_found.rs"]
mod not_found;
mod unfollowed;
