//! Longer examples, each run as a test.

pub mod own_loader;
