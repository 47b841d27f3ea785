//! Where the key of a child is read: beside its row, or in it. Pure.

use std::marker::PhantomData;

use diesel::dsl::AsSelect;
use diesel::expression::{Selectable, SelectableHelper};

use super::key_in::KeyColumns;
use crate::backend::Dialect;
use crate::preload::key::Key;
use crate::preload::relation::ChildOf;

/// What a statement selects, so that each of its rows has a key and a child.
pub trait Reads<DB: Dialect, Columns: KeyColumns<K::Columns>, K: Key, C> {
    /// What is selected.
    type Selection;

    /// What is selected: `columns` are those of the key.
    fn selection(columns: Columns::NotNull) -> Self::Selection;
}

/// What the rows of that statement are read as.
pub trait ReadsRows<K, C> {
    /// A row.
    type Row;

    /// The key and the child; no key where the child says that it has none.
    fn apart(row: Self::Row) -> (Option<K>, C);
}

/// The key is selected beside the row: the row may not hold it.
#[derive(Debug, Clone, Copy)]
pub struct Beside;

// SELECT "posts"."author_id", "posts"."id", ..
impl<DB, Columns, K, C> Reads<DB, Columns, K, C> for Beside
where
    DB: Dialect,
    Columns: KeyColumns<K::Columns>,
    K: Key,
    C: Selectable<DB>,
{
    type Selection = (Columns::NotNull, AsSelect<C, DB>);

    fn selection(columns: Columns::NotNull) -> Self::Selection {
        (columns, C::as_select())
    }
}

impl<K, C> ReadsRows<K, C> for Beside {
    type Row = (K, C);

    fn apart((key, child): (K, C)) -> (Option<K>, C) {
        (Some(key), child)
    }
}

/// The row holds it: its `#[derive(Associations)]` says where.
#[derive(Debug, Clone, Copy)]
pub struct Within<P>(PhantomData<fn() -> P>);

// SELECT "posts"."id", "posts"."author_id", ..
impl<DB, Columns, K, P, C> Reads<DB, Columns, K, C> for Within<P>
where
    DB: Dialect,
    Columns: KeyColumns<K::Columns>,
    K: Key,
    C: Selectable<DB>,
{
    type Selection = AsSelect<C, DB>;

    fn selection(_: Columns::NotNull) -> Self::Selection {
        C::as_select()
    }
}

impl<K: Clone, P, C: ChildOf<P, Key = K>> ReadsRows<K, C> for Within<P> {
    type Row = C;

    fn apart(child: C) -> (Option<K>, C) {
        (child.foreign_key().cloned(), child)
    }
}
