//! What joins parents to children: the key types.

use std::fmt::Debug;
use std::hash::Hash;

use diesel::sql_types::is_nullable::{IsNullable, NotNull};

/// A type whose values join parents to children: the Rust type of a key column.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a relation",
    label = "parents and children cannot be joined by a `{Self}`",
    note = "keys are `i8`, `i16`, `i32`, `i64`, their unsigned sisters, and `String`"
)]
pub trait Key: Debug + Clone + Eq + Hash + Send + Sync + 'static {
    /// How many columns hold it: [`Single`], [`Pair`] or [`Triple`].
    type Columns;

    /// The key as a value that a list of keys can spell.
    fn value(&self) -> KeyValue<'_>;
}

/// A key in one column.
#[derive(Debug, Clone, Copy)]
pub struct Single;

/// A key in two columns.
#[derive(Debug, Clone, Copy)]
pub struct Pair;

/// A key in three columns.
#[derive(Debug, Clone, Copy)]
pub struct Triple;

/// A key in a form that a list of keys can spell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyValue<'a> {
    /// A signed integer.
    Int(i64),
    /// An unsigned integer.
    Unsigned(u64),
    /// Text.
    Text(&'a str),
    /// Only its own `ToSql` can spell it.
    Bound,
}

/// What a closure of `.by_key(column, |parent: &User| ..)` may return: a key, a reference to one, an `Option` of one, or a
/// tuple of these. A tuple with a `None` in it is no key, as a NULL in one of its columns equals nothing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a key, an `Option` of one, or a tuple of these",
    note = "keys are `i8`, `i16`, `i32`, `i64`, their unsigned sisters, and `String`"
)]
pub trait ParentKey {
    /// The key, without `Option`.
    type Key: Key;
    /// [`IsNullable`] where there may be none.
    type Null;

    /// The key; `None` where it is NULL.
    fn into_key(self) -> Option<Self::Key>;
}

impl<K: ParentKey + Clone> ParentKey for &K {
    type Key = K::Key;
    type Null = K::Null;

    fn into_key(self) -> Option<K::Key> {
        self.clone().into_key()
    }
}

impl<K: ParentKey> ParentKey for Option<K> {
    type Key = K::Key;
    type Null = IsNullable;

    fn into_key(self) -> Option<K::Key> {
        self?.into_key()
    }
}

/// Whether one of several parts of a key may be NULL.
pub trait OrNull<Other> {
    /// [`IsNullable`] if one is.
    type Null;
}
impl OrNull<NotNull> for NotNull {
    type Null = NotNull;
}
impl OrNull<IsNullable> for NotNull {
    type Null = IsNullable;
}
impl<Other> OrNull<Other> for IsNullable {
    type Null = IsNullable;
}

impl<A: Key<Columns = Single>, B: Key<Columns = Single>> Key for (A, B) {
    type Columns = Pair;

    fn value(&self) -> KeyValue<'_> {
        KeyValue::Bound
    }
}

impl<A: Key<Columns = Single>, B: Key<Columns = Single>, C: Key<Columns = Single>> Key for (A, B, C) {
    type Columns = Triple;

    fn value(&self) -> KeyValue<'_> {
        KeyValue::Bound
    }
}

impl<A: ParentKey, B: ParentKey> ParentKey for (A, B)
where
    (A::Key, B::Key): Key,
    A::Null: OrNull<B::Null>,
{
    type Key = (A::Key, B::Key);
    type Null = <A::Null as OrNull<B::Null>>::Null;

    fn into_key(self) -> Option<Self::Key> {
        Some((self.0.into_key()?, self.1.into_key()?))
    }
}

impl<A: ParentKey, B: ParentKey, C: ParentKey> ParentKey for (A, B, C)
where
    (A::Key, B::Key, C::Key): Key,
    A::Null: OrNull<B::Null, Null: OrNull<C::Null>>,
{
    type Key = (A::Key, B::Key, C::Key);
    type Null = <<A::Null as OrNull<B::Null>>::Null as OrNull<C::Null>>::Null;

    fn into_key(self) -> Option<Self::Key> {
        Some((self.0.into_key()?, self.1.into_key()?, self.2.into_key()?))
    }
}

macro_rules! keys {
    ($($T:ty => |$key:ident| $value:expr;)+) => {$(
        impl Key for $T {
            type Columns = Single;

            fn value(&self) -> KeyValue<'_> {
                let $key = self;
                $value
            }
        }

        impl ParentKey for $T {
            type Key = $T;
            type Null = NotNull;

            fn into_key(self) -> Option<$T> {
                Some(self)
            }
        }
    )+};
}
keys! {
    i8 => |key| KeyValue::Int((*key).into());
    i16 => |key| KeyValue::Int((*key).into());
    i32 => |key| KeyValue::Int((*key).into());
    i64 => |key| KeyValue::Int(*key);
    u8 => |key| KeyValue::Unsigned((*key).into());
    u16 => |key| KeyValue::Unsigned((*key).into());
    u32 => |key| KeyValue::Unsigned((*key).into());
    u64 => |key| KeyValue::Unsigned(*key);
    String => |key| KeyValue::Text(key);
}
