//! Posts in other languages: a composite primary key, and a composite foreign key to it.

use super::{Post, User};
use crate::schema::{translation_reviews, translations};
use diesel::prelude::*;

/// A post's title in another language.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Identifiable, Associations, Insertable, AsChangeset)]
#[diesel(
    table_name = translations,
    primary_key(post_id, language),
    belongs_to(Post),
    check_for_backend(diesel::sqlite::Sqlite)
)]
pub struct Translation {
    /// The post.
    pub post_id: i32,
    /// A code such as `de` or `pt-BR`.
    pub language: String,
    /// The title in that language.
    pub title: String,
}

/// What somebody thinks of a translation, which `post_id` and `language` name together.
///
/// Diesel's `belongs_to` takes one column, so here it only knows the reviewer.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Identifiable, Associations, Insertable, AsChangeset)]
#[diesel(
    table_name = translation_reviews,
    belongs_to(User, foreign_key = reviewer_id),
    check_for_backend(diesel::sqlite::Sqlite)
)]
pub struct TranslationReview {
    /// Primary key.
    pub id: i32,
    /// The translation's post.
    pub post_id: i32,
    /// The translation's language.
    pub language: String,
    /// Who thinks so.
    pub reviewer_id: i32,
    /// A word.
    pub verdict: String,
}

/// A review to be written.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = translation_reviews)]
pub struct NewTranslationReview<'a> {
    /// The translation's post.
    pub post_id: i32,
    /// The translation's language.
    pub language: &'a str,
    /// Who thinks so.
    pub reviewer_id: i32,
    /// A word.
    pub verdict: &'a str,
}
