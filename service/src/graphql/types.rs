//! The types of the schema.

use async_graphql::{ID, Object, SimpleObject};
use turbodiesel::keyset::{Edge, Page};

use crate::failure::Failure;
use crate::view::{AuthorView, CommentView, PostView};

/// The comments that come with a post, where nobody says how many.
pub(super) const COMMENTS: u32 = 3;

/// A page of posts.
pub(crate) struct Posts(pub(super) Page<PostView>);

#[Object]
impl Posts {
    async fn edges(&self) -> Vec<PostEdge<'_>> {
        self.0.edges().map(PostEdge).collect()
    }

    async fn page_info(&self) -> PageInfo {
        PageInfo::of(&self.0)
    }
}

/// A post and its position.
pub(crate) struct PostEdge<'a>(Edge<'a, PostView>);

#[Object]
impl PostEdge<'_> {
    async fn cursor(&self) -> String {
        self.0.cursor.to_string()
    }

    async fn node(&self) -> Post<'_> {
        Post(self.0.node)
    }
}

/// What somebody wrote.
pub(crate) struct Post<'a>(&'a PostView);

#[Object]
impl Post<'_> {
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    async fn title(&self) -> &str {
        &self.0.title
    }

    async fn body(&self) -> &str {
        &self.0.body
    }

    /// RFC 3339, in UTC.
    async fn created_at(&self) -> &str {
        &self.0.created_at
    }

    async fn author(&self) -> async_graphql::Result<&AuthorView> {
        loaded(self.0.author.as_ref(), "author")
    }

    async fn comment_count(&self) -> async_graphql::Result<i64> {
        loaded(self.0.comment_count, "commentCount")
    }

    async fn tags(&self) -> async_graphql::Result<&[String]> {
        loaded(self.0.tags.as_deref(), "tags")
    }

    /// The first comments. The others are in `Query.comments(post, after)`.
    async fn comments(
        &self,
        #[graphql(default_with = "COMMENTS as i32")] first: i32,
    ) -> async_graphql::Result<Comments> {
        let page = loaded(self.0.comments.as_ref(), "comments")?.clone();
        Ok(Comments { page, first: usize::try_from(first).ok() })
    }
}

/// A page of comments.
pub(crate) struct Comments {
    page: Page<CommentView>,
    /// Fewer than were loaded, where they are selected twice.
    first: Option<usize>,
}

impl Comments {
    pub(super) fn all(page: Page<CommentView>) -> Self {
        Comments { page, first: None }
    }

    fn shown(&self) -> usize {
        self.first.unwrap_or(usize::MAX)
    }
}

#[Object]
impl Comments {
    async fn edges(&self) -> Vec<CommentEdge<'_>> {
        self.page.edges().take(self.shown()).map(CommentEdge).collect()
    }

    async fn page_info(&self) -> PageInfo {
        let mut info = PageInfo::of(&self.page);
        if self.page.len() > self.shown() {
            info.has_next_page = true;
            info.end_cursor = self.page.edges().take(self.shown()).last().map(|edge| edge.cursor.to_string());
        }
        info
    }
}

/// A comment and its position.
pub(crate) struct CommentEdge<'a>(Edge<'a, CommentView>);

#[Object]
impl CommentEdge<'_> {
    async fn cursor(&self) -> String {
        self.0.cursor.to_string()
    }

    async fn node(&self) -> CommentNode<'_> {
        CommentNode(self.0.node)
    }
}

/// What somebody said about a post.
pub(crate) struct CommentNode<'a>(&'a CommentView);

#[Object(name = "Comment")]
impl CommentNode<'_> {
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    async fn body(&self) -> &str {
        &self.0.body
    }

    /// RFC 3339, in UTC.
    async fn created_at(&self) -> &str {
        &self.0.created_at
    }

    async fn author(&self) -> async_graphql::Result<&AuthorView> {
        loaded(self.0.author.as_ref(), "author")
    }
}

/// Relay's.
#[derive(SimpleObject)]
struct PageInfo {
    has_next_page: bool,
    has_previous_page: bool,
    start_cursor: Option<String>,
    end_cursor: Option<String>,
}

impl PageInfo {
    fn of<T>(page: &Page<T>) -> Self {
        let info = page.page_info();
        PageInfo {
            has_next_page: info.has_next_page,
            has_previous_page: info.has_previous_page,
            start_cursor: info.start_cursor.map(ToString::to_string),
            end_cursor: info.end_cursor.map(ToString::to_string),
        }
    }
}

/// What was selected was loaded: look-ahead and resolvers read one request.
fn loaded<T>(value: Option<T>, field: &str) -> async_graphql::Result<T> {
    value.ok_or_else(|| Failure::internal(&format!("`{field}` was not loaded")).into_graphql())
}
