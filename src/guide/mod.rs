//! Longer examples, each run as a test.

pub mod data_loader;
pub mod own_loader;
