//! The catalogue: films, their languages, actors and genres.

use crate::Money;
use crate::schema::{actor, category, film, film_actor, film_category, language};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// A language.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Identifiable, Insertable)]
#[diesel(table_name = language, primary_key(language_id))]
pub struct Language {
    /// Primary key.
    pub language_id: i32,
    /// Its name in English, padded with spaces to twenty characters.
    pub name: String,
    /// When the row last changed.
    pub last_update: NaiveDateTime,
}

/// An actor.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Identifiable, Insertable)]
#[diesel(table_name = actor, primary_key(actor_id))]
pub struct Actor {
    /// Primary key.
    pub actor_id: i32,
    /// First name, in capitals.
    pub first_name: String,
    /// Last name, in capitals; many are repeated.
    pub last_name: String,
    /// When the row last changed.
    pub last_update: NaiveDateTime,
}

/// A genre.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Identifiable, Insertable)]
#[diesel(table_name = category, primary_key(category_id))]
pub struct Category {
    /// Primary key.
    pub category_id: i32,
    /// Its name.
    pub name: String,
    /// When the row last changed.
    pub last_update: NaiveDateTime,
}

/// A film. It belongs to the language it is in; [`OriginalLanguageFilm`] is the same row seen from the other key.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Identifiable, Associations, Insertable)]
#[diesel(table_name = film, primary_key(film_id))]
#[diesel(belongs_to(Language))]
#[diesel(treat_none_as_default_value = false)]
pub struct Film {
    /// Primary key.
    pub film_id: i32,
    /// Title, in capitals.
    pub title: String,
    /// One sentence about it.
    pub description: String,
    /// Year of release.
    pub release_year: i32,
    /// The language it is in.
    pub language_id: i32,
    /// The language it was made in; NULL in every row.
    pub original_language_id: Option<i32>,
    /// Days of a rental.
    pub rental_duration: i32,
    /// What a rental costs; one of three prices.
    pub rental_rate: Money,
    /// Minutes.
    pub length: i32,
    /// What a lost copy costs.
    pub replacement_cost: Money,
    /// Who may see it: `G`, `PG`, `PG-13`, `R`, `NC-17`.
    pub rating: String,
    /// When the row last changed.
    pub last_update: NaiveDateTime,
    /// A PostgreSQL array as text: `{Trailers,"Behind the Scenes"}`.
    pub special_features: Option<String>,
}

/// A film by the other of its two keys to [`Language`]: the one it was made in.
///
/// One struct cannot belong to one parent twice (the compiler may then search without end), so the second key has a
/// struct of its own.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Identifiable, Associations)]
#[diesel(table_name = film, primary_key(film_id))]
#[diesel(belongs_to(Language, foreign_key = original_language_id))]
pub struct OriginalLanguageFilm {
    /// Primary key.
    pub film_id: i32,
    /// Title, in capitals.
    pub title: String,
    /// The language it was made in; NULL in every row.
    pub original_language_id: Option<i32>,
}

/// An actor in a film.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Identifiable, Associations, Insertable)]
#[diesel(table_name = film_actor, primary_key(actor_id, film_id))]
#[diesel(belongs_to(Actor))]
#[diesel(belongs_to(Film))]
pub struct FilmActor {
    /// The actor.
    pub actor_id: i32,
    /// The film.
    pub film_id: i32,
    /// When the row last changed.
    pub last_update: NaiveDateTime,
}

/// A genre of a film.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Identifiable, Associations, Insertable)]
#[diesel(table_name = film_category, primary_key(film_id, category_id))]
#[diesel(belongs_to(Film))]
#[diesel(belongs_to(Category))]
pub struct FilmCategory {
    /// The film.
    pub film_id: i32,
    /// The genre.
    pub category_id: i32,
    /// When the row last changed.
    pub last_update: NaiveDateTime,
}
