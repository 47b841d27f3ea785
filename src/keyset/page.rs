//! A page: rows in the declared order, a cursor for each, and what is known of before and after.

use super::cursor::Cursor;
use super::total::Total;

/// All of a page but its rows.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) cursors: Vec<Cursor>,
    pub(super) has_next: Option<bool>,
    pub(super) has_previous: Option<bool>,
    /// Where an empty page stands: what comes before it, and what comes after it.
    pub(super) start: Option<Cursor>,
    pub(super) end: Option<Cursor>,
    pub(super) total: Option<Total>,
}

impl Frame {
    /// The page: one row for each cursor.
    pub(super) fn around<T>(self, items: Vec<T>) -> Page<T> {
        let Frame { cursors, has_next, has_previous, start, end, total } = self;
        Page { items, cursors, has_next, has_previous, start, end, total }
    }
}

/// The rows of one page, in the declared order whichever way they were read.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Page<T> {
    items: Vec<T>,
    cursors: Vec<Cursor>,
    has_next: Option<bool>,
    has_previous: Option<bool>,
    start: Option<Cursor>,
    end: Option<Cursor>,
    total: Option<Total>,
}

/// A row with its cursor, as in Relay's connections.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge<'a, T> {
    /// The position of the row.
    pub cursor: &'a Cursor,
    /// The row.
    pub node: &'a T,
}

impl<T> Page<T> {
    /// Without rows, and without any beyond it.
    pub(super) fn of_nothing() -> Self {
        let (has_next, has_previous) = (Some(false), Some(false));
        Page { items: Vec::new(), cursors: Vec::new(), has_next, has_previous, start: None, end: None, total: None }
    }

    /// The rows.
    pub fn items(&self) -> &[T] {
        &self.items
    }

    /// The rows, given away.
    pub fn into_items(self) -> Vec<T> {
        self.items
    }

    /// The rows with their cursors.
    pub fn edges(&self) -> impl ExactSizeIterator<Item = Edge<'_, T>> {
        self.cursors.iter().zip(&self.items).map(|(cursor, node)| Edge { cursor, node })
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Whether there are rows after this page. `None` where it was not free to know: the page was read backward from a
    /// cursor, or up to one, and without [`exact_bounds`](super::Keyset::exact_bounds).
    pub fn has_next(&self) -> Option<bool> {
        self.has_next
    }

    /// Whether there are rows before this page. `None` where it was not free to know: the page was read forward from a
    /// cursor, or down to one, and without [`exact_bounds`](super::Keyset::exact_bounds).
    pub fn has_previous(&self) -> Option<bool> {
        self.has_previous
    }

    /// How many rows there are on all pages together, where [`count_total`](super::Keyset::count_total) asked for it.
    pub fn total(&self) -> Option<Total> {
        self.total
    }

    /// Where the next page begins, for `.after(..)`; only where there is more for certain.
    pub fn next_cursor(&self) -> Option<&Cursor> {
        self.end_cursor().filter(|_| self.has_next == Some(true))
    }

    /// Where the previous page ends, for `.before(..)`; only where there is more for certain.
    pub fn previous_cursor(&self) -> Option<&Cursor> {
        self.start_cursor().filter(|_| self.has_previous == Some(true))
    }

    /// The position of the first row, for `.before(..)`.
    ///
    /// Of an empty page it is where the page was read: what comes before it is the way back, the row of its cursor included.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::Post, schema::posts};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let newest = || posts::table.select(Post::as_select()).keyset((posts::created_at.desc(), posts::id.desc()));
    /// let last = newest().last(5).load(conn)?;
    /// let beyond = newest().first(5).after(last.end_cursor()).load(conn)?;
    /// assert!(beyond.is_empty());
    /// assert_eq!(newest().last(5).before(beyond.start_cursor()).load(conn)?.items(), last.items());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn start_cursor(&self) -> Option<&Cursor> {
        self.cursors.first().or(self.start.as_ref())
    }

    /// The position of the last row, for `.after(..)`. Of an empty page it is where the page was read: with it a client can
    /// ask again later whether something new has come.
    ///
    /// There is none for an empty page that was read from an end, or from [values](super::Keyset::after_values): the same
    /// request asks again.
    pub fn end_cursor(&self) -> Option<&Cursor> {
        self.cursors.last().or(self.end.as_ref())
    }
}

impl<T> Page<T> {
    /// The same page of other rows: each made from one of these.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::Post, schema::posts};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let page = posts::table.select(Post::as_select()).keyset(posts::id.asc()).first(3).load(conn)?;
    /// let next = page.next_cursor().cloned();
    /// let titles = page.map(|post| post.title);
    /// assert_eq!((titles.len(), titles.next_cursor()), (3, next.as_ref()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        let (frame, items) = self.apart();
        frame.around(items.into_iter().map(f).collect())
    }

    /// The same page of other rows, if all of them can be made.
    ///
    /// # Errors
    ///
    /// The first error of `f`.
    pub fn try_map<U, E>(self, f: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        let (frame, items) = self.apart();
        Ok(frame.around(items.into_iter().map(f).collect::<Result<_, _>>()?))
    }

    fn apart(self) -> (Frame, Vec<T>) {
        let Page { items, cursors, has_next, has_previous, start, end, total } = self;
        (Frame { cursors, has_next, has_previous, start, end, total }, items)
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Page<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}
