//! Longer examples, each run as a test.

pub mod data_loader;
#[cfg(feature = "plan")]
pub mod index_is_used;
#[cfg(all(feature = "watch", feature = "testing", feature = "r2d2"))]
pub mod n_plus_one;
pub mod own_loader;
#[cfg(feature = "testing")]
pub mod test_databases;
