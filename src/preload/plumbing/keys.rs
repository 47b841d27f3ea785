//! Keys of parents: numbered, without repetition, ready to be bound. Pure.

use std::fmt;
use std::hash::BuildHasher;
use std::sync::{Arc, OnceLock};

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::error::Error;
use crate::preload::by::Fold;
use crate::preload::key::{Key, KeyValue};

/// The distinct keys of one fetch, in the order in which the parents first had them. A handle: clones share the keys.
#[derive(Debug, Clone)]
pub struct Keys<K>(Arc<List<K>>);

#[derive(Debug)]
struct List<K> {
    keys: Vec<K>,
    json: OnceLock<String>,
}

impl<K: Key> Keys<K> {
    pub(crate) fn new(keys: Vec<K>) -> Self {
        Keys(Arc::new(List { keys, json: OnceLock::new() }))
    }

    /// The keys.
    pub fn list(&self) -> &Vec<K> {
        &self.0.keys
    }

    /// The keys as a JSON array, for backends that bind them as one text.
    pub fn json(&self) -> &String {
        self.0.json.get_or_init(|| {
            let mut json = String::with_capacity(self.list().len() * 8 + 2);
            json.push('[');
            for (i, key) in self.list().iter().enumerate() {
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
        self.list().iter().map(length).max().unwrap_or(0)
    }
}

fn push_json(json: &mut String, value: KeyValue<'_>) {
    use std::fmt::Write;
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
        KeyValue::Bound => write!(json, "null"),
    };
}

/// Distinct keys under numbers. The table holds the numbers alone, so that a key of text is kept once.
struct Numbered<K> {
    keys: Vec<K>,
    numbers: Numbers,
    last: usize,
}

#[derive(Default)]
struct Numbers {
    table: HashTable<usize>,
    hasher: DefaultHashBuilder,
}

impl Numbers {
    fn find<K: Key>(&self, keys: &[K], key: &K) -> Option<usize> {
        let same = |number: &usize| keys.get(*number) == Some(key);
        self.table.find(self.hasher.hash_one(key), same).copied()
    }
}

impl<K: Key> Numbered<K> {
    fn new() -> Self {
        Numbered { keys: Vec::new(), numbers: Numbers::default(), last: usize::MAX }
    }

    fn number(&mut self, key: K) -> usize {
        // Rows that belong to one parent often stand side by side: then the key is hashed once for all of them.
        if self.keys.get(self.last) == Some(&key) {
            return self.last;
        }
        let hash = self.numbers.hasher.hash_one(&key);
        let same = |number: &usize| self.keys.get(*number) == Some(&key);
        self.last = match self.numbers.table.find(hash, same) {
            Some(number) => *number,
            None => {
                let number = self.keys.len();
                self.keys.push(key);
                let (keys, hasher) = (&self.keys, &self.numbers.hasher);
                let again = |number: &usize| keys.get(*number).map_or(0, |key| hasher.hash_one(key));
                self.numbers.table.insert_unique(hash, number, again);
                number
            }
        };
        self.last
    }
}

/// The keys of all parents of one fetch: each distinct key has a slot, each parent the number of its slot.
pub struct Slots<K> {
    keys: Keys<K>,
    numbers: Numbers,
    of_parent: Vec<usize>,
    fold: Option<Fold<K>>,
}

/// A parent without a key.
const NO_SLOT: usize = usize::MAX;

impl<K: Key> Slots<K> {
    /// Numbers the keys of the parents. `None` is a NULL key: it has no slot.
    ///
    /// The second value are the keys to bind, if there is one. A fold makes one slot of several keys, but all are bound: what
    /// the fold takes for equal the database may tell apart.
    pub fn new(keys: impl Iterator<Item = Option<K>>, fold: Option<Fold<K>>) -> (Self, Option<Keys<K>>) {
        let mut slots = Numbered::new();
        let mut bound = Numbered::new();
        let number = |key: Option<K>| match (key, &fold) {
            (None, _) => NO_SLOT,
            (Some(key), None) => slots.number(key),
            (Some(key), Some(fold)) => {
                bound.number(key.clone());
                slots.number(fold(key))
            }
        };
        let of_parent = keys.map(number).collect();
        let keys = Keys::new(slots.keys);
        let bound = if fold.is_some() { Keys::new(bound.keys) } else { keys.clone() };
        let bound = (!bound.list().is_empty()).then_some(bound);
        (Slots { keys, numbers: slots.numbers, of_parent, fold }, bound)
    }

    /// How many slots there are.
    pub fn len(&self) -> usize {
        self.keys.list().len()
    }

    /// Whether no parent has a key.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The slot of a key of the database.
    pub fn slot(&self, key: &K) -> Option<usize> {
        match &self.fold {
            None => self.numbers.find(self.keys.list(), key),
            Some(fold) => self.numbers.find(self.keys.list(), &fold(key.clone())),
        }
    }

    /// The slot of each parent, in the order of the parents.
    pub fn of_parents(&self) -> impl Iterator<Item = Option<usize>> + '_ {
        self.of_parent.iter().map(|slot| (*slot != NO_SLOT).then_some(*slot))
    }

    /// The key of a slot.
    pub fn key(&self, slot: usize) -> Option<&K> {
        self.keys.list().get(slot)
    }

    /// The error, which is about the key of a slot.
    pub(crate) fn blame(&self, slot: usize, error: Error) -> Error {
        match self.key(slot) {
            Some(key) => error.with_key(key),
            None => error,
        }
    }
}

impl<K: fmt::Debug> fmt::Debug for Slots<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slots").field("keys", &self.keys).field("of_parent", &self.of_parent).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_key_shares_a_slot_and_null_has_none() {
        let (slots, keys) = Slots::new([Some(7), None, Some(3), Some(7)].into_iter(), None);
        assert_eq!(slots.of_parents().collect::<Vec<_>>(), [Some(0), None, Some(1), Some(0)]);
        assert_eq!(keys.map(|keys| keys.list().clone()), Some(vec![7, 3]));
        assert_eq!((slots.slot(&3), slots.slot(&4), slots.key(1)), (Some(1), None, Some(&3)));
    }

    #[test]
    fn folded_keys_share_a_slot_and_are_all_bound() {
        let fold: Fold<String> = Arc::new(|key| key.to_lowercase());
        let (slots, keys) = Slots::new(["a", "A", "b"].map(|key| Some(key.to_owned())).into_iter(), Some(fold));
        assert_eq!(slots.of_parents().collect::<Vec<_>>(), [Some(0), Some(0), Some(1)]);
        assert_eq!(keys.map(|keys| keys.list().clone()), Some(vec!["a".into(), "A".into(), "b".into()]));
        assert_eq!(slots.slot(&"B".to_owned()), Some(1));
    }

    #[test]
    fn no_keys_no_list() {
        assert!(Slots::<i32>::new([None, None].into_iter(), None).1.is_none());
    }

    #[test]
    fn json_keeps_every_text() {
        let text = "a\"b\\c\u{1}\n1e3é😀";
        let (_, keys) = Slots::new([Some(text.to_owned()), Some("1".into())].into_iter(), None);
        assert_eq!(keys.unwrap().json(), "[\"a\\\"b\\\\c\\u0001\\u000a1e3é😀\",\"1\"]");
    }

    #[test]
    fn json_keeps_the_largest_integers() {
        assert_eq!(
            Slots::new([Some(i64::MIN), Some(i64::MAX)].into_iter(), None).1.unwrap().json(),
            "[-9223372036854775808,9223372036854775807]"
        );
        assert_eq!(Slots::new([Some(u64::MAX)].into_iter(), None).1.unwrap().json(), "[18446744073709551615]");
    }
}
