//! The rows of the tables, as structs.
//!
//! A struct named after a table holds a whole row; `New..` is what is given when a row is written whose other columns the
//! database fills in.

mod comment;
mod post;
mod tag;
mod translation;
mod user;

pub use comment::{Comment, NewComment, Reply};
pub use post::{EditedPost, NewPost, Post};
pub use tag::{NewTag, PostTag, Tag};
pub use translation::{NewTranslationReview, Translation, TranslationReview};
pub use user::{NewProfile, NewUser, Profile, User};
