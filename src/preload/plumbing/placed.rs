//! Rows as they come: each into the slot of its parent, and outputs as many as parents. Pure.

use std::ops::Range;

use super::slots::Slots;
use crate::error::{Error, ErrorKind, Result};
use crate::preload::key::Key;

/// Children with the slot of each, in the order of their statement.
#[derive(Debug)]
pub struct Placed<C> {
    pub(super) of_child: Vec<usize>,
    pub(super) children: Vec<C>,
}

impl<C> Default for Placed<C> {
    fn default() -> Self {
        Placed { of_child: Vec::new(), children: Vec::new() }
    }
}

impl<C> Placed<C> {
    /// All rows are there: the slots, and the children without what they were expected to grow to, as they stay while what is
    /// nested is loaded.
    pub(super) fn apart(mut self) -> (Vec<usize>, Vec<C>) {
        self.of_child.shrink_to_fit();
        self.children.shrink_to_fit();
        (self.of_child, self.children)
    }

    /// As many as rows.
    pub(super) fn together(of_child: Vec<usize>, children: Vec<C>) -> Self {
        Placed { of_child, children }
    }

    /// Each child with its slot.
    pub(super) fn each(self) -> impl ExactSizeIterator<Item = (usize, C)> {
        self.of_child.into_iter().zip(self.children)
    }

    /// How many children each of so many slots has.
    pub(super) fn sizes(&self, slots: usize) -> Vec<usize> {
        let mut sizes = vec![0; slots];
        for slot in &self.of_child {
            if let Some(size) = sizes.get_mut(*slot) {
                *size += 1;
            }
        }
        sizes
    }

    /// Adds the rows of one statement.
    pub(super) fn place<K: Key>(
        &mut self,
        rows: impl Iterator<Item = Result<(Option<K>, C)>>,
        slots: &Slots<K>,
        in_chunk: Range<usize>,
        unmatched: impl Fn(&K) -> Error,
    ) -> Result<()> {
        // Children of one parent often stand side by side: then the key is hashed once for all of them.
        let mut last: Option<(K, usize)> = None;
        for row in rows {
            let (key, child) = row?;
            let key = key.ok_or_else(keyless)?;
            let slot = match &last {
                Some((previous, slot)) if *previous == key => *slot,
                _ => {
                    let slot = match slots.slot(&key) {
                        Some(slot) => slot,
                        None => return Err(unmatched(&key)),
                    };
                    last = Some((key, slot));
                    slot
                }
            };
            // What the database takes for a key of this chunk, and is one of another, comes with that.
            if in_chunk.contains(&slot) {
                self.of_child.push(slot);
                self.children.push(child);
            }
        }
        Ok(())
    }
}

fn keyless() -> Error {
    let message =
        "the database matched a row by its foreign key, and its `BelongsTo::foreign_key` says that it has none";
    Error::new(ErrorKind::UnmatchedChild, message)
}

/// The outputs of a relation, if there is one for each of its parents.
pub(in crate::preload) fn as_many<T>(parents: usize, outputs: Vec<T>) -> Result<Vec<T>> {
    match outputs.len() {
        found if found == parents => Ok(outputs),
        found => Err(wrong_number(parents, found)),
    }
}

/// The outputs of the parents that are there, in the places of all.
pub(super) fn if_there<P, T>(parents: &[&Option<P>], outputs: Vec<T>) -> Result<Vec<Option<T>>> {
    let there = parents.iter().filter(|parent| parent.is_some()).count();
    let mut outputs = as_many(there, outputs)?.into_iter();
    Ok(parents.iter().map(|parent| parent.as_ref().and_then(|_| outputs.next())).collect())
}

fn wrong_number(parents: usize, outputs: usize) -> Error {
    Error::new(ErrorKind::WrongNumberOfResults, format!("a relation gave {outputs} results for {parents} parents"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_without_the_key_that_found_it_is_an_error() {
        let slots = Slots::new([Some(1), Some(2)].into_iter(), None).0;
        let unmatched = |_: &i32| Error::new(ErrorKind::SecondRow, "not asked");
        let mut placed = Placed::default();
        let rows = [Ok((Some(2), 'a')), Ok((None, 'b'))].into_iter();
        let error = placed.place(rows, &slots, 0..usize::MAX, unmatched).err();
        assert_eq!(error.map(|error| error.is_unmatched_child()), Some(true));
        assert_eq!(placed.apart(), (vec![1], vec!['a']));
    }
}
