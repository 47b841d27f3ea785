//! Eager loading: relations, their combinations, and every way in which data can be wrong.

#[macro_use]
#[path = "../support/mod.rs"]
mod support;

mod by;
mod errors;
mod for_keys;
mod keys;
mod levels;
mod loaders;
mod many_to_many;
mod per_parent;
mod relations;
mod roots;
mod snapshot;
mod statements;
mod tree;
