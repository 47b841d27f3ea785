//! Cursors: a position in one ordering, and its text.

mod code;
mod error;
mod fingerprint;
mod seal;
#[cfg(feature = "signing")]
mod secret;
#[cfg(feature = "serde")]
mod text;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::stored::Stored;
use crate::error::{Error, ErrorKind};
use code::Input;
pub(super) use error::Reason;
pub(super) use fingerprint::fingerprint;
pub(super) use seal::Seal;

pub use error::CursorError;
#[cfg(feature = "signing")]
pub use secret::CursorSecret;

/// The first byte of every token of this version.
const VERSION: u8 = 1;
/// The second byte: what else is in the token, and beside which end of its row it stands.
const SIGNED: u8 = 1;
const BEFORE: u8 = 2;
const AFTER: u8 = 4;
/// Version, what is in it, backend, fingerprint.
const HEAD: usize = 11;

/// A position in one ordering: "after this row", "before this row".
///
/// It carries the stored value of every key of a row, read by the statement that read the row, so that it is exact for
/// every SQL type. It belongs to its ordering and its backend: with another one, `load` answers with a
/// [`CursorError`], never with the first page.
///
/// [`Display`](fmt::Display) and [`FromStr`] turn it into URL-safe text and back; one position has one text, and any other
/// text is an error. With the feature `serde` it is serialized as that text.
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
///
/// # What a token reveals
///
/// A token is encoded, not encrypted, signed or not. Whoever holds it can read
///
/// * **the value of every key of its row**: a page that is ordered by `users::email` or `salaries::amount` hands these out
///   with each cursor, although the columns may be selected nowhere;
/// * which database system it is.
///
/// The names of tables and columns are in it as a hash of 64 bits, which who guesses them can confirm. The filter is not
/// in it: a token made under one filter is a position under another, and an unsigned one can be made up at will. So
/// **authorize by the query, never by the cursor**. Where clients must not make or carry tokens about, sign them
/// (`CursorSecret`, feature `signing`), and order by what every reader may see.
#[derive(Clone, PartialEq)]
pub struct Cursor {
    backend: u8,
    fingerprint: u64,
    keys: Vec<Stored>,
    side: Side,
    tag: Option<[u8; seal::TAG]>,
}

/// Where a cursor stands: at a row, so that both its neighbours are beyond it, or in the gap before or after that row, so
/// that the row itself is on one side. An empty page has no row, and its ends are gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    At,
    Before,
    After,
}

impl Cursor {
    /// The longest token that is read or written, in characters.
    pub const MAX_LEN: usize = 4096;

    pub(super) fn new(backend: u8, fingerprint: u64, keys: Vec<Stored>) -> Result<Self, Error> {
        let bytes: usize = HEAD + keys.iter().map(code::size).sum::<usize>();
        // Room for a signature is kept, so that signing later refuses no row.
        if (bytes + seal::TAG).div_ceil(3) * 4 > Self::MAX_LEN {
            return Err(Error::new(
                ErrorKind::CursorTooLong,
                format!("the keys of a row take {bytes} bytes, more than a cursor holds; order by a shorter key"),
            ));
        }
        Ok(Cursor { backend, fingerprint, keys, side: Side::At, tag: None })
    }

    /// The same row, at this side of it. Without its signature.
    pub(super) fn at_side(&self, side: Side) -> Self {
        Cursor { side, tag: None, ..self.clone() }
    }

    pub(super) fn side(&self) -> Side {
        self.side
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

    /// The bytes of the token up to its signature: what is signed.
    fn payload(&self, signed: bool) -> Vec<u8> {
        let side = match self.side {
            Side::At => 0,
            Side::Before => BEFORE,
            Side::After => AFTER,
        };
        let mut bytes = vec![VERSION, side | if signed { SIGNED } else { 0 }, self.backend];
        bytes.extend(self.fingerprint.to_be_bytes());
        for key in &self.keys {
            code::write(&mut bytes, key);
        }
        bytes
    }

    fn read(bytes: &[u8]) -> Result<Self, Reason> {
        let mut input = Input(bytes);
        let [version] = input.array()?;
        if version != VERSION {
            return Err(Reason::UnsupportedVersion);
        }
        let [parts, backend] = input.array()?;
        let side = match parts & !SIGNED {
            0 => Side::At,
            BEFORE => Side::Before,
            AFTER => Side::After,
            _ => return Err(Reason::Malformed),
        };
        let tag = match parts & SIGNED {
            SIGNED => {
                let (rest, tag) = input.0.split_last_chunk().ok_or(Reason::Malformed)?;
                input = Input(rest);
                Some(*tag)
            }
            _ => None,
        };
        let fingerprint = u64::from_be_bytes(input.array()?);
        let mut keys = Vec::new();
        while !input.0.is_empty() {
            keys.push(code::read(&mut input)?);
        }
        if keys.is_empty() {
            return Err(Reason::Malformed);
        }
        Ok(Cursor { backend, fingerprint, keys, side, tag })
    }
}

// No float of a key is NaN.
impl Eq for Cursor {}

impl Hash for Cursor {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.payload(self.tag.is_some()).hash(state);
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
        let mut bytes = self.payload(self.tag.is_some());
        bytes.extend(self.tag.iter().flatten());
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    /// # Errors
    ///
    /// Any text that [`Display`](fmt::Display) does not make.
    fn from_str(token: &str) -> Result<Self, CursorError> {
        if token.len() > Self::MAX_LEN {
            return Err(Reason::TooLong.into());
        }
        // Strict: no padding, no line breaks, no bits that no byte needs.
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| Reason::Malformed)?;
        Ok(Cursor::read(&bytes)?)
    }
}
