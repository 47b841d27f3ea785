//! What is small, or about all of the crate: its neighbours under `tests/` hold a feature each.

#[macro_use]
#[path = "../support/mod.rs"]
mod support;

mod backends;
mod migrate;
mod named;
mod pool;
mod sakila;
mod sakila_pages;
mod sakila_trees;
mod sql;
mod tour;
mod ui;
