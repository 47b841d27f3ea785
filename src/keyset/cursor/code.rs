//! The bytes of the values in a token. Each value has one spelling, and `read` takes no other: what was read writes the
//! same bytes again.

use super::error::Reason;
use crate::keyset::stored::{Decimal, Moment, MomentKind, Stored};

/// A tag, then the value: integers big-endian, text and bytes after their length.
pub(super) fn write(out: &mut Vec<u8>, value: &Stored) {
    let mut sized = |tag: u8, bytes: &[u8]| {
        out.push(tag);
        // A token is far shorter: `Cursor::new` sees to it.
        out.extend(u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes());
        out.extend(bytes);
    };
    match value {
        Stored::Decimal(decimal) => sized(4, decimal.as_str().as_bytes()),
        Stored::Text(text) => sized(5, text.as_bytes()),
        Stored::Bytes(bytes) => sized(6, bytes),
        Stored::Null => out.push(0),
        Stored::Int(int) => {
            out.push(1);
            out.extend(int.to_be_bytes());
        }
        Stored::Unsigned(int) => {
            out.push(2);
            out.extend(int.to_be_bytes());
        }
        Stored::Float(float) => {
            out.push(3);
            out.extend(float.to_be_bytes());
        }
        Stored::Time(moment) => {
            let kind = match moment.kind {
                MomentKind::Date => 0,
                MomentKind::Time => 1,
                MomentKind::DateTime => 2,
            };
            out.extend([7, kind, moment.negative.into()]);
            out.extend(moment.parts.iter().flat_map(|part| part.to_be_bytes()));
            out.extend(moment.micros.to_be_bytes());
        }
    }
}

/// The bytes that `write` takes for a value.
pub(super) fn size(value: &Stored) -> usize {
    match value {
        Stored::Null => 1,
        Stored::Int(_) | Stored::Unsigned(_) | Stored::Float(_) => 9,
        Stored::Decimal(decimal) => 3 + decimal.as_str().len(),
        Stored::Text(text) => 3 + text.len(),
        Stored::Bytes(bytes) => 3 + bytes.len(),
        Stored::Time(_) => 19,
    }
}

/// What is left to read.
pub(super) struct Input<'a>(pub(super) &'a [u8]);

impl<'a> Input<'a> {
    pub(super) fn take(&mut self, n: usize) -> Result<&'a [u8], Reason> {
        let (taken, rest) = self.0.split_at_checked(n).ok_or(Reason::Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Reason> {
        self.take(N)?.try_into().map_err(|_| Reason::Malformed)
    }

    fn sized(&mut self) -> Result<&'a [u8], Reason> {
        let length = u16::from_be_bytes(self.array()?);
        self.take(length.into())
    }

    fn text(&mut self) -> Result<&'a str, Reason> {
        std::str::from_utf8(self.sized()?).map_err(|_| Reason::Malformed)
    }
}

pub(super) fn read(input: &mut Input<'_>) -> Result<Stored, Reason> {
    let [tag] = input.array()?;
    let value = match tag {
        0 => Some(Stored::Null),
        1 => Some(Stored::Int(i64::from_be_bytes(input.array()?))),
        2 => Some(Stored::Unsigned(u64::from_be_bytes(input.array()?))),
        3 => {
            let float = f64::from_be_bytes(input.array()?);
            Stored::float(float).filter(|_| !is_negative_zero(float))
        }
        4 => {
            let text = input.text()?;
            Decimal::parse(text).filter(|decimal| decimal.as_str() == text).map(Stored::Decimal)
        }
        5 => Some(Stored::Text(input.text()?.to_owned())),
        6 => Some(Stored::Bytes(input.sized()?.to_vec())),
        7 => moment(input)?.map(Stored::Time),
        _ => None,
    };
    value.ok_or(Reason::Malformed)
}

/// Equal to zero, so it has zero's place in every ordering and needs no spelling of its own.
fn is_negative_zero(float: f64) -> bool {
    float == 0.0 && float.is_sign_negative()
}

fn moment(input: &mut Input<'_>) -> Result<Option<Moment>, Reason> {
    let [kind, negative] = input.array()?;
    let mut parts = [0; 6];
    for part in &mut parts {
        *part = u16::from_be_bytes(input.array()?);
    }
    let micros = u32::from_be_bytes(input.array()?);
    let kind = match kind {
        0 => MomentKind::Date,
        1 => MomentKind::Time,
        2 => MomentKind::DateTime,
        _ => return Ok(None),
    };
    let negative = match negative {
        0 => false,
        1 => true,
        _ => return Ok(None),
    };
    let moment = Moment { kind, negative, parts, micros };
    Ok(moment.is_valid().then_some(moment))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(value: &Stored) -> Vec<u8> {
        let mut out = vec![];
        write(&mut out, value);
        out
    }

    #[test]
    fn every_value_comes_back_and_its_size_is_known() {
        let moment = Moment { kind: MomentKind::Time, negative: true, parts: [0, 0, 0, 838, 59, 59], micros: 999_999 };
        for value in [
            Stored::Null,
            Stored::Int(i64::MIN),
            Stored::Unsigned(u64::MAX),
            Stored::Float(0.0),
            Stored::Float(f64::NEG_INFINITY),
            Stored::Decimal(Decimal::parse("-12.5").unwrap()),
            Stored::Text("é\u{0}'; DROP TABLE".into()),
            Stored::Bytes(vec![0, 255]),
            Stored::Time(moment),
        ] {
            let bytes = bytes(&value);
            assert_eq!(bytes.len(), size(&value));
            assert_eq!(read(&mut Input(&bytes)), Ok(value));
            for end in 0..bytes.len() {
                assert_eq!(read(&mut Input(&bytes[..end])), Err(Reason::Malformed));
            }
        }
    }

    #[test]
    fn a_second_spelling_of_a_value_is_refused() {
        let text = |tag: u8, text: &[u8]| [&[tag, 0, text.len() as u8], text].concat();
        for other in [
            text(4, b"01"),
            text(4, b"1.0"),
            text(4, b"-0"),
            text(4, b"+1"),
            text(4, b".5"),
            text(4, b"1."),
            text(4, b"1e3"),
            text(4, b""),
            text(5, b"\xff"),
            [&[3][..], &(-0.0f64).to_be_bytes()].concat(),
            [&[3][..], &f64::NAN.to_be_bytes()].concat(),
            vec![8],
        ] {
            assert_eq!(read(&mut Input(&other)), Err(Reason::Malformed), "{other:?}");
        }
    }
}
