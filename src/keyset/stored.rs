//! The value of a key as the database stores it: exact for every SQL type, with no Rust type in between.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromStaticSqlRow, Queryable};
use diesel::sql_types::SingleValue;

/// A stored value: a closed set of forms, whatever the SQL type.
///
/// Which form a value takes is the backend's: PostgreSQL sends every value in its binary form (`Bytes`), SQLite by storage
/// class, MySQL by the type of the result column.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Stored {
    /// NULL.
    Null,
    /// A signed integer.
    Int(i64),
    /// An unsigned integer.
    Unsigned(u64),
    /// A floating point number.
    Float(f64),
    /// A decimal, as the text that the server sent.
    Decimal(Decimal),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A date, a time or both.
    Time(Moment),
}

/// Digits with an optional sign and an optional fraction, as a server spells a decimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal(String);

impl Decimal {
    /// Reads a decimal; `None` where the text is anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        (digits(whole) && digits(fraction)).then(|| Decimal(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
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
    /// TIME.
    Time,
    /// DATETIME.
    DateTime,
    /// TIMESTAMP.
    Timestamp,
}

impl Moment {
    /// Whether every part is in its range. MySQL's zero dates are.
    pub fn is_valid(&self) -> bool {
        let [year, month, day, hour, minute, second] = self.parts;
        let time = minute <= 59 && second <= 59 && self.micros <= 999_999;
        let date = year <= 9999 && month <= 12 && day <= 31;
        let no_time = hour == 0 && minute == 0 && second == 0 && self.micros == 0;
        match self.kind {
            MomentKind::Date => date && no_time && !self.negative,
            MomentKind::DateTime | MomentKind::Timestamp => date && time && hour <= 23 && !self.negative,
            MomentKind::Time => year == 0 && month == 0 && day <= 34 && hour <= 838 && time,
        }
    }
}

impl<ST: SingleValue, DB: Backend> Queryable<ST, DB> for Stored
where
    Stored: FromStaticSqlRow<ST, DB>,
{
    type Row = Self;

    fn build(row: Self) -> deserialize::Result<Self> {
        Ok(row)
    }
}
