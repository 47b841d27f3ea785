//! The scenarios of `tests/plans`, awaited, and what only concerns futures.

#[macro_use]
#[path = "../../support/mod.rs"]
mod support;

#[path = "../../../tests/plans/builders.rs"]
mod builders;
#[path = "../../../tests/plans/captured.rs"]
mod captured;
#[path = "../../../tests/plans/claims.rs"]
mod claims;
mod futures;
#[path = "../../../tests/plans/planted.rs"]
mod planted;
#[path = "../../../tests/plans/questions.rs"]
mod questions;
#[path = "../../../tests/plans/reads.rs"]
mod reads;
#[path = "../../../tests/plans/relations.rs"]
mod relations;
#[path = "../../../tests/plans/shapes.rs"]
mod shapes;
