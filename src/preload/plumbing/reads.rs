//! Where the key of a child is read: beside its row, or in it. Pure.

use std::marker::PhantomData;

use diesel::dsl::AsSelect;
use diesel::expression::{Selectable, SelectableHelper};

use crate::backend::Dialect;
use crate::preload::relation::ChildOf;

/// What a statement selects, so that each of its rows has a key and a child.
pub trait Reads<DB: Dialect, Columns, K, C> {
    /// What is selected.
    type Selection;
    /// What comes back.
    type Row;

    /// What is selected: `columns` are those of the key.
    fn selection(columns: Columns) -> Self::Selection;

    /// The key and the child; no key where the child says that it has none.
    fn apart(row: Self::Row) -> (Option<K>, C);
}

/// The key is selected beside the row: the row may not hold it.
#[derive(Debug, Clone, Copy)]
pub struct Beside;

// SELECT "posts"."author_id", "posts"."id", ..
impl<DB: Dialect, Columns, K, C: Selectable<DB>> Reads<DB, Columns, K, C> for Beside {
    type Selection = (Columns, AsSelect<C, DB>);
    type Row = (K, C);

    fn selection(columns: Columns) -> Self::Selection {
        (columns, C::as_select())
    }

    fn apart((key, child): (K, C)) -> (Option<K>, C) {
        (Some(key), child)
    }
}

/// The row holds it: its `#[derive(Associations)]` says where.
#[derive(Debug, Clone, Copy)]
pub struct Within<P>(PhantomData<fn() -> P>);

// SELECT "posts"."id", "posts"."author_id", ..
impl<DB: Dialect, Columns, K: Clone, P, C: ChildOf<P, Key = K> + Selectable<DB>> Reads<DB, Columns, K, C>
    for Within<P>
{
    type Selection = AsSelect<C, DB>;
    type Row = C;

    fn selection(_: Columns) -> Self::Selection {
        C::as_select()
    }

    fn apart(child: C) -> (Option<K>, C) {
        (child.foreign_key().cloned(), child)
    }
}
