//! Watching: what is counted, what is reported as N+1 and with which line, and what is not.

mod counts;
mod found;
mod not_found;
mod spans;
