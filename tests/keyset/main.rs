//! Keyset pages: the law that the union of all pages is the unpaged list, and everything that is refused.

#![cfg_attr(feature = "awaited", allow(unused))]

#[macro_use]
#[cfg_attr(feature = "awaited", path = "../../async-tests/support/mod.rs")]
#[cfg_attr(not(feature = "awaited"), path = "../support/mod.rs")]
mod support;

mod batches;
mod bounds;
mod crafted;
mod cursors;
mod extremes;
mod golden;
mod hostile;
mod laws;
mod of_each;
mod orderings;
mod pages;
mod plans;
mod property;
mod refused;
mod shapes;
mod signed;
mod total;
mod types;
mod walks;
mod web;
