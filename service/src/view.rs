//! What a client sees of the rows.

use blog::models::{Comment, Post, Tag, User};
use chrono::{NaiveDateTime, SecondsFormat};
use serde::Serialize;
use turbodiesel::keyset::Page;

/// A post with what was asked for.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PostView {
    pub(crate) id: i32,
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) author: Option<AuthorView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) comment_count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tags: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) comments: Option<Page<CommentView>>,
}

/// Somebody who writes.
#[derive(Debug, Clone, Serialize, async_graphql::SimpleObject)]
#[graphql(name = "Author")]
pub(crate) struct AuthorView {
    pub(crate) id: i32,
    pub(crate) name: String,
}

/// A comment with its author, if asked for.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CommentView {
    pub(crate) id: i32,
    pub(crate) body: String,
    pub(crate) created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) author: Option<AuthorView>,
}

/// A comment as it is loaded.
pub(crate) type CommentRow = (Comment, Option<User>);

/// A post as it is loaded.
pub(crate) type PostRow = (Post, Option<User>, Option<i64>, Option<Vec<Tag>>, Option<Page<CommentRow>>);

impl From<PostRow> for PostView {
    fn from((post, author, comment_count, tags, comments): PostRow) -> Self {
        PostView {
            id: post.id,
            title: post.title,
            body: post.body,
            created_at: rfc3339(post.created_at),
            author: author.map(AuthorView::from),
            comment_count,
            tags: tags.map(|tags| tags.into_iter().map(|tag| tag.name).collect()),
            comments: comments.map(|page| page.map(CommentView::from)),
        }
    }
}

impl From<CommentRow> for CommentView {
    fn from((comment, author): CommentRow) -> Self {
        let author = author.map(AuthorView::from);
        CommentView { id: comment.id, body: comment.body, created_at: rfc3339(comment.created_at), author }
    }
}

impl From<User> for AuthorView {
    fn from(user: User) -> Self {
        AuthorView { id: user.id, name: user.name }
    }
}

fn rfc3339(time: NaiveDateTime) -> String {
    time.and_utc().to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
