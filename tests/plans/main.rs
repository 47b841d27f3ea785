//! Query plans: read, asked, insisted on.

#[macro_use]
#[path = "../support/mod.rs"]
mod support;

mod any_text;
mod builders;
mod caller;
mod captured;
mod claims;
mod planted;
mod questions;
mod reads;
mod relations;
mod shapes;
mod written;
