//! What posts are about.

use super::Post;
use crate::schema::{post_tags, tags};
use diesel::prelude::*;

/// A word that posts are found by.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Identifiable, Insertable, AsChangeset)]
#[diesel(table_name = tags, check_for_backend(diesel::sqlite::Sqlite))]
pub struct Tag {
    /// Primary key.
    pub id: i32,
    /// Unique.
    pub name: String,
}

/// A tag to be written.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = tags)]
pub struct NewTag<'a> {
    /// Unique.
    pub name: &'a str,
}

/// The link between a post and a tag, with the tag's place among the tags of that post.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Identifiable, Associations, Insertable, AsChangeset)]
#[diesel(
    table_name = post_tags,
    primary_key(post_id, tag_id),
    belongs_to(Post),
    belongs_to(Tag),
    check_for_backend(diesel::sqlite::Sqlite)
)]
pub struct PostTag {
    /// The post.
    pub post_id: i32,
    /// The tag.
    pub tag_id: i32,
    /// 0 for the first tag of the post.
    pub position: i32,
}
