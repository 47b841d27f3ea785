//! Distinct keys under numbers. Pure.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::preload::key::{Key, KeyValue};

/// Finds the number of a key in the list of distinct keys that it numbers. A table holds the numbers alone, so that a key of
/// text is kept once.
pub(super) enum Numbers {
    /// Whole numbers close to each other, such as ids: the place in the table is the key itself.
    ByPlace(ByPlace),
    /// All others.
    ByHash(ByHash),
}

impl Numbers {
    /// The distinct keys in the order of their first appearance, and the number of each given one. `None` is no key, and
    /// has no number.
    pub(super) fn of<K: Key>(given: Vec<Option<K>>) -> (Vec<K>, Numbers, Vec<Option<usize>>) {
        let mut keys = Vec::new();
        match ByPlace::around(&given) {
            Some(mut table) => {
                let number = |key: Option<K>| key.and_then(|key| table.number(&mut keys, key));
                let of_given = given.into_iter().map(number).collect();
                (keys, Numbers::ByPlace(table), of_given)
            }
            None => {
                let mut table = ByHash::default();
                let number = |key: Option<K>| key.map(|key| table.number(&mut keys, key));
                let of_given = given.into_iter().map(number).collect();
                (keys, Numbers::ByHash(table), of_given)
            }
        }
    }

    /// The number of a key, which is its index in `keys`.
    pub(super) fn find<K: Key>(&self, keys: &[K], key: &K) -> Option<usize> {
        match self {
            Numbers::ByPlace(table) => table.find(key),
            Numbers::ByHash(table) => table.find(keys, key),
        }
    }
}

/// How many places there are at most for each key: with four bytes a place it is no more than a table of hashes takes.
const PLACES: usize = 4;

/// A place for each whole number from the lowest key to the highest.
pub(super) struct ByPlace {
    low: i64,
    numbers: Vec<u32>,
}

/// A place without a key.
const NO_KEY: u32 = u32::MAX;

impl ByPlace {
    /// A table for these keys, if there is one that is not too large for their number.
    fn around<K: Key>(given: &[Option<K>]) -> Option<Self> {
        let (mut low, mut high) = (i64::MAX, i64::MIN);
        for key in given.iter().flatten() {
            let int = whole(key)?;
            low = low.min(int);
            high = high.max(int);
        }
        let span = usize::try_from(high.checked_sub(low)?).ok()?.checked_add(1)?;
        let fits =
            span <= given.len().saturating_mul(PLACES) && u32::try_from(given.len()).is_ok_and(|given| given < NO_KEY);
        fits.then(|| ByPlace { low, numbers: vec![NO_KEY; span] })
    }

    fn place<K: Key>(&self, key: &K) -> Option<usize> {
        usize::try_from(whole(key)?.checked_sub(self.low)?).ok()
    }

    fn find<K: Key>(&self, key: &K) -> Option<usize> {
        let number = *self.numbers.get(self.place(key)?)?;
        (number != NO_KEY).then_some(number as usize)
    }

    fn number<K: Key>(&mut self, keys: &mut Vec<K>, key: K) -> Option<usize> {
        let place = self.place(&key)?;
        let number = self.numbers.get_mut(place)?;
        if *number == NO_KEY {
            *number = u32::try_from(keys.len()).ok()?;
            keys.push(key);
        }
        Some(*number as usize)
    }
}

fn whole<K: Key>(key: &K) -> Option<i64> {
    match key.value() {
        KeyValue::Int(int) => Some(int),
        KeyValue::Unsigned(int) => i64::try_from(int).ok(),
        _ => None,
    }
}

/// Keys by their hashes.
#[derive(Default)]
pub(super) struct ByHash {
    table: HashTable<usize>,
    hasher: DefaultHashBuilder,
    /// The number that was given last.
    last: usize,
}

impl ByHash {
    fn find<K: Key>(&self, keys: &[K], key: &K) -> Option<usize> {
        let same = |number: &usize| keys.get(*number) == Some(key);
        self.table.find(self.hasher.hash_one(key), same).copied()
    }

    /// The number of a key; a new one is added to the list.
    pub(super) fn number<K: Key>(&mut self, keys: &mut Vec<K>, key: K) -> usize {
        // Rows that belong to one parent often stand side by side: then the key is hashed once for all of them.
        if keys.get(self.last) == Some(&key) {
            return self.last;
        }
        let hash = self.hasher.hash_one(&key);
        let same = |number: &usize| keys.get(*number) == Some(&key);
        self.last = match self.table.find(hash, same) {
            Some(number) => *number,
            None => {
                let number = keys.len();
                keys.push(key);
                let again = |number: &usize| keys.get(*number).map_or(0, |key| self.hasher.hash_one(key));
                self.table.insert_unique(hash, number, again);
                number
            }
        };
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered<K: Key>(given: &[K]) -> (bool, Vec<Option<usize>>) {
        let (keys, numbers, of_given) = Numbers::of(given.iter().cloned().map(Some).collect());
        assert!(keys.iter().enumerate().all(|(number, key)| numbers.find(&keys, key) == Some(number)));
        (matches!(numbers, Numbers::ByPlace(_)), of_given)
    }

    #[test]
    fn ids_have_a_place_each() {
        assert_eq!(numbered(&[7, 3, 7, -1, 4]), (true, vec![Some(0), Some(1), Some(0), Some(2), Some(3)]));
        assert_eq!(numbered(&[u64::from(u8::MAX), 250, 255]), (true, vec![Some(0), Some(1), Some(0)]));
        assert_eq!(numbered(&[true, false, true]), (true, vec![Some(0), Some(1), Some(0)]));
    }

    #[test]
    fn other_keys_are_hashed() {
        assert_eq!(numbered(&[i64::MIN, 0, i64::MAX, 0]), (false, vec![Some(0), Some(1), Some(2), Some(1)]));
        assert_eq!(numbered(&[1, 1_000_000, 1]), (false, vec![Some(0), Some(1), Some(0)]));
        assert_eq!(numbered(&[u64::MAX, 1, u64::MAX - 1]), (false, vec![Some(0), Some(1), Some(2)]));
        assert_eq!(numbered(&["b".to_owned(), "a".to_owned()]), (false, vec![Some(0), Some(1)]));
        assert_eq!(numbered::<i32>(&[]), (false, vec![]));
    }

    #[test]
    fn what_is_no_key_is_not_found() {
        let (keys, numbers, of_given) = Numbers::of(vec![Some(10), None, Some(12)]);
        assert_eq!(of_given, [Some(0), None, Some(1)]);
        for stranger in [9, 11, 13, i64::MIN, i64::MAX] {
            assert_eq!(numbers.find(&keys, &stranger), None);
        }
    }
}
