//! The scenarios of `tests/repository`, awaited, and what only concerns futures.

// The tables of `table!` are public.
#![allow(missing_docs)]

#[macro_use]
#[path = "../../support/mod.rs"]
mod support;

#[path = "../../../tests/repository/concurrent.rs"]
mod concurrent;
#[path = "../../../tests/repository/constraints.rs"]
mod constraints;
mod dropped;
#[path = "../../../tests/repository/ids.rs"]
mod ids;
#[path = "../../../tests/repository/pooled.rs"]
mod pooled;
#[path = "../../../tests/repository/postgres.rs"]
mod postgres;
#[path = "../../../tests/repository/reads.rs"]
mod reads;
#[path = "../../../tests/repository/tables.rs"]
mod tables;
#[path = "../../../tests/repository/writes.rs"]
mod writes;

use tables::{Change, Draft, Label, MaybeNumbered, NewDraft, Numbered, drafts, labels, tables};
