//! What web interfaces say of a page: Relay's `PageInfo`, the `Link` header of RFC 8288. Pure functions of a page, of no
//! framework.

use std::fmt::{self, Write};

use super::cursor::Cursor;
use super::page::Page;

/// Relay's `PageInfo`: what a GraphQL connection says beside its edges.
///
/// Serialized (feature `serde`) under Relay's names: `hasNextPage`, `hasPreviousPage`, `startCursor`, `endCursor`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageInfo<'a> {
    /// Whether there are rows after this page; `false` too where it is not known, as Relay has it.
    pub has_next_page: bool,
    /// Whether there are rows before this page; `false` too where it is not known, as Relay has it.
    pub has_previous_page: bool,
    /// The position of the first row.
    pub start_cursor: Option<&'a Cursor>,
    /// The position of the last row; of an empty page the one it was read after, so that a client can ask again.
    pub end_cursor: Option<&'a Cursor>,
}

/// A step from a page to one beside it: what the query of a link says. Its text is `after=` or `before=` with the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// To the rows after this position.
    Next(&'a Cursor),
    /// To the rows before this position.
    Previous(&'a Cursor),
}

impl fmt::Display for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Next(cursor) => write!(f, "after={cursor}"),
            Step::Previous(cursor) => write!(f, "before={cursor}"),
        }
    }
}

impl<T> Page<T> {
    /// Relay's `PageInfo` of this page.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::Post, schema::posts};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let page = posts::table.select(Post::as_select()).keyset(posts::id.asc()).first(3).load(conn)?;
    /// let info = page.page_info();
    /// assert!(info.has_next_page && !info.has_previous_page);
    /// assert_eq!(info.end_cursor, page.end_cursor());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn page_info(&self) -> PageInfo<'_> {
        PageInfo {
            has_next_page: self.has_next() == Some(true),
            has_previous_page: self.has_previous() == Some(true),
            start_cursor: self.start_cursor(),
            end_cursor: self.end_cursor(),
        }
    }

    /// The value of a `Link` header (RFC 8288) with the relations `prev` and `next`; `None` where neither leads anywhere.
    ///
    /// `url` gives the address of a page. A link is left out where it is known to lead nowhere; where that is not known
    /// the page behind it may be empty.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::Post, schema::posts};
    /// use turbodiesel::keyset::Step;
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let page = posts::table.select(Post::as_select()).keyset(posts::id.asc()).first(20).load(conn)?;
    /// let link = page.link_header(|step| match step {
    ///     Step::Next(_) => format!("https://example.com/posts?first=20&{step}"),
    ///     Step::Previous(_) => format!("https://example.com/posts?last=20&{step}"),
    /// });
    /// let token = page.end_cursor().ok_or("no posts")?;
    /// assert_eq!(link, Some(format!("<https://example.com/posts?first=20&after={token}>; rel=\"next\"")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn link_header(&self, mut url: impl FnMut(Step<'_>) -> String) -> Option<String> {
        let previous = self.start_cursor().filter(|_| self.has_previous() != Some(false)).map(Step::Previous);
        let next = self.end_cursor().filter(|_| self.has_next() != Some(false)).map(Step::Next);
        let links = [(previous, "prev"), (next, "next")].into_iter().filter_map(|(step, relation)| {
            let target = target(&url(step?));
            Some(format!("<{target}>; rel=\"{relation}\""))
        });
        Some(links.collect::<Vec<_>>().join(", ")).filter(|header| !header.is_empty())
    }
}

/// The address as it may stand between `<` and `>` in a header: what would end it, or the header, is escaped.
fn target(url: &str) -> String {
    let mut target = String::with_capacity(url.len());
    for byte in url.bytes() {
        match byte {
            b'!'..=b'~' if !b"<>\"\\^`{|}".contains(&byte) => target.push(byte.into()),
            // Writing to a string never fails.
            _ => drop(write!(target, "%{byte:02X}")),
        }
    }
    target
}

#[cfg(test)]
mod tests {
    use super::target;

    #[test]
    fn no_address_ends_the_header() {
        assert_eq!(target("/posts?first=2&after=Ab-_9"), "/posts?first=2&after=Ab-_9");
        assert_eq!(target("/a>; rel=x\r\nSet-Cookie: é"), "/a%3E;%20rel=x%0D%0ASet-Cookie:%20%C3%A9");
    }
}
