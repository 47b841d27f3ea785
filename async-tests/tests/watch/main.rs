//! The scenarios of `tests/watch`, awaited, and what only concerns futures.

#[macro_use]
#[path = "../../support/mod.rs"]
mod support;

/// On SQLite with a connection whose statements are followed to the thread that runs them.
macro_rules! scenarios {
    ($($scenario:tt)+) => { scenarios_on! { followed; $($scenario)+ } };
}

#[path = "../../../tests/watch/calls.rs"]
mod calls;
#[path = "../../../tests/watch/counts.rs"]
mod counts;
#[path = "../../../tests/watch/found.rs"]
mod found;
mod futures;
#[path = "../../../tests/watch/installed.rs"]
mod installed;
#[path = "../../../tests/watch/not_found.rs"]
mod not_found;
#[path = "../../../tests/watch/spans.rs"]
mod spans;
mod traced;
mod unfollowed;
