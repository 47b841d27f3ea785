//! Keys that are all whole numbers from one to another. Pure.

use std::any::TypeId;

use diesel::sql_types::{BigInt, Integer, SmallInt};

use crate::preload::key::{Key, KeyValue, Width};

/// From how many keys on a run is sent by its ends. A shorter list costs nothing, and says what it asks for.
const FROM: usize = 10;

/// Where the lowest and the highest key stand, if the keys are all whole numbers between these. No key is repeated.
pub(super) fn ends<K: Key>(keys: &[K]) -> Option<[usize; 2]> {
    if keys.len() < FROM || K::Columns::COUNT > 1 {
        return None;
    }
    let number = |key: &K| match key.value() {
        KeyValue::Int(int) => Some(i128::from(int)),
        KeyValue::Unsigned(int) => Some(i128::from(int)),
        _ => None,
    };
    let first = number(keys.first()?)?;
    let (mut low, mut high) = ((0, first), (0, first));
    for (i, key) in keys.iter().enumerate() {
        let int = number(key)?;
        if int < low.1 {
            low = (i, int);
        }
        if int > high.1 {
            high = (i, int);
        }
    }
    let between = usize::try_from(high.1 - low.1).ok()?;
    (between == keys.len() - 1).then_some([low.0, high.0])
}

/// Whether a column is of whole numbers on every backend.
pub(crate) fn is_whole(column: TypeId) -> bool {
    [TypeId::of::<SmallInt>(), TypeId::of::<Integer>(), TypeId::of::<BigInt>()].contains(&column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_has_no_gap_and_any_order() {
        assert_eq!(ends(&(0..10).collect::<Vec<i64>>()), Some([0, 9]));
        assert_eq!(ends(&[3, 1, 2, 10, 9, 8, 4, 5, 6, 7]), Some([1, 3]));
        assert_eq!(ends(&(-5..5).rev().collect::<Vec<i32>>()), Some([9, 0]));
        assert_eq!(ends(&(u64::MAX - 9..=u64::MAX).collect::<Vec<_>>()), Some([0, 9]));
    }

    #[test]
    fn what_is_no_run() {
        assert_eq!(ends(&(0..9).collect::<Vec<i64>>()), None);
        assert_eq!(ends(&(0..10).chain([11]).collect::<Vec<i64>>()), None);
        assert_eq!(ends(&(0..8).chain([i64::MIN, i64::MAX]).collect::<Vec<i64>>()), None);
        assert_eq!(ends(&(0..20).map(|i| i.to_string()).collect::<Vec<_>>()), None);
        assert_eq!(ends(&(0..20).map(|i| (i, i)).collect::<Vec<_>>()), None);
    }
}
