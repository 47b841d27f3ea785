//! What joins parents to children: the key types.

mod own;

use std::fmt::Debug;
use std::hash::Hash;

pub use diesel::sql_types::is_nullable::NotNull as NeverNull;
use diesel::sql_types::is_nullable::{IsNullable, NotNull};

pub use own::Bound;

/// A type whose values join parents to children: the Rust type of a key column, or a tuple of two or three.
///
/// | keys | sent on PostgreSQL | on SQLite | on MySQL, MariaDB |
/// |---|---|---|---|
/// | integers, `bool`, `String` | one array | one JSON text | one JSON text |
/// | `Vec<u8>` | one array | a bind each | one JSON text |
/// | dates, times, timestamps (feature `chrono`) | one array | a bind each | a bind each |
/// | `Uuid` (feature `uuid`) | one array | no column of it | no column of it |
/// | `BigDecimal` (feature `numeric`) | one array | refused: decimals pass through floats | a bind each, `CAST(? AS DECIMAL(65, 30))` |
/// | types of your own: [`key!`](crate::key) | one array | a bind each, or as the type inside | as on SQLite |
/// | types of other crates: [`Bound`] | one array | a bind each | a bind each |
/// | tuples of these | an array a column | one JSON text if all can, or binds | as on SQLite |
///
/// "A bind each" is 4,096 keys a statement at most, in lists of 16, 64, 256, 1024 or 4096 places, so that a relation has five
/// texts. The bytes are those that Diesel binds, so that a key finds what Diesel stored. On SQLite, which keeps timestamps as
/// text, one that another program wrote in another form equals none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a relation",
    label = "parents and children cannot be joined by a `{Self}`",
    note = "a type of your own becomes one with `turbodiesel::key!({Self});`, one of another crate with `.by_key(column, |parent| Bound(parent.id))`",
    note = "keys are integers, `bool`, `String`, `Vec<u8>`, and tuples of two or three keys",
    note = "dates, `Uuid` and `BigDecimal` are keys with the features `chrono`, `uuid` and `numeric` of turbodiesel"
)]
pub trait Key: Debug + Clone + Eq + Hash + Send + Sync + 'static {
    /// How many columns hold it: [`Single`], [`Pair`] or [`Triple`].
    type Columns: Width;

    /// The key as a value that a list of keys can spell: the same for equal keys, and for no others, but for
    /// [`Bound`](KeyValue::Bound).
    fn value(&self) -> KeyValue<'_>;

    /// The values of its columns, one after the other.
    fn parts(&self, mut each: impl FnMut(KeyValue<'_>)) {
        each(self.value());
    }
}

/// How many columns a key has.
pub trait Width: Debug {
    /// The number.
    const COUNT: usize;
}
impl Width for Single {
    const COUNT: usize = 1;
}
impl Width for Pair {
    const COUNT: usize = 2;
}
impl Width for Triple {
    const COUNT: usize = 3;
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
    /// Bytes.
    Bytes(&'a [u8]),
    /// A decimal: its own `ToSql` spells it, and MySQL is told how many digits it has.
    #[cfg(feature = "numeric")]
    Decimal(&'a bigdecimal::BigDecimal),
    /// Only its own `ToSql` can spell it.
    Bound,
}

macro_rules! values {
    ($($T:ty => |$value:ident| $key:expr;)+) => {$(
        impl<'a> From<$T> for KeyValue<'a> {
            fn from($value: $T) -> Self {
                $key
            }
        }
    )+};
}
values! {
    i8 => |value| KeyValue::Int(value.into());
    i16 => |value| KeyValue::Int(value.into());
    i32 => |value| KeyValue::Int(value.into());
    i64 => |value| KeyValue::Int(value);
    u8 => |value| KeyValue::Unsigned(value.into());
    u16 => |value| KeyValue::Unsigned(value.into());
    u32 => |value| KeyValue::Unsigned(value.into());
    u64 => |value| KeyValue::Unsigned(value);
    bool => |value| KeyValue::Int(value.into());
    &'a str => |value| KeyValue::Text(value);
    &'a String => |value| KeyValue::Text(value);
    &'a [u8] => |value| KeyValue::Bytes(value);
    &'a Vec<u8> => |value| KeyValue::Bytes(value);
}
#[cfg(feature = "numeric")]
values! {
    &'a bigdecimal::BigDecimal => |value| KeyValue::Decimal(value);
}

/// What a closure of `.by_key(column, |parent: &User| ..)` may return: a key, a reference to one, an `Option` of one, or a
/// tuple of these. A tuple with a `None` in it is no key, as a NULL in one of its columns equals nothing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a key, an `Option` of one, or a tuple of these",
    note = "keys are integers, `bool`, `String`, `Vec<u8>`, what a feature or `turbodiesel::key!` makes one, and `Bound(..)`"
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

macro_rules! several {
    ($Width:ident: $($K:ident $i:tt),+) => {
        impl<$($K: Key<Columns = Single>),+> Key for ($($K,)+) {
            type Columns = $Width;

            fn value(&self) -> KeyValue<'_> {
                KeyValue::Bound
            }

            fn parts(&self, mut each: impl FnMut(KeyValue<'_>)) {
                $(each(self.$i.value());)+
            }
        }
    };
}
several!(Pair: A 0, B 1);
several!(Triple: A 0, B 1, C 2);

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
                KeyValue::from($value)
            }
        }

        own_key!($T);
    )+};
}
macro_rules! own_key {
    ($T:ty) => {
        impl ParentKey for $T {
            type Key = $T;
            type Null = NotNull;

            fn into_key(self) -> Option<$T> {
                Some(self)
            }
        }
    };
}
keys! {
    i8 => |key| *key;
    i16 => |key| *key;
    i32 => |key| *key;
    i64 => |key| *key;
    u8 => |key| *key;
    u16 => |key| *key;
    u32 => |key| *key;
    u64 => |key| *key;
    bool => |key| *key;
    Vec<u8> => |key| key;
    String => |key| key;
}
#[cfg(feature = "chrono")]
keys! {
    chrono::NaiveDate => |_key| KeyValue::Bound;
    chrono::NaiveTime => |_key| KeyValue::Bound;
    chrono::NaiveDateTime => |_key| KeyValue::Bound;
    chrono::DateTime<chrono::Utc> => |_key| KeyValue::Bound;
}
#[cfg(feature = "uuid")]
keys! {
    uuid::Uuid => |_key| KeyValue::Bound;
}
#[cfg(feature = "numeric")]
keys! {
    bigdecimal::BigDecimal => |key| key;
}
