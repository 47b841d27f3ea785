//! What a request asks for: which page, and what comes with its rows.

use crate::failure::Failure;

/// The most rows of a page.
pub(crate) const MOST: u32 = 100;

/// The rows of a page of posts, where nobody says how many.
pub(crate) const USUAL: u32 = 20;

/// Which rows of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rows {
    pub(crate) size: u32,
    /// The last rows, not the first ones.
    pub(crate) backward: bool,
    pub(crate) after: Option<String>,
    pub(crate) before: Option<String>,
    /// Whether both ends must be known.
    pub(crate) exact: bool,
}

impl Rows {
    /// Relay's arguments.
    pub(crate) fn relay(
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Self, Failure> {
        let (size, backward) = match (first, last) {
            (Some(_), Some(_)) => return Err(Failure::bad_request("say `first` or `last`, not both")),
            (None, Some(last)) => (last, true),
            (first, None) => (first.unwrap_or(USUAL as i32), false),
        };
        // No page has 0 rows: what is below is refused as that.
        Ok(Rows { size: u32::try_from(size).unwrap_or(0), backward, after, before, exact: false })
    }
}

/// What comes with each post.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) author: bool,
    pub(crate) comment_count: bool,
    pub(crate) tags: bool,
    pub(crate) comments: Option<WantedComments>,
}

impl Wanted {
    /// What a list of posts shows.
    pub(crate) const OVERVIEW: Self = Wanted { author: true, comment_count: true, tags: true, comments: None };

    /// `author,tags`: names of what comes along.
    pub(crate) fn named(names: &str) -> Result<Self, Failure> {
        let mut wanted = Wanted::default();
        for name in names.split(',').filter(|name| !name.is_empty()) {
            match name {
                "author" => wanted.author = true,
                "commentCount" => wanted.comment_count = true,
                "tags" => wanted.tags = true,
                _ => return Err(Failure::bad_request("`include` takes author, commentCount and tags")),
            }
        }
        Ok(wanted)
    }
}

/// The first comments of each post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WantedComments {
    pub(crate) first: u32,
    pub(crate) author: bool,
}
