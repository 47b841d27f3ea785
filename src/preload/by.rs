//! By which columns parents and children are joined.

use std::fmt;
use std::sync::Arc;

use diesel::associations::{HasTable, Identifiable};
use diesel::expression::Expression;
use diesel::query_builder::QueryFragment;
use diesel::query_source::{Column, QuerySource, Table};
use diesel::sql_types::{SqlType, is_nullable};

use super::key::{Key, ParentKey};
use super::plumbing::dangling::StillDangling;
use super::plumbing::key_in::KeyColumns;
use super::plumbing::keys::Keys;
use super::plumbing::reads::{Beside, Within};
use super::relation::ChildOf;
use crate::backend::{Dialect, KeyList};

/// A function that makes keys equal in Rust which the database takes for equal.
pub type Fold<K> = Arc<dyn Fn(K) -> K + Send + Sync>;

/// Which columns of `C` hold which key of `P`.
///
/// `C` stands for the rows that are fetched: the children of a has-many, the target of a belongs-to.
#[diagnostic::on_unimplemented(
    message = "`{P}` and `{C}` cannot be joined by `{Self}`",
    note = "the closure of `.by_key(column, |parent: &{P}| key)` takes the parent and returns a key, an `Option` of one, or a tuple of these"
)]
pub trait Joins<P, C> {
    /// The key. Not bound by [`Key`] here, so that a type that is none has the message of its own.
    type Key;
    /// The columns of `C`: one, or a tuple.
    type Columns;
    /// What messages name: the column that holds the foreign key, where it is known.
    type Named;
    /// Whether [`Named`](Joins::Named) is a column of the rows at hand: of their foreign key, for a belongs-to.
    const NAMES_PARENT: bool = false;
    /// [`is_nullable::IsNullable`] where a parent may have no key.
    type Null;
    /// Where the key of a fetched row is read: [`Beside`] the row, or [`Within`] it.
    type Reads;

    /// The columns of `C`.
    fn columns(&self) -> Self::Columns;

    /// What messages name.
    fn named(&self) -> Self::Named;

    /// The key of a parent; `None` is NULL.
    fn key(&self, parent: &P) -> Option<Self::Key>;

    /// What makes keys equal, where Rust's equality is not the database's.
    fn fold(&self) -> Option<Fold<Self::Key>> {
        None
    }
}

/// The children say whose they are: Diesel's [`BelongsTo`](diesel::associations::BelongsTo) of `C`.
#[derive(Debug, Clone, Copy)]
pub struct Associated;

impl<P, C: ChildOf<P, Key: Clone>> Joins<P, C> for Associated {
    type Key = C::Key;
    type Columns = C::Column;
    type Named = C::Column;
    type Null = is_nullable::NotNull;
    type Reads = Within<P>;

    fn columns(&self) -> C::Column {
        C::Column::default()
    }

    fn named(&self) -> C::Column {
        C::Column::default()
    }

    fn key(&self, parent: &P) -> Option<C::Key> {
        Some(C::primary_key(parent).clone())
    }
}

/// The row at hand says what it belongs to: Diesel's [`BelongsTo`](diesel::associations::BelongsTo) of `P`.
#[derive(Debug, Clone, Copy)]
pub struct Holder;

impl<P, T> Joins<P, T> for Holder
where
    P: ChildOf<T, Key: Clone, Column: Expression<SqlType: SqlType>>,
    T: HasTable,
{
    type Key = P::Key;
    type Columns = <T::Table as Table>::PrimaryKey;
    type Named = P::Column;
    type Null = <<P::Column as Expression>::SqlType as SqlType>::IsNull;
    type Reads = Beside;
    const NAMES_PARENT: bool = true;

    fn columns(&self) -> Self::Columns {
        T::table().primary_key()
    }

    fn named(&self) -> P::Column {
        P::Column::default()
    }

    fn key(&self, row: &P) -> Option<P::Key> {
        row.foreign_key().cloned()
    }
}

/// What to ask when a key of a belongs-to finds no row.
pub trait Doubt<P, T, DB>: Joins<P, T> {
    /// Whether one of the keys still points to nothing; `None` where it is not known which column holds them.
    fn doubt(&self, keys: &Keys<Self::Key>) -> Option<StillDangling<DB>>;
}

type NotNull<Column, K> = <Column as KeyColumns<<K as Key>::Columns>>::NotNull;
type PrimaryKey<T> = <<T as HasTable>::Table as Table>::PrimaryKey;

impl<P, T, DB> Doubt<P, T, DB> for Holder
where
    DB: Dialect,
    Self: Joins<P, T, Key = P::Key>,
    P: ChildOf<T, Key: Key>,
    P::Column: KeyColumns<<P::Key as Key>::Columns, NotNull: Expression + QueryFragment<DB> + Send + 'static>,
    <P::Column as Column>::Table: Default + QuerySource<FromClause: QueryFragment<DB> + Send + 'static>,
    T: HasTable<Table: QuerySource<FromClause: QueryFragment<DB> + Send + 'static>>,
    PrimaryKey<T>: KeyColumns<<P::Key as Key>::Columns, NotNull: Expression + QueryFragment<DB> + Send + 'static>,
    DB: KeyList<P::Key, <NotNull<P::Column, P::Key> as Expression>::SqlType>,
    DB: KeyList<P::Key, <NotNull<PrimaryKey<T>, P::Key> as Expression>::SqlType>,
{
    fn doubt(&self, keys: &Keys<P::Key>) -> Option<StillDangling<DB>> {
        let from = (<P::Column as Column>::Table::default(), P::Column::default().not_null());
        let to = (T::table(), T::table().primary_key().not_null());
        Some(StillDangling::new(from, to, keys.clone()))
    }
}

/// Another column holds the parent's primary key: [`Children::by`](super::Children::by).
#[derive(Debug, Clone, Copy)]
pub struct ByColumn<Columns>(pub(super) Columns);

impl<P: Identified, C, Columns: Copy> Joins<P, C> for ByColumn<Columns> {
    type Key = P::Key;
    type Columns = Columns;
    type Named = Columns;
    type Null = is_nullable::NotNull;
    type Reads = Beside;

    fn columns(&self) -> Columns {
        self.0
    }

    fn named(&self) -> Columns {
        self.0
    }

    fn key(&self, parent: &P) -> Option<P::Key> {
        parent.primary_key()
    }
}

/// Columns and a closure: [`Children::by_key`](super::Children::by_key).
#[derive(Clone, Copy)]
pub struct ByKey<Columns, F> {
    pub(super) columns: Columns,
    pub(super) key: F,
}

impl<Columns: fmt::Debug, F> fmt::Debug for ByKey<Columns, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByKey").field("columns", &self.columns).finish_non_exhaustive()
    }
}

impl<P, C, Columns: Copy, F, V> Joins<P, C> for ByKey<Columns, F>
where
    F: Fn(&P) -> V,
    V: ParentKey,
{
    type Key = V::Key;
    type Columns = Columns;
    type Named = Columns;
    type Null = V::Null;
    type Reads = Beside;

    fn columns(&self) -> Columns {
        self.columns
    }

    fn named(&self) -> Columns {
        self.columns
    }

    fn key(&self, parent: &P) -> Option<V::Key> {
        (self.key)(parent).into_key()
    }
}

impl<P, T, Columns, F, DB> Doubt<P, T, DB> for ByKey<Columns, F>
where
    Self: Joins<P, T>,
{
    fn doubt(&self, _: &Keys<Self::Key>) -> Option<StillDangling<DB>> {
        None
    }
}

/// Keys are folded before they are compared in Rust: [`Children::fold_keys`](super::Children::fold_keys).
#[derive(Clone)]
pub struct Folded<J, K> {
    pub(super) joins: J,
    pub(super) fold: Fold<K>,
}

impl<J: fmt::Debug, K> fmt::Debug for Folded<J, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Folded").field("joins", &self.joins).finish_non_exhaustive()
    }
}

impl<P, C, J: Joins<P, C>> Joins<P, C> for Folded<J, J::Key> {
    type Key = J::Key;
    type Columns = J::Columns;
    type Named = J::Named;
    type Null = J::Null;
    type Reads = J::Reads;
    const NAMES_PARENT: bool = J::NAMES_PARENT;

    fn columns(&self) -> J::Columns {
        self.joins.columns()
    }

    fn named(&self) -> J::Named {
        self.joins.named()
    }

    fn key(&self, parent: &P) -> Option<J::Key> {
        self.joins.key(parent)
    }

    fn fold(&self) -> Option<Fold<J::Key>> {
        Some(self.fold.clone())
    }
}

impl<P, T, J: Doubt<P, T, DB>, DB> Doubt<P, T, DB> for Folded<J, J::Key> {
    fn doubt(&self, keys: &Keys<J::Key>) -> Option<StillDangling<DB>> {
        self.joins.doubt(keys)
    }
}

/// A model with a primary key: Diesel's [`Identifiable`], under a message of ours.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no primary key to find its children by",
    note = "put `#[derive(Identifiable)]` on it, or give the key with `.by_key(column, |parent: &{Self}| ..)`"
)]
pub trait Identified {
    /// The key, a tuple where the primary key has several columns.
    type Key: Key;

    /// The key of this row.
    fn primary_key(&self) -> Option<Self::Key>;
}

#[diagnostic::do_not_recommend]
impl<P, K: Key> Identified for P
where
    P: for<'a> IdKey<'a, Key = K>,
{
    type Key = K;

    fn primary_key(&self) -> Option<K> {
        self.id_key()
    }
}

/// The primary key, of a borrow: what Diesel's derive gives are references.
pub trait IdKey<'a> {
    /// The key.
    type Key;

    /// The key of this row.
    fn id_key(&'a self) -> Option<Self::Key>;
}

#[diagnostic::do_not_recommend]
impl<'a, P: 'a> IdKey<'a> for P
where
    &'a P: Identifiable<Id: ParentKey>,
{
    type Key = <<&'a P as Identifiable>::Id as ParentKey>::Key;

    fn id_key(&'a self) -> Option<Self::Key> {
        self.id().into_key()
    }
}
