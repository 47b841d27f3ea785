//! What tells one ordering from another in a cursor.

use crate::backend::Dialect;
use crate::keyset::key::{Nulls, SeekKey};

/// Feeds the hash first: an ordering that is described in another way gets another number here.
const SCHEME: &str = "turbodiesel ordering 1";

/// FNV-1a over the SQL, direction and null placement of each key.
///
/// The SQL names table and column, and has the binds of an expression behind it. No name of a Rust type is in it, so a
/// cursor survives refactoring; but a bind of a type of your own counts by its `Debug` text, which derived names its type.
/// It keeps apart orderings, not people: only a signature says who made a token.
pub(in crate::keyset) fn fingerprint<DB: Dialect>(keys: &[&dyn SeekKey<DB>]) -> u64 {
    let mut hash = Fnv::default();
    hash.feed(SCHEME);
    for key in keys {
        hash.feed(&key.sql());
        hash.feed(if key.is_descending() { "desc" } else { "asc" });
        hash.feed(match key.nulls() {
            Nulls::First => "nulls first",
            Nulls::Last => "nulls last",
        });
    }
    hash.0
}

struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    /// The length first, so that no two lists of texts feed the same bytes.
    fn feed(&mut self, text: &str) {
        for byte in (text.len() as u64).to_be_bytes().into_iter().chain(text.bytes()) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_texts_do_not_run_together() {
        let hash = |texts: &[&str]| {
            let mut hash = Fnv::default();
            texts.iter().for_each(|text| hash.feed(text));
            hash.0
        };
        assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
        assert_ne!(hash(&["a", ""]), hash(&["a"]));
        // The published values of FNV-1a hold for what follows the length.
        assert_eq!(hash(&["a"]), 0xe601_7d3a_248d_eb69);
    }
}
