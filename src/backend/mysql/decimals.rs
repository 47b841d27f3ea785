//! Decimals as binds. The client library of C sends them as decimals, a client that awaits as text, and text is compared with a
//! DECIMAL column as a double: two decimals that differ beyond its 15 digits are one. So each is cast to a type that holds all of
//! its digits, from which both drivers get the same rows, and which an index serves.

use crate::preload::key::KeyValue;

/// The type of a decimal whose digits are not known.
pub(super) fn type_of_any() -> String {
    type_of(0, 0)
}

/// The type of a decimal with so many digits before and after its point. A type has 65 digits; 30 of them after the point, of
/// which MariaDB has up to 38. Few different types, so that statements stay cached.
pub(super) fn type_of(whole: usize, fraction: usize) -> String {
    let scale = match (whole, fraction) {
        (0..=35, 0..=30) => 30,
        (0..=27, _) => 38,
        // Too long for a column where the fraction is longer than that: then it is rounded, and equals none that is found.
        _ => 65 - whole.min(65),
    };
    format!("DECIMAL(65, {scale})")
}

/// The type of a key of a DECIMAL column.
pub(super) fn type_of_key(key: KeyValue<'_>) -> String {
    match key {
        #[cfg(feature = "numeric")]
        KeyValue::Decimal(decimal) => {
            let decimal = decimal.normalized();
            let (scale, digits) = (decimal.fractional_digit_count(), decimal.digits());
            let fraction = u64::try_from(scale).unwrap_or_default();
            let whole = i128::from(digits) - i128::from(scale);
            type_of(
                usize::try_from(whole.max(0)).unwrap_or(usize::MAX),
                usize::try_from(fraction).unwrap_or(usize::MAX),
            )
        }
        _ => type_of_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_holds_every_digit() {
        assert_eq!(type_of(0, 0), "DECIMAL(65, 30)");
        assert_eq!(type_of(35, 30), "DECIMAL(65, 30)");
        assert_eq!(type_of(36, 29), "DECIMAL(65, 29)");
        assert_eq!(type_of(27, 38), "DECIMAL(65, 38)");
        assert_eq!(type_of(65, 0), "DECIMAL(65, 0)");
        assert_eq!(type_of(usize::MAX, usize::MAX), "DECIMAL(65, 0)");
    }

    #[cfg(feature = "numeric")]
    #[test]
    fn a_key_says_its_digits() {
        let of = |text: &str| type_of_key(KeyValue::Decimal(&text.parse().unwrap()));
        assert_eq!(of("0"), "DECIMAL(65, 30)");
        assert_eq!(of("1.50000000000000000000000000000000000000"), "DECIMAL(65, 30)");
        assert_eq!(of("-1E+34"), "DECIMAL(65, 30)");
        assert_eq!(of("1E+35"), "DECIMAL(65, 29)");
        assert_eq!(of("1E-38"), "DECIMAL(65, 38)");
        assert_eq!(of("1E+2000"), "DECIMAL(65, 0)");
    }
}
