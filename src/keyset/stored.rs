//! The value of a key as the database stores it: exact for every SQL type, with no Rust type in between.

/// A stored value: a closed set of forms, whatever the SQL type.
///
/// Which form a value takes is the backend's: PostgreSQL sends every value in its binary form (`Bytes`), SQLite by storage
/// class, MySQL by the type of the result column. Of values that are equal in every ordering one form alone is a key: zero
/// is never negative, a decimal ends in no zero.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Stored {
    /// NULL.
    Null,
    /// A signed integer.
    Int(i64),
    /// An unsigned integer.
    Unsigned(u64),
    /// A floating point number: neither NaN nor a negative zero.
    Float(f64),
    /// A decimal.
    Decimal(Decimal),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A date, a time or both.
    Time(Moment),
}

impl Stored {
    /// A float as a key; `None` for NaN, which no database that sends floats in this form stores.
    pub fn float(float: f64) -> Option<Self> {
        // Adding zero takes the sign from a negative zero and changes nothing else.
        (!float.is_nan()).then_some(Stored::Float(float + 0.0))
    }
}

/// The type that a server says a value has, in the server's own numbers; 0 where it says none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WireType(pub u32);

/// A decimal number: digits with an optional sign and an optional fraction, and no digit more than its value needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal(String);

impl Decimal {
    /// Reads a decimal as a server spells it, with zeros before and behind; `None` where the text is anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) {
            return None;
        }
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        let zero = whole.is_empty() && fraction.is_empty();
        let sign = if unsigned.len() < text.len() && !zero { "-" } else { "" };
        let whole = if whole.is_empty() { "0" } else { whole };
        let point = if fraction.is_empty() { "" } else { "." };
        Some(Decimal(format!("{sign}{whole}{point}{fraction}")))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many digits stand before its point, and how many after it.
    pub fn digits(&self) -> (usize, usize) {
        let (whole, fraction) = self.0.split_once('.').unwrap_or((&self.0, ""));
        (whole.trim_start_matches('-').len(), fraction.len())
    }

    /// Whether it has no fraction.
    pub fn is_integer(&self) -> bool {
        !self.0.contains('.')
    }
}

/// A date, a time or both, in the parts that MySQL sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Which of them.
    pub kind: MomentKind,
    /// A time before midnight of the day before: MySQL's TIME is an interval.
    pub negative: bool,
    /// Year, month, day, hour, minute, second.
    pub parts: [u16; 6],
    /// Microseconds.
    pub micros: u32,
}

/// What a [`Moment`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MomentKind {
    /// DATE.
    Date,
    /// TIME, all of it in hours, however many days.
    Time,
    /// DATETIME or TIMESTAMP: which of them is the column's to say.
    DateTime,
}

impl Moment {
    /// Whether every part is in its range. MySQL's zero dates are; a day that its month does not have is not.
    pub fn is_valid(&self) -> bool {
        let [year, month, day, hour, minute, second] = self.parts;
        let days = match month {
            2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let time = minute <= 59 && second <= 59 && self.micros <= 999_999;
        let date = year <= 9999 && month <= 12 && day <= days;
        let midnight = hour == 0 && minute == 0 && second == 0 && self.micros == 0;
        match self.kind {
            MomentKind::Date => date && midnight && !self.negative,
            MomentKind::DateTime => date && time && hour <= 23 && !self.negative,
            MomentKind::Time => {
                year == 0 && month == 0 && day == 0 && hour <= 838 && time && !(midnight && self.negative)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_has_one_text() {
        for (sent, kept) in
            [("0", "0"), ("-0.00", "0"), ("0012.50", "12.5"), ("-1.0", "-1"), ("0.05", "0.05"), ("100", "100")]
        {
            assert_eq!(Decimal::parse(sent).unwrap().as_str(), kept, "{sent}");
        }
        for other in ["", "-", ".", "1.", ".1", "1e5", "+1", "1.2.3", " 1", "--1", "1,5"] {
            assert_eq!(Decimal::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_day_that_does_not_exist_is_no_key() {
        let date = |year, month, day| Moment {
            kind: MomentKind::Date,
            negative: false,
            parts: [year, month, day, 0, 0, 0],
            micros: 0,
        };
        for (moment, valid) in [
            (date(2024, 2, 29), true),
            (date(2023, 2, 29), false),
            (date(1900, 2, 29), false),
            (date(2000, 2, 29), true),
            (date(2024, 4, 31), false),
            (date(0, 0, 0), true),
            (date(2024, 0, 0), true),
            (date(10_000, 1, 1), false),
            (Moment { micros: 1, ..date(2024, 1, 1) }, false),
        ] {
            assert_eq!(moment.is_valid(), valid, "{moment:?}");
        }
    }
}
