//! Longer examples, each run as a test.

pub mod data_loader;
#[cfg(feature = "plan")]
pub mod index_is_used;
pub mod own_loader;
#[cfg(feature = "testing")]
pub mod test_databases;
