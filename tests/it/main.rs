//! What is small, or about all of the crate: its neighbours under `tests/` hold a feature each.

#![cfg_attr(feature = "awaited", allow(unused))]

#[macro_use]
#[cfg_attr(feature = "awaited", path = "../../async-tests/support/mod.rs")]
#[cfg_attr(not(feature = "awaited"), path = "../support/mod.rs")]
mod support;

mod backends;
mod sakila;
mod sakila_pages;
mod sakila_trees;
mod sql;

// Migrations are run by connections that block.
#[cfg(not(feature = "awaited"))]
mod migrate;
// About files of this repository.
#[cfg(not(feature = "awaited"))]
mod named;
// Pools of r2d2.
#[cfg(not(feature = "awaited"))]
mod pool;
// An example of connections that block.
#[cfg(not(feature = "awaited"))]
mod tour;
// About what does not compile.
#[cfg(not(feature = "awaited"))]
mod ui;
