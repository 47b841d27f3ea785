//! Chance that repeats itself.

/// The random numbers of one row: they follow from its table and its number (SplitMix64).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(table: &str, row: usize) -> Self {
        let table = table.bytes().fold(0, |hash: u64, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
        Dice((table << 40) ^ row as u64)
    }

    /// A number below `n`; 0 if there is none.
    pub(super) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^= bits >> 31;
        ((u128::from(bits) * n as u128) >> 64) as usize
    }

    /// True in `n` of ten cases.
    pub(super) fn in_ten(&mut self, n: usize) -> bool {
        self.below(10) < n
    }

    pub(super) fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words.get(self.below(words.len())).copied().unwrap_or_default()
    }
}
