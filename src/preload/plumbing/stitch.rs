//! Children to their parents: first into the slot of their key, then from the slots to the parents. Pure.

use super::placed::Placed;
use super::slots::Slots;
use crate::preload::key::Key;

/// A second child in this slot, where one was promised.
#[derive(Debug, PartialEq)]
pub struct Second(pub usize);

/// The children of each slot, in the order of the statement.
pub fn many<R>(slots: usize, children: Placed<R>) -> Vec<Vec<R>> {
    let mut by_slot: Vec<Vec<R>> = children.sizes(slots).into_iter().map(Vec::with_capacity).collect();
    for (slot, row) in children.each() {
        if let Some(of_slot) = by_slot.get_mut(slot) {
            of_slot.push(row);
        }
    }
    by_slot
}

/// The only child of each slot, if it has one.
///
/// # Errors
///
/// The first slot that gets a second child.
pub fn one<R>(slots: usize, children: Placed<R>) -> Result<Vec<Option<R>>, Second> {
    let mut by_slot: Vec<Option<R>> = std::iter::repeat_with(|| None).take(slots).collect();
    for (slot, row) in children.each() {
        if let Some(of_slot) = by_slot.get_mut(slot)
            && of_slot.replace(row).is_some()
        {
            return Err(Second(slot));
        }
    }
    Ok(by_slot)
}

/// What each parent gets: the contents of its slot, moved to the last parent that shares it and cloned for the others.
/// `None` for a parent without a key.
pub fn hand_out<K: Key, T: Clone>(slots: &Slots<K>, by_slot: Vec<T>) -> Vec<Option<T>> {
    let mut sharers = vec![0usize; by_slot.len()];
    for slot in slots.of_parents().flatten() {
        if let Some(sharers) = sharers.get_mut(slot) {
            *sharers += 1;
        }
    }
    let mut by_slot: Vec<Option<T>> = by_slot.into_iter().map(Some).collect();
    let mut take = |slot: usize| {
        let (sharers, contents) = (sharers.get_mut(slot)?, by_slot.get_mut(slot)?);
        *sharers -= 1;
        if *sharers == 0 { contents.take() } else { contents.clone() }
    };
    slots.of_parents().map(|slot| slot.and_then(&mut take)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed<R>(children: impl IntoIterator<Item = (usize, R)>) -> Placed<R> {
        let (of_child, children) = children.into_iter().unzip();
        Placed { of_child, children }
    }

    fn slots(keys: &[Option<i32>]) -> Slots<i32> {
        Slots::new(keys.iter().copied(), None).0
    }

    #[test]
    fn repeated_parents_each_get_their_children() {
        let slots = slots(&[Some(1), None, Some(2), Some(1)]);
        let by_slot = many(slots.len(), placed([(1, "c"), (0, "a"), (0, "b")]));
        assert_eq!(hand_out(&slots, by_slot), [Some(vec!["a", "b"]), None, Some(vec!["c"]), Some(vec!["a", "b"])]);
    }

    #[test]
    fn a_child_is_cloned_only_for_a_parent_that_shares_it() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static CLONES: AtomicUsize = AtomicUsize::new(0);
        struct Counted;
        impl Clone for Counted {
            fn clone(&self) -> Self {
                CLONES.fetch_add(1, Ordering::Relaxed);
                Counted
            }
        }
        let slots = slots(&[Some(1), Some(2), Some(2), Some(2)]);
        let by_slot = many(slots.len(), placed([(0, Counted), (1, Counted)]));
        hand_out(&slots, by_slot);
        assert_eq!(CLONES.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn a_second_row_is_found() {
        assert_eq!(one(2, placed([(0, 'a'), (1, 'b'), (1, 'c')])), Err(Second(1)));
        assert_eq!(one(3, placed([(0, 'a'), (2, 'b')])), Ok(vec![Some('a'), None, Some('b')]));
    }
}
