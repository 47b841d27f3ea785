//! From the bounds that were asked for to a statement's, and from its rows to a page. Pure.

use std::fmt;

use super::PageSize;
use super::clauses::Clauses;
use super::cursor::{Cursor, CursorError, Reason, Seal, Side, fingerprint};
use super::key::{Canonical, Misfit, SeekKey};
use super::ordering::OrderingOn;
use super::page::Frame;
use super::plan::{Bounds, End, Position, Role, is_uniform};
use super::row::KeyedRow;
use super::stored::{Stored, WireType};
use crate::backend::{Dialect, SeekForm};
use crate::error::{Error, ErrorKind, Result};

/// What is asked of a page, apart from its size.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub(super) after: Bound,
    pub(super) before: Bound,
    pub(super) max_rows: Option<u32>,
    pub(super) strategy: Option<SeekForm>,
    pub(super) exact: bool,
    /// The rows of all pages are counted.
    pub(super) counted: bool,
    pub(super) seal: Seal,
    /// How many keys at the end are, together, unique.
    pub(super) unique_keys: usize,
}

impl Request {
    /// The cursor that reading begins at, if it begins at one.
    pub(super) fn position(&self) -> Option<Cursor> {
        let cursor = self.after.decode().ok()??;
        let is_part = self.after.inclusive && cursor.side() == Side::At;
        Some(if is_part { self.seal.close(cursor.at_side(Side::Before)) } else { cursor })
    }
}

/// A bound as the program gave it.
#[derive(Clone, Default)]
pub(super) struct Bound {
    pub(super) place: Place,
    /// The row at the place belongs to what is read.
    pub(super) inclusive: bool,
}

/// A place in the ordering.
#[derive(Clone, Default)]
pub(super) enum Place {
    #[default]
    None,
    Cursor(Cursor),
    Token(String),
    /// The values that the ordering carries.
    Values,
}

impl Bound {
    pub(super) fn cursor(cursor: Option<&Cursor>, inclusive: bool) -> Self {
        Bound { place: cursor.cloned().map_or(Place::None, Place::Cursor), inclusive }
    }

    pub(super) fn token(token: Option<&str>) -> Self {
        Bound { place: token.map_or(Place::None, |token| Place::Token(token.to_owned())), inclusive: false }
    }

    pub(super) fn values() -> Self {
        Bound { place: Place::Values, inclusive: false }
    }

    fn is_none(&self) -> bool {
        matches!(self.place, Place::None)
    }

    fn decode(&self) -> Result<Option<Cursor>, CursorError> {
        Ok(match &self.place {
            Place::None | Place::Values => None,
            Place::Cursor(cursor) => Some(cursor.clone()),
            Place::Token(token) => Some(token.parse()?),
        })
    }
}

// A token shows the values of its keys.
impl fmt::Debug for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_none() { "unbounded" } else { "bounded" })
    }
}

/// A page that is being read.
#[derive(Debug)]
pub struct Reading {
    backend: u8,
    fingerprint: u64,
    forms: Vec<Canonical>,
    misfits: Vec<Misfit>,
    seal: Seal,
    size: PageSize,
    /// Each row says what it is for.
    marked: bool,
    /// The gaps in which reading begins and ends, in the declared order.
    gaps: [Gap; 2],
}

/// A gap between two rows, or before or after all of them.
#[derive(Debug)]
struct Gap {
    /// Beyond it there is nothing.
    is_end: bool,
    /// The row of this cursor is next to it; none where values were given.
    beside: Option<Cursor>,
    /// It comes after the row, and not before it.
    after: bool,
}

impl Gap {
    /// A cursor that stands here when it is used as `.after(..)`, or as `.before(..)`.
    fn cursor(&self, as_after: bool) -> Option<Cursor> {
        let side = match (self.after, as_after) {
            (true, true) | (false, false) => Side::At,
            (true, false) => Side::After,
            (false, true) => Side::Before,
        };
        Some(self.beside.as_ref()?.at_side(side))
    }
}

/// Checks size and cursors; nothing is sent where one of them is wrong.
pub(super) fn begin<DB: Dialect>(
    ordering: &impl OrderingOn<DB>,
    size: PageSize,
    request: Request,
    clauses: Clauses,
) -> Result<(Bounds, Reading)> {
    check_size(size.rows, request.max_rows)?;
    let all = ordering.keys();
    let kept = deciding(&all, request.unique_keys);
    let keys: Vec<_> = kept.iter().filter_map(|&key| all.get(key).copied()).collect();
    let form = form(&keys, request.strategy)?;
    let Request { after, before, seal, exact, .. } = request;
    let gap = |bound: &Bound, is_after: bool| -> Result<Gap> {
        let beside = bound.decode()?;
        let after = match beside.as_ref().map_or(Side::At, Cursor::side) {
            Side::At => bound.inclusive != is_after,
            Side::Before => false,
            Side::After => true,
        };
        Ok(Gap { is_end: bound.is_none(), beside, after })
    };
    let reading = Reading {
        backend: DB::TAG,
        fingerprint: fingerprint(&keys),
        forms: keys.iter().map(|key| key.canonical()).collect(),
        misfits: keys.iter().map(|key| key.misfit()).collect(),
        seal,
        size,
        marked: exact && !(after.is_none() && before.is_none()),
        gaps: [gap(&after, true)?, gap(&before, false)?],
    };
    let end = |gap: &Gap, inclusive: bool| -> Result<Option<End>> {
        let at = match &gap.beside {
            _ if gap.is_end => return Ok(None),
            Some(cursor) => Position::Stored(reading.position(cursor)?),
            None => Position::Given,
        };
        Ok(Some(End { at, inclusive }))
    };
    let [lower, upper] = &reading.gaps;
    let (lower, upper) = (end(lower, !lower.after)?, end(upper, upper.after)?);
    let (start, stop) = if size.backward { (upper, lower) } else { (lower, upper) };
    let limit = i64::from(size.rows) + 1;
    // An answer has a range for each key, and one more for its NULLs, at most.
    let answers = if reading.marked { 4 * kept.len() as i64 } else { 0 };
    let limit_of_all = limit + answers;
    let having = clauses.having;
    let bounds = Bounds { kept, start, stop, backward: size.backward, form, having, limit, exact, limit_of_all };
    Ok((bounds, reading))
}

fn check_size(rows: u32, max_rows: Option<u32>) -> Result<()> {
    let message = match max_rows {
        _ if rows == 0 => "a page has at least one row".to_owned(),
        Some(max) if rows > max => format!("a page of {rows} rows: {max} is the most"),
        _ if rows == u32::MAX => format!("a page of {rows} rows is no page"),
        _ => return Ok(()),
    };
    Err(Error::new(ErrorKind::PageSize, message))
}

/// The keys that decide: what stands behind a unique key, or stood before, does not.
fn deciding<DB: Dialect>(keys: &[&dyn SeekKey<DB>], unique_keys: usize) -> Vec<usize> {
    let texts: Vec<String> = keys.iter().map(|key| key.sql()).collect();
    let unique = texts.get(texts.len().saturating_sub(unique_keys)..).unwrap_or_default();
    let mut kept: Vec<usize> = Vec::new();
    for (i, (key, text)) in keys.iter().zip(&texts).enumerate() {
        let has = |text: &String| kept.iter().any(|&kept| texts.get(kept) == Some(text));
        if has(text) {
            continue;
        }
        kept.push(i);
        let has = |text: &String| kept.iter().any(|&kept| texts.get(kept) == Some(text));
        if (key.is_declared_unique() && !key.is_nullable()) || unique.iter().all(has) {
            break;
        }
    }
    kept
}

fn form<DB: Dialect>(keys: &[&dyn SeekKey<DB>], strategy: Option<SeekForm>) -> Result<SeekForm> {
    let (uniform, aggregate) = (is_uniform(keys), keys.iter().any(|key| key.is_aggregate()));
    let refused = match strategy {
        Some(SeekForm::RowValue) if !uniform => {
            "a row value compares keys that are NOT NULL and go in one direction; these are not"
        }
        Some(SeekForm::Segments) if aggregate => "ranges cannot be read of a key that is known only after grouping",
        Some(form) => return Ok(form),
        // Not ranges: each would group all rows anew.
        None if aggregate => return Ok(SeekForm::OrChain),
        None if uniform => return Ok(DB::UNIFORM_SEEK),
        None if keys.iter().any(|key| key.foreign_nulls().is_some()) => return Ok(DB::FOREIGN_NULLS_SEEK),
        None => return Ok(DB::MIXED_SEEK),
    };
    Err(Error::new(ErrorKind::Strategy, refused))
}

impl Reading {
    /// The rows in their declared order, and what is known around them. The statement read one row more than the page
    /// has: whether it is there says whether there is more.
    pub(super) fn finish<T>(&self, mut rows: Vec<KeyedRow<T>>) -> Result<(Frame, Vec<T>)> {
        let mut answers = self.marked.then_some([false, false]);
        if let Some([behind, ahead]) = &mut answers {
            rows.retain_mut(|row| match row.take_role() {
                Some(Role::Behind) => {
                    *behind = true;
                    false
                }
                Some(Role::Ahead) => {
                    *ahead = true;
                    false
                }
                Some(Role::Page) | None => true,
            });
        }
        self.check(&rows)?;
        let PageSize { rows: size, backward } = self.size;
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        if backward {
            rows.reverse();
        }
        let mut cursors = Vec::with_capacity(rows.len());
        let mut items = Vec::with_capacity(rows.len());
        for KeyedRow { keys, row } in rows {
            cursors.push(self.cursor(keys)?);
            items.push(row);
        }
        let [lower, upper] = &self.gaps;
        let (near, far) = if backward { (upper, lower) } else { (lower, upper) };
        // At an end of all rows there is nothing beyond; elsewhere the statement has asked, or it is not known.
        let known =
            |gap: &Gap, answer: fn([bool; 2]) -> bool| if gap.is_end { Some(false) } else { answers.map(answer) };
        let behind = known(near, |[behind, _]| behind);
        let ahead = if more { Some(true) } else { known(far, |[_, ahead]| ahead) };
        let (has_previous, has_next) = if backward { (ahead, behind) } else { (behind, ahead) };
        // Of an empty page: in front of it is what is before its later end, or, if it has none, before its other one.
        let start = upper.cursor(false).or_else(|| lower.cursor(false)).map(|cursor| self.seal.close(cursor));
        let end = lower.cursor(true).or_else(|| upper.cursor(true)).map(|cursor| self.seal.close(cursor));
        Ok((Frame { cursors, has_next, has_previous, start, end, total: None }, items))
    }

    /// What would make pages lose rows without a word: a key that sorts otherwise than its values compare, and, in builds with
    /// debug assertions, a key that two rows share.
    fn check<T>(&self, rows: &[KeyedRow<T>]) -> Result<()> {
        for (i, misfit) in self.misfits.iter().enumerate() {
            // A NULL comes without a type, and the type is the same in all rows.
            let mut values = rows.iter().filter_map(|row| row.keys.get(i)).filter(|(key, _)| *key != Stored::Null);
            if let Some(why) = values.next().and_then(|(_, wire)| misfit(*wire)) {
                return Err(Error::new(ErrorKind::UnexpectedKey, format!("key {} of the ordering: {why}", i + 1)));
            }
        }
        let twice = |rows: &[KeyedRow<T>]| matches!(rows, [a, b] if a.keys == b.keys);
        if cfg!(debug_assertions) && rows.windows(2).any(twice) {
            return Err(Error::new(
                ErrorKind::NotUnique,
                "two rows of this page share their key, which was declared unique: pages would lose rows",
            ));
        }
        Ok(())
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
    fn cursor(&self, keys: Vec<(Stored, WireType)>) -> Result<Cursor> {
        let key = |(i, (canonical, (key, _))): (usize, (&Canonical, (Stored, WireType)))| {
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
