//! The binary forms of PostgreSQL's types, as far as a value from outside is checked here.

/// How the bytes of a type are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// UTF-8 without a NUL.
    Text,
    /// One byte, 0 or 1.
    Bool,
    /// So many bytes, of any value.
    Fixed(usize),
    Float,
    Double,
    Numeric,
    Date,
    Time,
    Timestamp,
    /// Anything: the server itself checks the bytes of all other types before it reads them.
    Any,
}

impl Layout {
    /// The one form of a value among those that the server takes for equal; `None` where the bytes are no value.
    pub(super) fn canonical(self, bytes: Vec<u8>) -> Option<Vec<u8>> {
        let is_value = match self {
            Layout::Any => true,
            Layout::Text => std::str::from_utf8(&bytes).is_ok_and(|text| !text.contains('\0')),
            Layout::Bool => matches!(*bytes, [0 | 1]),
            Layout::Fixed(width) => bytes.len() == width,
            Layout::Float => return float(&bytes),
            Layout::Double => return double(&bytes),
            Layout::Numeric => return Numeric::read(&bytes)?.canonical(),
            // The limits of the server: infinities, and what its calendar reaches.
            Layout::Date => {
                let date = i32::from_be_bytes(bytes.as_slice().try_into().ok()?);
                matches!(date, i32::MIN | i32::MAX | -2_451_545..=2_145_031_948)
            }
            Layout::Time => matches!(long(&bytes)?, 0..=86_400_000_000),
            Layout::Timestamp => {
                matches!(long(&bytes)?, i64::MIN | i64::MAX | -211_813_488_000_000_000..=9_223_371_331_199_999_999)
            }
        };
        is_value.then_some(bytes)
    }
}

fn long(bytes: &[u8]) -> Option<i64> {
    Some(i64::from_be_bytes(bytes.try_into().ok()?))
}

// All NaNs are one value, and zero has no sign.
fn float(bytes: &[u8]) -> Option<Vec<u8>> {
    let float = f32::from_be_bytes(bytes.try_into().ok()?);
    Some(if float.is_nan() { f32::NAN } else { float + 0.0 }.to_be_bytes().to_vec())
}

fn double(bytes: &[u8]) -> Option<Vec<u8>> {
    let double = f64::from_be_bytes(bytes.try_into().ok()?);
    Some(if double.is_nan() { f64::NAN } else { double + 0.0 }.to_be_bytes().to_vec())
}

/// Digits to the base of 10,000, the first of them worth `10000 ^ weight`.
struct Numeric {
    weight: i16,
    sign: u16,
    digits: Vec<u16>,
}

const POSITIVE: u16 = 0x0000;
const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xC000;
const INFINITY: u16 = 0xD000;
const NEGATIVE_INFINITY: u16 = 0xF000;

impl Numeric {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut words = bytes.chunks_exact(2).filter_map(|word| Some(u16::from_be_bytes(word.try_into().ok()?)));
        let (count, weight, sign, scale) = (words.next()?, words.next()?, words.next()?, words.next()?);
        let digits: Vec<u16> = words.collect();
        let is_value = bytes.len() == 8 + 2 * usize::from(count)
            && scale <= 0x3FFF
            && digits.iter().all(|digit| *digit <= 9_999)
            && match sign {
                POSITIVE | NEGATIVE => true,
                NAN | INFINITY | NEGATIVE_INFINITY => digits.is_empty(),
                _ => false,
            };
        is_value.then_some(Numeric { weight: weight as i16, sign, digits })
    }

    /// Without the digits that add nothing, and with the smallest scale that shows all others: 1.50 is 1.5.
    fn canonical(self) -> Option<Vec<u8>> {
        let Numeric { weight, sign, digits } = self;
        let leading = digits.iter().take_while(|digit| **digit == 0).count();
        let digits: Vec<u16> = match digits.iter().rposition(|digit| *digit != 0) {
            Some(last) => digits.get(leading..=last)?.to_vec(),
            None => Vec::new(),
        };
        let (weight, sign, scale) = match digits.last() {
            None => (0, if sign == NEGATIVE { POSITIVE } else { sign }, 0),
            Some(last) => {
                let weight = i64::from(weight) - i64::try_from(leading).ok()?;
                // The places of the last digit behind the point, without its own zeros.
                let behind = i64::try_from(digits.len()).ok()? - 1 - weight;
                let zeros = [10, 100, 1_000].iter().filter(|power| last % **power == 0).count();
                let scale = (behind * 4 - i64::try_from(zeros).ok()?).max(0);
                (i16::try_from(weight).ok()?, sign, u16::try_from(scale).ok()?)
            }
        };
        let count = u16::try_from(digits.len()).ok()?;
        let head = [count, weight as u16, sign, scale];
        Some(head.into_iter().chain(digits).flat_map(u16::to_be_bytes).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numeric(words: &[u16]) -> Option<Vec<u16>> {
        let bytes = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        let canonical = Layout::Numeric.canonical(bytes)?;
        Some(canonical.chunks(2).map(|word| u16::from_be_bytes([word[0], word[1]])).collect())
    }

    #[test]
    fn a_numeric_has_one_form() {
        const MINUS_ONE: u16 = -1i16 as u16;
        // 1.5, 1.50, with digits that add nothing
        for other in [&[2, 0, 0, 1, 1, 5_000][..], &[2, 0, 0, 2, 1, 5_000], &[4, 1, 0, 9, 0, 1, 5_000, 0]] {
            assert_eq!(numeric(other).unwrap(), [2, 0, 0, 1, 1, 5_000]);
        }
        // 0, 0.00, -0
        for other in [&[0, 0, 0, 0][..], &[0, 0, 0, 2], &[0, 0, NEGATIVE, 0], &[1, 3, NEGATIVE, 0, 0]] {
            assert_eq!(numeric(other).unwrap(), [0, 0, 0, 0]);
        }
        // 0.0001, 10000, 10010000
        assert_eq!(numeric(&[1, MINUS_ONE, 0, 7, 1]).unwrap(), [1, MINUS_ONE, 0, 4, 1]);
        assert_eq!(numeric(&[2, 1, 0, 2, 1, 0]).unwrap(), [1, 1, 0, 0, 1]);
        assert_eq!(numeric(&[2, 1, 0, 0, 1_001, 0]).unwrap(), [1, 1, 0, 0, 1_001]);
        assert_eq!(numeric(&[0, 0, NAN, 5]).unwrap(), [0, 0, NAN, 0]);
        for other in
            [&[1, 0, 0, 0][..], &[0, 0, 0, 0, 1], &[1, 0, 0, 0, 10_000], &[0, 0, 1, 0], &[1, 0, NAN, 0, 1], &[0]]
        {
            assert_eq!(numeric(other), None, "{other:?}");
        }
    }

    #[test]
    fn a_float_has_one_form() {
        let double = |bits: u64| Layout::Double.canonical(bits.to_be_bytes().to_vec()).unwrap();
        assert_eq!(double((-0.0f64).to_bits()), 0.0f64.to_be_bytes());
        assert_eq!(double(0xFFF8_0000_0000_0001), f64::NAN.to_be_bytes());
        assert_eq!(double(1.5f64.to_bits()), 1.5f64.to_be_bytes());
        let float = |bits: u32| Layout::Float.canonical(bits.to_be_bytes().to_vec()).unwrap();
        assert_eq!(float((-0.0f32).to_bits()), 0.0f32.to_be_bytes());
        assert_eq!(float(0xFFC0_0001), f32::NAN.to_be_bytes());
    }

    #[test]
    fn what_is_no_value_is_refused() {
        for (layout, other) in [
            (Layout::Text, &b"a\0"[..]),
            (Layout::Text, b"\xff"),
            (Layout::Bool, &[2]),
            (Layout::Bool, &[]),
            (Layout::Fixed(4), &[0; 5]),
            (Layout::Date, &[0x80, 0, 0, 1]),
            (Layout::Time, &[0xff; 8]),
            (Layout::Timestamp, &[0x80, 0, 0, 0, 0, 0, 0, 1]),
            (Layout::Double, &[0; 4]),
        ] {
            assert_eq!(layout.canonical(other.to_vec()), None, "{layout:?} {other:?}");
        }
        for (layout, value) in [(Layout::Timestamp, i64::MAX), (Layout::Time, 86_400_000_000)] {
            assert!(layout.canonical(value.to_be_bytes().to_vec()).is_some(), "{layout:?}");
        }
    }
}
