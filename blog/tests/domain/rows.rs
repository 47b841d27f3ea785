//! Everything that is in a database.

use blog::models::{Comment, Post, PostTag, Profile, Tag, Translation, TranslationReview, User};

/// All rows of all tables, by primary key.
#[derive(Debug, PartialEq)]
pub(crate) struct Rows {
    pub(crate) users: Vec<User>,
    pub(crate) profiles: Vec<Profile>,
    pub(crate) posts: Vec<Post>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) tags: Vec<Tag>,
    pub(crate) post_tags: Vec<PostTag>,
    pub(crate) translations: Vec<Translation>,
    pub(crate) translation_reviews: Vec<TranslationReview>,
}

impl Rows {
    pub(crate) fn counts(&self) -> blog::Counts {
        blog::Counts {
            users: self.users.len(),
            profiles: self.profiles.len(),
            posts: self.posts.len(),
            comments: self.comments.len(),
            tags: self.tags.len(),
            post_tags: self.post_tags.len(),
            translations: self.translations.len(),
            translation_reviews: self.translation_reviews.len(),
        }
    }
}

/// Reads [`Rows`] over a connection of any type.
macro_rules! all_rows {
    ($conn:expr) => {{
        use blog::models::*;
        use blog::schema::*;
        use diesel::prelude::*;
        crate::rows::Rows {
            users: users::table.order(users::id).select(User::as_select()).load($conn)?,
            profiles: profiles::table.order(profiles::id).select(Profile::as_select()).load($conn)?,
            posts: posts::table.order(posts::id).select(Post::as_select()).load($conn)?,
            comments: comments::table.order(comments::id).select(Comment::as_select()).load($conn)?,
            tags: tags::table.order(tags::id).select(Tag::as_select()).load($conn)?,
            post_tags: post_tags::table
                .order((post_tags::post_id, post_tags::tag_id))
                .select(PostTag::as_select())
                .load($conn)?,
            translations: translations::table
                .order((translations::post_id, translations::language))
                .select(Translation::as_select())
                .load($conn)?,
            translation_reviews: translation_reviews::table
                .order(translation_reviews::id)
                .select(TranslationReview::as_select())
                .load($conn)?,
        }
    }};
}
pub(crate) use all_rows;
