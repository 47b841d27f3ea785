//! The integration suite: one binary, a module a feature, every scenario on every backend.

#[macro_use]
mod support;

mod backends;
mod keyset;
mod migrate;
mod plans;
mod pool;
mod preload;
mod repository;
mod sakila;
mod sql;
mod tour;
mod ui;
mod watch;
