//! Repositories: every operation, on tables of their own beside the sample domain.

// The tables of `table!` are public.
#![allow(missing_docs)]

#[macro_use]
#[path = "../support/mod.rs"]
mod support;

mod concurrent;
mod constraints;
mod example;
mod ids;
mod pooled;
mod postgres;
mod reads;
mod tables;
mod writes;

use tables::{Change, Draft, Label, MaybeNumbered, NewDraft, Numbered, drafts, labels, tables};
