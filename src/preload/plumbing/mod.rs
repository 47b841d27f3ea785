//! How a preload runs, in three steps that README.md of this folder describes.
#![doc = include_str!("README.md")]

pub mod again;
#[cfg(feature = "async")]
pub mod asks_async;
pub mod at_key;
pub mod batch;
pub(crate) mod clauses;
pub mod dangling;
pub mod fetch;
#[cfg(feature = "async")]
pub mod fetch_async;
pub mod home;
pub mod key_in;
pub mod keys;
mod numbers;
pub mod placed;
pub mod reads;
mod run;
pub mod slots;
pub(crate) mod snapshot;
pub mod spell;
pub mod statement;
pub mod stitch;
