//! Which parent has which key. Pure.

use std::fmt;

use super::keys::Keys;
use super::numbers::{ByHash, Numbers};
use crate::error::Error;
use crate::preload::by::Fold;
use crate::preload::key::Key;

/// The keys of all parents of one fetch: each distinct key has a slot, each parent the number of its slot.
pub struct Slots<K> {
    keys: Keys<K>,
    numbers: Numbers,
    of_parent: Vec<Option<usize>>,
    fold: Option<Fold<K>>,
}

impl<K: Key> Slots<K> {
    /// Numbers the keys of the parents. `None` is a NULL key: it has no slot.
    ///
    /// The second value are the keys to bind, if there is one. A fold makes one slot of several keys, but all are bound: what
    /// the fold takes for equal the database may tell apart.
    pub fn new(keys: impl Iterator<Item = Option<K>>, fold: Option<Fold<K>>) -> (Self, Option<Keys<K>>) {
        let keys: Vec<Option<K>> = keys.collect();
        let Some(same) = &fold else {
            let (keys, numbers, of_parent) = Numbers::of(keys);
            let keys = Keys::new(keys);
            let bound = (!keys.list().is_empty()).then(|| keys.clone());
            return (Slots { keys, numbers, of_parent, fold }, bound);
        };
        let (mut list, mut numbers, mut bound_list, mut bound) =
            (Vec::new(), ByHash::default(), Vec::new(), ByHash::default());
        let mut slot_of_bound = Vec::new();
        let mut number = |key: K| {
            let slot = numbers.number(&mut list, same(key.clone()));
            if bound.number(&mut bound_list, key) == slot_of_bound.len() {
                slot_of_bound.push(slot);
            }
            slot
        };
        let of_parent = keys.into_iter().map(|key| key.map(&mut number)).collect();
        let bound = by_slot(bound_list, slot_of_bound);
        let bound = (!bound.list().is_empty()).then_some(bound);
        (Slots { keys: Keys::new(list), numbers: Numbers::ByHash(numbers), of_parent, fold }, bound)
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
        self.of_parent.iter().copied()
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

/// Keys of one slot beside each other.
fn by_slot<K: Key>(keys: Vec<K>, slots: Vec<usize>) -> Keys<K> {
    let mut pairs: Vec<(usize, K)> = slots.into_iter().zip(keys).collect();
    pairs.sort_by_key(|(slot, _)| *slot);
    let (slots, keys) = pairs.into_iter().unzip();
    Keys::of_slots(keys, slots)
}

impl<K: fmt::Debug> fmt::Debug for Slots<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slots").field("keys", &self.keys).field("of_parent", &self.of_parent).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

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
    fn keys_that_share_a_slot_stand_side_by_side() {
        let fold: Fold<String> = Arc::new(|key| key.to_lowercase());
        let (_, keys) = Slots::new(["a", "b", "A"].map(|key| Some(key.to_owned())).into_iter(), Some(fold));
        assert_eq!(keys.map(|keys| keys.list().clone()), Some(vec!["a".into(), "A".into(), "b".into()]));
    }

    #[test]
    fn no_keys_no_list() {
        assert!(Slots::<i32>::new([None, None].into_iter(), None).1.is_none());
    }
}
