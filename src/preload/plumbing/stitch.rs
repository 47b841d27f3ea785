//! Children to their parents: first into the slot of their key, then from the slots to the parents. Pure.

use super::keys::{Key, Slots};

/// A child of a key that no parent has, or a second child where one was promised.
#[derive(Debug, PartialEq)]
pub enum Misfit<K> {
    /// No parent of this load has this key.
    Unmatched(K),
    /// This key has a child already.
    Second(K),
}

/// The children of each slot, in the order of the statement.
pub fn many<K: Key, R>(slots: &Slots<K>, children: impl Iterator<Item = (K, R)>) -> Result<Vec<Vec<R>>, Misfit<K>> {
    let mut by_slot: Vec<Vec<R>> = std::iter::repeat_with(Vec::new).take(slots.len()).collect();
    each(slots, children, |slot, _, row| {
        by_slot[slot].push(row);
        Ok(())
    })?;
    Ok(by_slot)
}

/// The only child of each slot, if it has one.
pub fn one<K: Key, R>(slots: &Slots<K>, children: impl Iterator<Item = (K, R)>) -> Result<Vec<Option<R>>, Misfit<K>> {
    let mut by_slot: Vec<Option<R>> = std::iter::repeat_with(|| None).take(slots.len()).collect();
    each(slots, children, |slot, key, row| match by_slot[slot].replace(row) {
        None => Ok(()),
        Some(_) => Err(Misfit::Second(key)),
    })?;
    Ok(by_slot)
}

fn each<K: Key, R>(
    slots: &Slots<K>,
    children: impl Iterator<Item = (K, R)>,
    mut put: impl FnMut(usize, K, R) -> Result<(), Misfit<K>>,
) -> Result<(), Misfit<K>> {
    // Children of one parent often stand side by side: then the key is hashed once for all of them.
    let mut last: Option<(K, usize)> = None;
    for (key, row) in children {
        let slot = match &last {
            Some((previous, slot)) if *previous == key => *slot,
            _ => {
                let Some(slot) = slots.slot(&key) else { return Err(Misfit::Unmatched(key)) };
                last = Some((key.clone(), slot));
                slot
            }
        };
        put(slot, key, row)?;
    }
    Ok(())
}

/// What each parent gets: the contents of its slot, moved to the last parent that shares it and cloned for the others.
/// `None` for a parent without a key.
pub fn hand_out<K: Key, T: Clone>(slots: &Slots<K>, by_slot: Vec<T>) -> Vec<Option<T>> {
    let mut sharers = vec![0usize; by_slot.len()];
    for slot in slots.of_parents().iter().flatten() {
        sharers[*slot] += 1;
    }
    let mut by_slot: Vec<Option<T>> = by_slot.into_iter().map(Some).collect();
    let take = |slot: usize| {
        sharers[slot] -= 1;
        if sharers[slot] == 0 { by_slot[slot].take() } else { by_slot[slot].clone() }
    };
    let mut take = take;
    slots.of_parents().iter().map(|slot| slot.and_then(&mut take)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(keys: &[Option<i32>]) -> Slots<i32> {
        Slots::new(keys.iter().copied()).0
    }

    #[test]
    fn repeated_parents_each_get_their_children() {
        let slots = slots(&[Some(1), None, Some(2), Some(1)]);
        let by_slot = many(&slots, [(2, "c"), (1, "a"), (1, "b")].into_iter()).unwrap();
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
        let by_slot = many(&slots, [(1, Counted), (2, Counted)].into_iter()).unwrap();
        hand_out(&slots, by_slot);
        assert_eq!(CLONES.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn misfits_are_found() {
        let slots = slots(&[Some(1)]);
        assert_eq!(many(&slots, [(9, ())].into_iter()), Err(Misfit::Unmatched(9)));
        assert_eq!(one(&slots, [(1, ()), (1, ())].into_iter()), Err(Misfit::Second(1)));
    }
}
