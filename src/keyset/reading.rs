//! From the bounds that were asked for to a statement's, and from its rows to a page. Pure.

use std::fmt;

use super::PageSize;
use super::cursor::{Cursor, CursorError, Reason, Seal, fingerprint};
use super::ordering::{Canonical, Ordering, OrderingOn};
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
    forms: Vec<Canonical>,
    seal: Seal,
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
    seal: Seal,
) -> Result<(Bounds, Reading)> {
    if size.rows == 0 {
        return Err(Error::new(ErrorKind::PageSize, "a page has at least one row"));
    }
    let (after, before) = (after.cursor()?, before.cursor()?);
    let reading = Reading {
        backend: DB::TAG,
        fingerprint: fingerprint::<DB>(ordering),
        forms: ordering.keys().into_iter().map(|key| key.canonical()).collect(),
        seal,
        size,
        after,
        before,
    };
    let position = |cursor: &Option<Cursor>| cursor.as_ref().map(|cursor| reading.position(cursor)).transpose();
    let (lower, upper) = (position(&reading.after)?, position(&reading.before)?);
    let (start, stop) = if size.backward { (upper, lower) } else { (lower, upper) };
    let bounds = Bounds { start, stop, backward: size.backward, limit: i64::from(size.rows) + 1 };
    Ok((bounds, reading))
}

impl Reading {
    /// The rows in their declared order, and what is known around them. The statement read one row more than the page
    /// has: whether it is there says whether there is more.
    pub(super) fn finish<O: Ordering, T>(self, mut rows: Vec<(O::Row, T)>) -> Result<(Frame, Vec<T>)> {
        let size = self.size;
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
            cursors.push(self.cursor(O::stored(keys))?);
            items.push(row);
        }
        let Reading { after, before, .. } = self;
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

    /// The keys of a cursor, if it is one of this ordering on this backend. Nothing of it is bound before this says so.
    fn position(&self, cursor: &Cursor) -> Result<Vec<Stored>, CursorError> {
        self.seal.check(cursor)?;
        if cursor.backend() != self.backend {
            return Err(Reason::WrongBackend.into());
        }
        let keys = cursor.keys();
        if cursor.fingerprint() != self.fingerprint || keys.len() != self.forms.len() {
            return Err(Reason::WrongOrdering.into());
        }
        if !self.forms.iter().zip(keys).all(|(canonical, key)| canonical(key.clone()).as_ref() == Some(key)) {
            return Err(Reason::WrongType.into());
        }
        Ok(keys.to_vec())
    }

    /// The cursor of a row.
    fn cursor(&self, keys: Vec<Stored>) -> Result<Cursor> {
        let key = |(i, (canonical, key)): (usize, (&Canonical, Stored))| {
            canonical(key).ok_or_else(|| {
                let key = i + 1;
                let message = format!("key {key} of the ordering is no value of its declared SQL type in a row");
                Error::new(ErrorKind::UnexpectedKey, message)
            })
        };
        let keys = self.forms.iter().zip(keys).enumerate().map(key).collect::<Result<_>>()?;
        Ok(self.seal.close(Cursor::new(self.backend, self.fingerprint, keys)?))
    }
}
