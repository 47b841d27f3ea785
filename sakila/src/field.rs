//! One field of a file: the text format of PostgreSQL's COPY, and what it says.

use crate::{FieldProblem, Money};
use chrono::{NaiveDate, NaiveDateTime};
use std::borrow::Cow;
use std::str::FromStr;

/// The whole field that stands for NULL; it cannot be mistaken for text, which would have its backslash doubled.
const NULL: &str = r"\N";

/// Reads a field as it stands between two tabs.
pub(crate) fn read<T: Field>(raw: &str) -> Result<T, FieldProblem> {
    if raw == NULL {
        return T::null();
    }
    T::from_text(unescape(raw)?)
}

/// A value of a column.
pub(crate) trait Field: Sized {
    fn from_text(text: Cow<'_, str>) -> Result<Self, FieldProblem>;

    fn null() -> Result<Self, FieldProblem> {
        Err(FieldProblem::Null)
    }
}

impl<T: Field> Field for Option<T> {
    fn from_text(text: Cow<'_, str>) -> Result<Self, FieldProblem> {
        T::from_text(text).map(Some)
    }

    fn null() -> Result<Self, FieldProblem> {
        Ok(None)
    }
}

impl Field for String {
    fn from_text(text: Cow<'_, str>) -> Result<Self, FieldProblem> {
        Ok(text.into_owned())
    }
}

impl Field for i32 {
    fn from_text(text: Cow<'_, str>) -> Result<Self, FieldProblem> {
        parse(&text, "an integer of 32 bits")
    }
}

impl Field for Money {
    fn from_text(text: Cow<'_, str>) -> Result<Self, FieldProblem> {
        parse(&text, "an amount with at most two decimals")
    }
}

impl Field for bool {
    fn from_text(text: Cow<'_, str>) -> Result<Self, FieldProblem> {
        // One of the two columns was an integer where the data comes from.
        match &*text {
            "t" | "1" => Ok(true),
            "f" | "0" => Ok(false),
            _ => Err(FieldProblem::NotA { expected: "t, f, 1 or 0" }),
        }
    }
}

impl Field for NaiveDate {
    fn from_text(text: Cow<'_, str>) -> Result<Self, FieldProblem> {
        Self::parse_from_str(&text, "%Y-%m-%d").map_err(|_| FieldProblem::NotA { expected: "a date, YYYY-MM-DD" })
    }
}

impl Field for NaiveDateTime {
    fn from_text(text: Cow<'_, str>) -> Result<Self, FieldProblem> {
        // Whole seconds only: MySQL's DATETIME would round a fraction without a word.
        Self::parse_from_str(&text, "%Y-%m-%d %H:%M:%S")
            .map_err(|_| FieldProblem::NotA { expected: "a time, YYYY-MM-DD HH:MM:SS" })
    }
}

fn parse<T: FromStr>(text: &str, expected: &'static str) -> Result<T, FieldProblem> {
    text.parse().map_err(|_| FieldProblem::NotA { expected })
}

/// Undoes the escapes that COPY TO writes; it writes no others, so any other is an error.
fn unescape(raw: &str) -> Result<Cow<'_, str>, FieldProblem> {
    if !raw.contains('\\') {
        return Ok(Cow::Borrowed(raw));
    }
    let mut text = String::with_capacity(raw.len());
    let mut characters = raw.chars();
    while let Some(character) = characters.next() {
        text.push(match character {
            '\\' => match characters.next() {
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some('v') => '\u{b}',
                Some('\\') => '\\',
                _ => return Err(FieldProblem::Escape),
            },
            plain => plain,
        });
    }
    Ok(Cow::Owned(text))
}

#[cfg(test)]
mod tests {
    use super::{Field, read};
    use crate::{FieldProblem, Money};
    use chrono::NaiveDateTime;

    #[track_caller]
    fn refused<T: Field + std::fmt::Debug>(raw: &str) -> String {
        read::<T>(raw).unwrap_err().to_string()
    }

    #[test]
    fn escapes_are_undone() {
        for (raw, text) in [
            ("", ""),
            (" ", " "),
            (r"a\tb\nc\\d", "a\tb\nc\\d"),
            (r"\b\f\r\v", "\u{8}\u{c}\r\u{b}"),
            (r"\\N", r"\N"),
            (r"C:\\new", r"C:\new"),
            ("Bahía \u{1f4bf}", "Bahía \u{1f4bf}"),
        ] {
            assert_eq!(read::<String>(raw).as_deref(), Ok(text), "{raw}");
        }
    }

    #[test]
    fn other_escapes_are_refused() {
        for raw in [r"a\", r"\x41", r"\é", r"\Nn", r"a\N"] {
            assert_eq!(read::<String>(raw), Err(FieldProblem::Escape), "{raw}");
        }
    }

    #[test]
    fn null_is_for_nullable_columns_only() {
        assert_eq!(read::<Option<i32>>(r"\N"), Ok(None));
        assert_eq!(read::<Option<String>>(r"\N"), Ok(None));
        assert_eq!(read::<Option<String>>(r"\\N"), Ok(Some(r"\N".to_owned())));
        assert_eq!(read::<i32>(r"\N"), Err(FieldProblem::Null));
        assert_eq!(read::<String>(r"\N"), Err(FieldProblem::Null));
    }

    #[test]
    fn values_are_read_by_the_type_of_their_column() {
        assert_eq!(read::<i32>("-17"), Ok(-17));
        assert_eq!(read::<Money>("4.99"), Ok(Money::from_cents(499)));
        assert_eq!((read::<bool>("t"), read::<bool>("0")), (Ok(true), Ok(false)));
        let time = read::<NaiveDateTime>("2005-05-30 01:56:11").unwrap();
        assert_eq!(time.to_string(), "2005-05-30 01:56:11");
    }

    #[test]
    fn what_is_no_value_of_the_type_is_named() {
        assert_eq!(refused::<i32>("2147483648"), "is not an integer of 32 bits");
        assert_eq!(refused::<i32>(""), "is not an integer of 32 bits");
        assert_eq!(refused::<Money>("4.999"), "is not an amount with at most two decimals");
        assert_eq!(refused::<bool>("true"), "is not t, f, 1 or 0");
        assert_eq!(refused::<chrono::NaiveDate>("2005-02-30"), "is not a date, YYYY-MM-DD");
        assert_eq!(refused::<NaiveDateTime>("2005-05-30 01:56:11.5"), "is not a time, YYYY-MM-DD HH:MM:SS");
    }
}
