//! Cursors: a position in one ordering, and its text.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::stored::{Decimal, Moment, MomentKind, Stored};
use crate::error::{Error, ErrorKind};

/// The first byte of every token of this version.
const VERSION: u8 = 1;

/// A position in one ordering: "after this row", "before this row".
///
/// It carries the stored value of every key of a row, read by the statement that read the row, so that it is exact for
/// every SQL type. It belongs to its ordering and its backend: with another one, `load` answers with a
/// [`CursorError`], never with the first page.
///
/// [`Display`](fmt::Display) and [`FromStr`] turn it into URL-safe text and back; one position has one text. **The text
/// is encoded, not encrypted**: whoever holds it can read the values of the keys.
///
/// ```
/// # use diesel::prelude::*;
/// use blog::{models::Post, schema::posts};
/// use turbodiesel::{keyset::Cursor, prelude::*};
///
/// let conn = &mut blog::example()?;
/// let newest = || posts::table.select(Post::as_select()).keyset((posts::created_at.desc(), posts::id.desc()));
/// let first = newest().first(3).load(conn)?;
///
/// let token: String = first.end_cursor().ok_or("no posts")?.to_string(); // to a client and back
/// let second = newest().first(3).after(Some(&token.parse::<Cursor>()?)).load(conn)?;
/// assert_ne!(first.items()[2].id, second.items()[0].id);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Cursor {
    backend: u8,
    fingerprint: u64,
    keys: Vec<Stored>,
}

impl Cursor {
    /// The longest token that is read or written, in characters.
    pub const MAX_LEN: usize = 4096;

    pub(super) fn new(backend: u8, fingerprint: u64, keys: Vec<Stored>) -> Result<Self, Error> {
        let bytes: usize = 10 + keys.iter().map(size).sum::<usize>();
        if bytes.div_ceil(3) * 4 > Self::MAX_LEN {
            return Err(Error::new(
                ErrorKind::CursorTooLong,
                format!("the keys of a row take {bytes} bytes, more than a cursor holds; order by a shorter key"),
            ));
        }
        Ok(Cursor { backend, fingerprint, keys })
    }

    pub(super) fn backend(&self) -> u8 {
        self.backend
    }

    pub(super) fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    pub(super) fn keys(&self) -> &[Stored] {
        &self.keys
    }
}

// The values of the keys are people's data: they are in the token, not in a log.
impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cursor").field("keys", &self.keys.len()).finish_non_exhaustive()
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![VERSION, self.backend];
        bytes.extend(self.fingerprint.to_be_bytes());
        for key in &self.keys {
            write(&mut bytes, key);
        }
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(token: &str) -> Result<Self, CursorError> {
        if token.len() > Self::MAX_LEN {
            return Err(CursorError(CursorErrorKind::TooLong));
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| MALFORMED)?;
        let (&version, rest) = bytes.split_first().ok_or(MALFORMED)?;
        if version != VERSION {
            return Err(CursorError(CursorErrorKind::UnsupportedVersion));
        }
        let mut input = Input(rest);
        let [backend] = input.array()?;
        let fingerprint = u64::from_be_bytes(input.array()?);
        let mut keys = Vec::new();
        while !input.0.is_empty() {
            keys.push(read(&mut input)?);
        }
        Ok(Cursor { backend, fingerprint, keys })
    }
}

const MALFORMED: CursorError = CursorError(CursorErrorKind::Malformed);

/// A tag, then the value: integers big-endian, text and bytes after their length.
fn write(out: &mut Vec<u8>, value: &Stored) {
    let mut sized = |tag: u8, bytes: &[u8]| {
        out.push(tag);
        // `Cursor::new` let through only what is far shorter.
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
                MomentKind::Timestamp => 3,
            };
            out.extend([7, kind, moment.negative.into()]);
            out.extend(moment.parts.iter().flat_map(|part| part.to_be_bytes()));
            out.extend(moment.micros.to_be_bytes());
        }
    }
}

/// The bytes that `write` takes for a value.
fn size(value: &Stored) -> usize {
    match value {
        Stored::Null => 1,
        Stored::Int(_) | Stored::Unsigned(_) | Stored::Float(_) => 9,
        Stored::Decimal(decimal) => 3 + decimal.as_str().len(),
        Stored::Text(text) => 3 + text.len(),
        Stored::Bytes(bytes) => 3 + bytes.len(),
        Stored::Time(_) => 19,
    }
}

struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], CursorError> {
        let (taken, rest) = self.0.split_at_checked(n).ok_or(MALFORMED)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], CursorError> {
        self.take(N)?.try_into().map_err(|_| MALFORMED)
    }

    fn sized(&mut self) -> Result<&'a [u8], CursorError> {
        let length = u16::from_be_bytes(self.array()?);
        self.take(length.into())
    }

    fn text(&mut self) -> Result<&'a str, CursorError> {
        std::str::from_utf8(self.sized()?).map_err(|_| MALFORMED)
    }
}

fn read(input: &mut Input<'_>) -> Result<Stored, CursorError> {
    let [tag] = input.array()?;
    Ok(match tag {
        0 => Stored::Null,
        1 => Stored::Int(i64::from_be_bytes(input.array()?)),
        2 => Stored::Unsigned(u64::from_be_bytes(input.array()?)),
        3 => match f64::from_be_bytes(input.array()?) {
            // No database that sends floats in this form stores a NaN.
            float if float.is_nan() => return Err(MALFORMED),
            float => Stored::Float(float),
        },
        4 => Stored::Decimal(Decimal::parse(input.text()?).ok_or(MALFORMED)?),
        5 => Stored::Text(input.text()?.to_owned()),
        6 => Stored::Bytes(input.sized()?.to_vec()),
        7 => {
            let [kind, negative] = input.array()?;
            let kind = match kind {
                0 => MomentKind::Date,
                1 => MomentKind::Time,
                2 => MomentKind::DateTime,
                3 => MomentKind::Timestamp,
                _ => return Err(MALFORMED),
            };
            let negative = match negative {
                0 => false,
                1 => true,
                _ => return Err(MALFORMED),
            };
            let mut parts = [0; 6];
            for part in &mut parts {
                *part = u16::from_be_bytes(input.array()?);
            }
            let moment = Moment { kind, negative, parts, micros: u32::from_be_bytes(input.array()?) };
            if !moment.is_valid() {
                return Err(MALFORMED);
            }
            Stored::Time(moment)
        }
        _ => return Err(MALFORMED),
    })
}

/// Why a cursor is refused. Its message says one thing to clients: `invalid cursor`; ask the `is_*()` methods for more.
///
/// ```
/// use turbodiesel::keyset::Cursor;
///
/// let error = "no such thing".parse::<Cursor>().unwrap_err();
/// assert!(error.is_malformed());
/// assert_eq!(error.to_string(), "invalid cursor");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CursorError(CursorErrorKind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CursorErrorKind {
    Malformed,
    TooLong,
    UnsupportedVersion,
    WrongBackend,
    WrongOrdering,
    WrongType,
}

impl CursorError {
    pub(super) const WRONG_BACKEND: Self = CursorError(CursorErrorKind::WrongBackend);
    pub(super) const WRONG_ORDERING: Self = CursorError(CursorErrorKind::WrongOrdering);
    pub(super) const WRONG_TYPE: Self = CursorError(CursorErrorKind::WrongType);

    /// The text is no token.
    pub fn is_malformed(&self) -> bool {
        self.0 == CursorErrorKind::Malformed
    }

    /// The text is longer than [`Cursor::MAX_LEN`]; it was not looked at.
    pub fn is_too_long(&self) -> bool {
        self.0 == CursorErrorKind::TooLong
    }

    /// The token was made by a version of this crate that this one does not know.
    pub fn is_unsupported_version(&self) -> bool {
        self.0 == CursorErrorKind::UnsupportedVersion
    }

    /// The cursor was made on another database.
    pub fn is_wrong_backend(&self) -> bool {
        self.0 == CursorErrorKind::WrongBackend
    }

    /// The cursor was made by another ordering: other keys, directions or null placement.
    pub fn is_wrong_ordering(&self) -> bool {
        self.0 == CursorErrorKind::WrongOrdering
    }

    /// A value in the cursor cannot be a value of its key.
    pub fn is_wrong_type(&self) -> bool {
        self.0 == CursorErrorKind::WrongType
    }
}

impl fmt::Display for CursorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid cursor")
    }
}

impl std::error::Error for CursorError {}
