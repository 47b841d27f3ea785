//! Keys of parents: numbered, without repetition, ready to be bound. Pure.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::{Debug, Write};
use std::hash::Hash;
use std::sync::OnceLock;

use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{Bool, IntoNotNullable};

use crate::backend::{Dialect, KeyList};

/// A type whose values join parents to children: the Rust type of a primary key.
///
/// Implemented for the integers that Diesel reads and for `String`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a relation",
    label = "parents and children cannot be joined by a `{Self}`",
    note = "keys are `i8`, `i16`, `i32`, `i64`, their unsigned sisters, and `String`"
)]
pub trait Key: Debug + Clone + Eq + Hash + Send + Sync + 'static {
    /// The key as a value that every backend can spell.
    fn value(&self) -> KeyValue<'_>;
}

/// A key in a form that every backend can spell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyValue<'a> {
    /// A signed integer.
    Int(i64),
    /// An unsigned integer.
    Unsigned(u64),
    /// Text.
    Text(&'a str),
}

macro_rules! integer_keys {
    ($($T:ty => $Variant:ident),*) => {$(
        impl Key for $T {
            fn value(&self) -> KeyValue<'_> {
                KeyValue::$Variant((*self).into())
            }
        }
    )*};
}
integer_keys!(i8 => Int, i16 => Int, i32 => Int, i64 => Int, u8 => Unsigned, u16 => Unsigned, u32 => Unsigned, u64 => Unsigned);

impl Key for String {
    fn value(&self) -> KeyValue<'_> {
        KeyValue::Text(self)
    }
}

/// The distinct keys of one fetch, in the order in which the parents first had them.
#[derive(Debug)]
pub struct Keys<K> {
    list: Vec<K>,
    json: OnceLock<String>,
}

impl<K: Key> Keys<K> {
    /// The keys.
    pub fn list(&self) -> &Vec<K> {
        &self.list
    }

    /// The keys as a JSON array, for backends that bind them as one text.
    pub fn json(&self) -> &String {
        self.json.get_or_init(|| {
            let mut json = String::with_capacity(self.list.len() * 8 + 2);
            json.push('[');
            for (i, key) in self.list.iter().enumerate() {
                if i > 0 {
                    json.push(',');
                }
                push_json(&mut json, key.value());
            }
            json.push(']');
            json
        })
    }

    /// The length of the longest text key in characters; 0 where there is none.
    pub fn longest(&self) -> usize {
        let length = |key: &K| match key.value() {
            KeyValue::Text(text) => text.chars().count(),
            _ => 0,
        };
        self.list.iter().map(length).max().unwrap_or(0)
    }
}

fn push_json(json: &mut String, value: KeyValue<'_>) {
    // Writing to a `String` cannot fail.
    let _ = match value {
        KeyValue::Int(int) => write!(json, "{int}"),
        KeyValue::Unsigned(int) => write!(json, "{int}"),
        KeyValue::Text(text) => {
            json.push('"');
            for c in text.chars() {
                let _ = match c {
                    '"' | '\\' => write!(json, "\\{c}"),
                    '\0'..='\u{1f}' => write!(json, "\\u{:04x}", u32::from(c)),
                    c => write!(json, "{c}"),
                };
            }
            json.push('"');
            Ok(())
        }
    };
}

/// The keys of all parents of one fetch: each distinct key has a slot, each parent the number of its slot.
#[derive(Debug)]
pub struct Slots<K> {
    by_key: HashMap<K, usize>,
    of_parent: Vec<Option<usize>>,
}

impl<K: Key> Slots<K> {
    /// Numbers the keys of the parents. `None` is a NULL key: it has no slot.
    pub fn new(keys: impl Iterator<Item = Option<K>>) -> (Self, Option<Keys<K>>) {
        let mut list = Vec::new();
        let mut by_key = HashMap::new();
        let mut number = |key: K| match by_key.entry(key) {
            Entry::Occupied(slot) => *slot.get(),
            Entry::Vacant(entry) => {
                let slot = list.len();
                list.push(entry.key().clone());
                *entry.insert(slot)
            }
        };
        let of_parent = keys.map(|key| key.map(&mut number)).collect();
        let keys = (!list.is_empty()).then(|| Keys { list, json: OnceLock::new() });
        (Slots { by_key, of_parent }, keys)
    }

    /// How many slots there are.
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Whether no parent has a key.
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// The slot of a key.
    pub fn slot(&self, key: &K) -> Option<usize> {
        self.by_key.get(key).copied()
    }

    /// The slot of each parent, in the order of the parents.
    pub fn of_parents(&self) -> &[Option<usize>] {
        &self.of_parent
    }

    /// The key of a slot. Linear: for messages.
    pub fn key(&self, slot: usize) -> Option<&K> {
        self.by_key.iter().find_map(|(key, s)| (*s == slot).then_some(key))
    }
}

/// The predicate "this column is one of these keys"; its SQL is the backend's ([`KeyList`]).
#[derive(Debug)]
pub struct KeyIn<E, K> {
    column: E,
    keys: Keys<K>,
}

impl<E, K> KeyIn<E, K> {
    pub(crate) fn new(column: E, keys: Keys<K>) -> Self {
        KeyIn { column, keys }
    }
}

impl<E: Expression, K> Expression for KeyIn<E, K> {
    type SqlType = Bool;
}
impl<E: AppearsOnTable<QS>, K, QS> AppearsOnTable<QS> for KeyIn<E, K> {}
impl<E: SelectableExpression<QS>, K, QS> SelectableExpression<QS> for KeyIn<E, K> {}
impl<E: ValidGrouping<GB>, K, GB> ValidGrouping<GB> for KeyIn<E, K> {
    type IsAggregate = E::IsAggregate;
}

// The text depends on the backend, and on MySQL on the length of the keys: it is cached by its text.
impl<E, K> QueryId for KeyIn<E, K> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<E, K, DB> QueryFragment<DB> for KeyIn<E, K>
where
    E: Expression<SqlType: IntoNotNullable> + QueryFragment<DB>,
    DB: Dialect + KeyList<K, <E::SqlType as IntoNotNullable>::NotNullable>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        DB::push_key_list(&self.column, &self.keys, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_key_shares_a_slot_and_null_has_none() {
        let (slots, keys) = Slots::new([Some(7), None, Some(3), Some(7)].into_iter());
        assert_eq!(slots.of_parents(), [Some(0), None, Some(1), Some(0)]);
        assert_eq!(keys.map(|keys| keys.list().clone()), Some(vec![7, 3]));
    }

    #[test]
    fn no_keys_no_list() {
        assert!(Slots::<i32>::new([None, None].into_iter()).1.is_none());
    }

    #[test]
    fn json_keeps_every_text() {
        let text = "a\"b\\c\u{1}\n1e3é😀";
        let (_, keys) = Slots::new([Some(text.to_owned()), Some("1".into())].into_iter());
        assert_eq!(keys.unwrap().json(), "[\"a\\\"b\\\\c\\u0001\\u000a1e3é😀\",\"1\"]");
    }

    #[test]
    fn json_keeps_the_largest_integers() {
        assert_eq!(
            Slots::new([Some(i64::MIN), Some(i64::MAX)].into_iter()).1.unwrap().json(),
            "[-9223372036854775808,9223372036854775807]"
        );
        assert_eq!(Slots::new([Some(u64::MAX)].into_iter()).1.unwrap().json(), "[18446744073709551615]");
    }
}
