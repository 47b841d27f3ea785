//! Money, exact to the cent on every database.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Numeric;
use std::fmt;
use std::iter::Sum;
use std::str::FromStr;

mod sql;

/// An amount of money, in whole cents; reads and writes DECIMAL columns.
///
/// SQLite keeps a DECIMAL as a floating-point number. 4.99 has none, and a decimal type that takes the stored number at
/// its word reads 4.9900000000000002131628207280300557613372802734375. Cents are exact on the way in (the nearest
/// number to so many cents is the one that SQLite stores for the same text) and on the way out (rounded to the cent,
/// which undoes the error of the stored number and of a sum of thousands of them). PostgreSQL and MySQL are exact
/// anyway; a value there that is not whole cents, such as an average, is an error and not rounded.
///
/// ```
/// use sakila::Money;
///
/// let total: Money = ["4.99", "0.01"].iter().flat_map(|text| text.parse::<Money>()).sum();
/// assert_eq!(total, Money::from_cents(500));
/// assert_eq!(total.to_string(), "5.00");
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Numeric)]
pub struct Money {
    cents: i64,
}

impl Money {
    /// So many cents.
    #[must_use]
    pub const fn from_cents(cents: i64) -> Self {
        Self { cents }
    }

    /// The amount in cents.
    #[must_use]
    pub const fn cents(self) -> i64 {
        self.cents
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.cents < 0 { "-" } else { "" };
        let cents = self.cents.unsigned_abs();
        f.pad(&format!("{sign}{}.{:02}", cents / 100, cents % 100))
    }
}

/// The sum, or the largest amount there is where it would be larger still (the smallest, below zero).
impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        Self::from_cents(amounts.fold(0, |sum, amount| sum.saturating_add(amount.cents)))
    }
}

/// A text that is no amount of money in whole cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an amount of money in whole cents")]
pub struct ParseMoneyError;

/// Digits with or without a decimal point; digits after the second decimal must be zeros.
impl FromStr for Money {
    type Err = ParseMoneyError;

    fn from_str(text: &str) -> Result<Self, ParseMoneyError> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, text),
        };
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
        let cents = decimals.trim_end_matches('0');
        let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(whole) || !all_digits(decimals) || cents.len() > 2 {
            return Err(ParseMoneyError);
        }
        // Two digits exactly, so that ".5" is fifty cents.
        let cents = format!("{cents:0<2}").parse::<i64>();
        whole
            .parse::<i64>()
            .ok()
            .and_then(|whole| whole.checked_mul(100)?.checked_add(cents.ok()?)?.checked_mul(sign))
            .map(Self::from_cents)
            .ok_or(ParseMoneyError)
    }
}

#[cfg(test)]
mod tests {
    use super::Money;

    #[test]
    fn text_is_read_and_written_to_the_cent() {
        for (text, cents, written) in [
            ("4.99", 499, "4.99"),
            ("0.00", 0, "0.00"),
            ("7", 700, "7.00"),
            ("0.5", 50, "0.50"),
            ("-0.05", -5, "-0.05"),
            ("67416.5100", 6_741_651, "67416.51"),
        ] {
            let money: Money = text.parse().unwrap();
            assert_eq!((money.cents(), money.to_string().as_str()), (cents, written), "{text}");
        }
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["", "-", ".", "4.", ".99", "4.999", "+1", "--1", "4,99", "1e3", " 1", "9".repeat(18).as_str()] {
            assert!(text.parse::<Money>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_width_pads_as_for_a_number_in_a_table() {
        assert_eq!(format!("{:>8}|", Money::from_cents(499)), "    4.99|");
    }
}
