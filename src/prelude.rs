//! What a program imports with one `use`.
//!
//! ```
//! use diesel::prelude::*;
//! use turbodiesel::prelude::*;
//! ```
//!
//! The names of [`keyset`](crate::keyset) other than the trait are not here: `desc` is a likely column name.

pub use crate::keyset::{IntoOrdering as _, KeysetDsl};
#[cfg(feature = "plan")]
pub use crate::plan::ExplainDsl;
pub use crate::preload::{
    AggregateDsl, IndexDsl, Nth, PreloadDsl, belongs_to, has_many, has_one, if_some, in_snapshot, load_for_keys,
    load_with, many_to_many, preload_for,
};
#[cfg(feature = "repository")]
pub use crate::repository::RepositoryDsl;
