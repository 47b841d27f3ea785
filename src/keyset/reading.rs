//! From the bounds that were asked for to a statement's, and from its rows to a page. Pure.

use std::fmt;

use super::PageSize;
use super::cursor::{Cursor, CursorError};
use super::ordering::{Nulls, Ordering, OrderingOn};
use super::page::Frame;
use super::statement::Bounds;
use super::stored::Stored;
use crate::backend::Dialect;
use crate::error::{Error, ErrorKind, Result};

/// A bound as the program gave it.
#[derive(Clone)]
pub(super) enum Bound {
    None,
    Cursor(Cursor),
    Token(String),
}

impl Bound {
    fn cursor(self) -> Result<Option<Cursor>, CursorError> {
        Ok(match self {
            Bound::None => None,
            Bound::Cursor(cursor) => Some(cursor),
            Bound::Token(token) => Some(token.parse()?),
        })
    }
}

// A token shows the values of its keys.
impl fmt::Debug for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if matches!(self, Bound::None) { "unbounded" } else { "bounded" })
    }
}

/// A page that is being read.
#[derive(Debug)]
pub(super) struct Reading {
    backend: u8,
    fingerprint: u64,
    size: PageSize,
    after: Option<Cursor>,
    before: Option<Cursor>,
}

/// Checks size and cursors; nothing is sent where one of them is wrong.
pub(super) fn begin<DB: Dialect>(
    ordering: &impl OrderingOn<DB>,
    size: PageSize,
    after: Bound,
    before: Bound,
) -> Result<(Bounds, Reading)> {
    if size.rows == 0 {
        return Err(Error::new(ErrorKind::PageSize, "a page has at least one row"));
    }
    let fingerprint = fingerprint::<DB>(ordering);
    let (after, before) = (after.cursor()?, before.cursor()?);
    let lower = after.as_ref().map(|cursor| position::<DB>(ordering, fingerprint, cursor)).transpose()?;
    let upper = before.as_ref().map(|cursor| position::<DB>(ordering, fingerprint, cursor)).transpose()?;
    let (start, stop) = if size.backward { (upper, lower) } else { (lower, upper) };
    let bounds = Bounds { start, stop, backward: size.backward, limit: i64::from(size.rows) + 1 };
    Ok((bounds, Reading { backend: DB::TAG, fingerprint, size, after, before }))
}

impl Reading {
    /// The rows in their declared order, and what is known around them. The statement read one row more than the page
    /// has: whether it is there says whether there is more.
    pub(super) fn finish<O: Ordering, T>(self, mut rows: Vec<(O::Row, T)>) -> Result<(Frame, Vec<T>)> {
        let Reading { backend, fingerprint, size, after, before } = self;
        let more = rows.len() as u64 > u64::from(size.rows);
        if more {
            rows.pop();
        }
        if size.backward {
            rows.reverse();
        }
        let mut cursors = Vec::with_capacity(rows.len());
        let mut items = Vec::with_capacity(rows.len());
        for (keys, row) in rows {
            cursors.push(Cursor::new(backend, fingerprint, O::stored(keys))?);
            items.push(row);
        }
        // Where it was read from and where it was read to: without a bound there is nothing beyond.
        let nothing_beyond = |bound: &Option<Cursor>| bound.is_none().then_some(false);
        let ahead = |bound| if more { Some(true) } else { nothing_beyond(bound) };
        let (has_next, has_previous) = if size.backward {
            (nothing_beyond(&before), ahead(&after))
        } else {
            (ahead(&before), nothing_beyond(&after))
        };
        Ok((Frame { cursors, has_next, has_previous, after, before }, items))
    }
}

/// The keys of a cursor, if it is one of this ordering on this backend. Nothing of it is bound before this says so.
fn position<DB: Dialect>(
    ordering: &impl OrderingOn<DB>,
    fingerprint: u64,
    cursor: &Cursor,
) -> Result<Vec<Stored>, CursorError> {
    if cursor.backend() != DB::TAG {
        return Err(CursorError::WRONG_BACKEND);
    }
    let keys = ordering.keys();
    if cursor.fingerprint() != fingerprint || cursor.keys().len() != keys.len() {
        return Err(CursorError::WRONG_ORDERING);
    }
    if !keys.iter().zip(cursor.keys()).all(|(key, value)| key.accepts(value)) {
        return Err(CursorError::WRONG_TYPE);
    }
    Ok(cursor.keys().to_vec())
}

/// What tells one ordering from another in a cursor: FNV-1a over the SQL, direction and null placement of each key.
/// No name of a Rust type is in it, so that a cursor survives refactoring.
fn fingerprint<DB: Dialect>(ordering: &impl OrderingOn<DB>) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut feed = |text: &str| {
        for byte in text.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    };
    for key in ordering.keys() {
        feed(&key.sql());
        feed(if key.is_descending() { "desc" } else { "asc" });
        feed(match key.nulls() {
            Nulls::First => "nulls first",
            Nulls::Last => "nulls last",
        });
    }
    hash
}
