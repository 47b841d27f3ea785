//! Rows by the number: deterministic, and the same on every backend.

mod dice;
mod insert;
pub mod rows;

pub(crate) use insert::{Insert, insert_all, inserts};

/// How many rows of what. The rows follow from these numbers alone.
///
/// Real data is not even, and neither is this:
///
/// * Every tenth user has no posts; user 1 has twice as many posts as there are users, at least 30 and at most 5,000.
///   One user in four has no profile.
/// * Three posts in five have no editor, three in ten no score. Three posts on average share one `created_at`, some of
///   which are whole seconds and some exact to the microsecond. Titles, names and scores repeat.
/// * Posts have up to twice `comments_per_post` comments, or none; two comments in five answer an earlier one.
/// * Posts have up to three tags. One post in five is translated, into up to three languages, each with up to two
///   reviews.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seed {
    /// Users.
    pub users: usize,
    /// Posts for each user, on average.
    pub posts_per_user: usize,
    /// Comments for each post, on average.
    pub comments_per_post: usize,
    /// Tags.
    pub tags: usize,
}

impl Seed {
    /// A blog of so many users, and the default for each of them.
    #[must_use]
    pub fn users(users: usize) -> Self {
        Seed { users, ..Seed::default() }
    }
}

impl Default for Seed {
    /// 20 users with 200 posts.
    fn default() -> Self {
        Seed { users: 20, posts_per_user: 10, comments_per_post: 3, tags: 20 }
    }
}

/// How many rows were written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "a table each")]
pub struct Counts {
    pub users: usize,
    pub profiles: usize,
    pub posts: usize,
    pub comments: usize,
    pub tags: usize,
    pub post_tags: usize,
    pub translations: usize,
    pub translation_reviews: usize,
}
