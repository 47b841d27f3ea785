//! People.

use crate::schema::{profiles, users};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// Somebody who writes posts, edits them, comments on them or reviews their translations.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Identifiable, Insertable, AsChangeset)]
#[diesel(table_name = users, check_for_backend(diesel::sqlite::Sqlite))]
pub struct User {
    /// Primary key.
    pub id: i32,
    /// Unique.
    pub email: String,
    /// Shared by many.
    pub name: String,
    /// Whether the account is in use.
    pub active: bool,
    /// When the account was made, in UTC.
    pub created_at: NaiveDateTime,
}

/// A user to be written.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = users)]
pub struct NewUser<'a> {
    /// Unique.
    pub email: &'a str,
    /// The name.
    pub name: &'a str,
}

/// What a user says about themselves: at most one for each.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Identifiable, Associations, Insertable, AsChangeset)]
#[diesel(table_name = profiles, belongs_to(User), check_for_backend(diesel::sqlite::Sqlite))]
pub struct Profile {
    /// Primary key, other than the user's.
    pub id: i32,
    /// Whose it is: unique.
    pub user_id: i32,
    /// A line or two.
    pub bio: String,
}

/// A profile to be written.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = profiles)]
pub struct NewProfile<'a> {
    /// Whose it is.
    pub user_id: i32,
    /// A line or two.
    pub bio: &'a str,
}
