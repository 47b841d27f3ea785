//! The keys of one fetch, and how they are sent. Pure.

use std::any::{Any, TypeId};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::{run, spell};
use crate::backend::Dialect;
use crate::preload::key::{Key, KeyValue};
use crate::preload::strategy::Strategy;

/// How many keys a statement has at most, where each is a bind of its own.
pub(crate) const MOST_BINDS: usize = 4096;

/// Each four times the one before: a list is filled up with at most three times its keys.
const PADDED: [usize; 5] = [16, 64, 256, 1024, MOST_BINDS];

/// The distinct keys of one fetch, in the order in which the parents first had them. A handle: clones share the keys.
#[derive(Debug, Clone)]
pub struct Keys<K>(Arc<List<K>>);

#[derive(Debug)]
struct List<K> {
    keys: Vec<K>,
    /// The slot of each key, ascending; empty where each key is the slot of its own number.
    slots: Vec<usize>,
    json: OnceLock<String>,
    arrays: OnceLock<Box<dyn Any + Send + Sync>>,
    /// Where the ends of a run stand.
    ends: OnceLock<Option<[usize; 2]>>,
    chosen: OnceLock<Strategy>,
    sending: OnceLock<Sending>,
    shown: AtomicUsize,
}

/// How a list of keys is sent: by which strategy, and in which chunks.
#[derive(Debug)]
struct Sending {
    /// Never `Auto`.
    strategy: Strategy,
    chunks: Vec<Chunk>,
}

/// The keys of one statement.
#[derive(Debug)]
struct Chunk {
    range: Range<usize>,
    json: OnceLock<String>,
}

impl Sending {
    fn new(strategy: Strategy, keys: usize, cuts: &[usize]) -> Self {
        let starts = std::iter::once(0).chain(cuts.iter().copied());
        let ends = cuts.iter().copied().chain([keys]);
        let chunks = starts.zip(ends).map(|(start, end)| Chunk { range: start..end, json: OnceLock::new() });
        Sending { strategy, chunks: chunks.collect() }
    }
}

impl<K: Key> Keys<K> {
    pub(crate) fn new(keys: Vec<K>) -> Self {
        Keys::of_slots(keys, Vec::new())
    }

    /// Keys of which some share a slot: its number for each, ascending.
    pub(super) fn of_slots(keys: Vec<K>, slots: Vec<usize>) -> Self {
        Keys(Arc::new(List {
            keys,
            slots,
            json: OnceLock::new(),
            arrays: OnceLock::new(),
            ends: OnceLock::new(),
            chosen: OnceLock::new(),
            sending: OnceLock::new(),
            shown: AtomicUsize::new(0),
        }))
    }

    /// The keys.
    pub fn list(&self) -> &Vec<K> {
        &self.0.keys
    }

    /// By which strategy the keys are to be sent, where they can be one bind; the first word counts.
    pub(crate) fn choose(&self, strategy: Strategy) {
        self.0.chosen.get_or_init(|| strategy);
    }

    /// By which strategy the keys are sent to columns of these types: never `Auto`. The first who asks decides.
    pub fn strategy<DB: Dialect>(&self, types: &[TypeId]) -> Strategy {
        self.sending::<DB>(types).strategy
    }

    /// The lowest and the highest key, where these and all whole numbers between them are the keys, in a column of such
    /// numbers: then it is enough to say these two.
    pub fn run(&self, types: &[TypeId]) -> Option<[&K; 2]> {
        let whole = types.iter().all(|column| run::is_whole(*column)) && self.shown().len() == self.list().len();
        let ends = whole.then(|| *self.0.ends.get_or_init(|| run::ends(self.list()))).flatten()?;
        Some([self.list().get(ends[0])?, self.list().get(ends[1])?])
    }

    /// How many statements the keys take.
    pub(crate) fn chunks<DB: Dialect>(&self, types: &[TypeId]) -> usize {
        self.sending::<DB>(types).chunks.len()
    }

    fn sending<DB: Dialect>(&self, types: &[TypeId]) -> &Sending {
        self.0.sending.get_or_init(|| {
            let keys = self.list();
            // What belongs to one slot is asked for at once, so that its rows come in one order, and once.
            let boundary = |at: usize| self.slot(at) != self.slot(at.saturating_sub(1));
            let one = spell::in_one_bind::<DB, K>(keys, types);
            let strategy = match self.0.chosen.get() {
                _ if !one => Strategy::Binds,
                None | Some(Strategy::Auto) => Strategy::Search,
                Some(strategy) => *strategy,
            };
            let cuts = match (strategy, DB::LONGEST_LIST) {
                (Strategy::Binds, _) => every(MOST_BINDS, keys.len(), boundary),
                (_, Some(longest)) if self.json().len() > longest => spell::cut(keys, longest, boundary),
                _ => Vec::new(),
            };
            Sending::new(strategy, keys.len(), &cuts)
        })
    }

    pub(super) fn slot(&self, key: usize) -> usize {
        self.0.slots.get(key).copied().unwrap_or(key)
    }

    /// From now on the statement is written for this chunk. It is one value that is written several times, so that the
    /// child query need not be `Clone`. The slots of its keys: a row of another slot is found by another chunk.
    pub(crate) fn show(&self, chunk: usize) -> Range<usize> {
        self.0.shown.store(chunk, Ordering::Relaxed);
        match self.chunk() {
            Some(Chunk { range, .. }) if range.end > range.start => {
                self.slot(range.start)..self.slot(range.end - 1).saturating_add(1)
            }
            _ => 0..usize::MAX,
        }
    }

    fn chunk(&self) -> Option<&Chunk> {
        self.0.sending.get()?.chunks.get(self.0.shown.load(Ordering::Relaxed))
    }

    /// The keys of the chunk that the statement is written for.
    pub fn shown(&self) -> &[K] {
        match self.chunk() {
            Some(chunk) => self.list().get(chunk.range.clone()).unwrap_or_default(),
            None => self.list(),
        }
    }

    /// All keys as a JSON array, for backends that bind them as one text.
    pub fn json(&self) -> &String {
        self.0.json.get_or_init(|| spell::json(self.list()))
    }

    /// The keys of the chunk as a JSON array.
    pub fn shown_json(&self) -> &String {
        match self.chunk() {
            Some(chunk) if chunk.range.len() < self.list().len() => {
                chunk.json.get_or_init(|| spell::json(self.shown()))
            }
            _ => self.json(),
        }
    }

    /// The keys of the chunk, filled up by repeating the last one, so that statements have few different texts.
    pub fn padded(&self) -> impl Iterator<Item = &K> {
        let keys = self.shown();
        let size = PADDED.into_iter().find(|size| *size >= keys.len()).unwrap_or(keys.len());
        keys.iter().chain(keys.last().into_iter().cycle()).take(size)
    }

    /// The keys in another form, made once.
    pub fn arrays<T: Any + Send + Sync>(&self, make: impl FnOnce(&[K]) -> T) -> Option<&T> {
        self.0.arrays.get_or_init(|| Box::new(make(self.list()))).downcast_ref()
    }

    /// The length of the longest text in them in characters, or of the longest bytes; 0 where there is none.
    pub fn longest(&self) -> usize {
        let mut longest = 0;
        for key in self.list() {
            key.parts(|part| {
                longest = longest.max(match part {
                    KeyValue::Text(text) => text.chars().count(),
                    KeyValue::Bytes(bytes) => bytes.len(),
                    _ => 0,
                });
            });
        }
        longest
    }
}

/// Where a list is cut into parts of at most so many, at boundaries where there is one.
fn every(most: usize, keys: usize, boundary: impl Fn(usize) -> bool) -> Vec<usize> {
    let (mut cuts, mut start) = (Vec::new(), 0);
    while start + most < keys {
        let end = start + most;
        start = (start + 1..=end).rev().find(|at| boundary(*at)).unwrap_or(end);
        cuts.push(start);
    }
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks<K: Key>(keys: &Keys<K>, cuts: &[usize]) -> Vec<Range<usize>> {
        let _ = keys.0.sending.set(Sending::new(Strategy::Binds, keys.list().len(), cuts));
        (0..=cuts.len()).map(|chunk| keys.show(chunk)).collect()
    }

    #[test]
    fn a_chunk_knows_its_slots() {
        assert_eq!(chunks(&Keys::new(vec![7, 8, 9]), &[2]), [0..2, 2..3]);
        assert_eq!(chunks(&Keys::of_slots(vec![7, 8, 9], vec![0, 0, 1]), &[2]), [0..1, 1..2]);
    }

    #[test]
    fn a_list_is_cut_at_boundaries() {
        assert_eq!(every(3, 7, |_| true), [3, 6]);
        assert_eq!(every(3, 7, |at| at % 2 == 0), [2, 4]);
        assert_eq!(every(3, 6, |_| false), [3]);
        assert!(every(3, 3, |_| true).is_empty());
    }

    #[test]
    fn keys_are_padded_to_few_sizes() {
        let size = |keys: usize| Keys::new((0..keys as i64).collect()).padded().count();
        assert_eq!([1, 16, 17, 1025, 4096, 5000].map(size), [16, 16, 64, 4096, 4096, 5000]);
        assert_eq!(Keys::new(vec![1, 2]).padded().copied().collect::<Vec<_>>()[1..], [2; 15]);
    }
}
