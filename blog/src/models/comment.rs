//! What users say about posts, and about each other's comments.

use super::{Post, User};
use crate::schema::comments;
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// A comment on a post, and perhaps on another comment of that post.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Identifiable, Associations, Insertable, AsChangeset)]
#[diesel(
    table_name = comments,
    belongs_to(Post),
    belongs_to(User, foreign_key = author_id),
    treat_none_as_default_value = false,
    treat_none_as_null = true,
    check_for_backend(diesel::sqlite::Sqlite)
)]
pub struct Comment {
    /// Primary key.
    pub id: i32,
    /// What it is about.
    pub post_id: i32,
    /// Who wrote it.
    pub author_id: i32,
    /// The comment that it answers, if it answers one.
    pub parent_id: Option<i32>,
    /// The text.
    pub body: String,
    /// When it was written, in UTC.
    pub created_at: NaiveDateTime,
}

/// A comment, as an answer to another.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Identifiable, Associations)]
#[diesel(table_name = comments, belongs_to(Comment, foreign_key = parent_id), check_for_backend(diesel::sqlite::Sqlite))]
pub struct Reply {
    /// Primary key.
    pub id: i32,
    /// The comment that it answers, if it answers one.
    pub parent_id: Option<i32>,
    /// The text.
    pub body: String,
}

/// A comment to be written.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = comments)]
pub struct NewComment<'a> {
    /// What it is about.
    pub post_id: i32,
    /// Who wrote it.
    pub author_id: i32,
    /// The comment that it answers, if it answers one.
    pub parent_id: Option<i32>,
    /// The text.
    pub body: &'a str,
}
