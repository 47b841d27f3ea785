//! What users write.

use super::User;
use crate::schema::posts;
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// A post, as its author's.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Queryable,
    QueryableByName,
    Selectable,
    Identifiable,
    Associations,
    Insertable,
    AsChangeset,
)]
#[diesel(
    table_name = posts,
    belongs_to(User, foreign_key = author_id),
    treat_none_as_default_value = false,
    treat_none_as_null = true,
    check_for_backend(diesel::sqlite::Sqlite)
)]
pub struct Post {
    /// Primary key.
    pub id: i32,
    /// Who wrote it.
    pub author_id: i32,
    /// Who edited it, if anybody did.
    pub editor_id: Option<i32>,
    /// The title.
    pub title: String,
    /// The text.
    pub body: String,
    /// Whether readers see it.
    pub published: bool,
    /// What readers thought of it, if they were asked.
    pub score: Option<i32>,
    /// When it was written, in UTC: to the microsecond, and not unique.
    pub created_at: NaiveDateTime,
}

/// A post, as its editor's.
///
/// A struct of its own, as Diesel knows one key from a struct to a parent.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Identifiable, Associations)]
#[diesel(table_name = posts, belongs_to(User, foreign_key = editor_id), check_for_backend(diesel::sqlite::Sqlite))]
pub struct EditedPost {
    /// Primary key.
    pub id: i32,
    /// Who edited it, if anybody did.
    pub editor_id: Option<i32>,
    /// The title.
    pub title: String,
}

/// A post to be written: not published yet, without editor and score.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = posts)]
pub struct NewPost<'a> {
    /// Who wrote it.
    pub author_id: i32,
    /// The title.
    pub title: &'a str,
    /// The text.
    pub body: &'a str,
}
