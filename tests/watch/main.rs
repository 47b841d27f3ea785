//! Watching: what is counted, what is reported as N+1 and with which line, and what is not.

#[macro_use]
#[path = "../support/mod.rs"]
mod support;

mod calls;
mod counts;
mod found;
mod installed;
mod not_found;
mod spans;
