//! Query plans: read, asked, insisted on.

mod any_text;
mod builders;
mod captured;
mod questions;
mod shapes;
mod written;
