//! Eager loading: relations, their combinations, and every way in which data can be wrong.

mod by;
mod errors;
mod keys;
mod levels;
mod loaders;
mod relations;
mod roots;
mod statements;
