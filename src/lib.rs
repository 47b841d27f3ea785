//! Diesel's typed queries, plus the two things every data layer needs: eager loading and keyset pagination.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod backend;
pub mod dsl;
pub mod error;
pub mod keyset;
pub mod mode;
pub mod preload;
#[cfg(feature = "testing")]
pub mod testing;
pub mod prelude;

pub use error::{Error, ErrorKind, Result};
