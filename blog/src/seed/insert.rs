//! Many rows in few statements.

use super::{Counts, Seed, rows};
use crate::models::{Comment, Post, PostTag, Profile, Tag, Translation, TranslationReview, User};
use diesel::{Connection, QueryResult};

/// Rows in one INSERT: eight columns of them stay under SQLite's 32,766 and the servers' 65,535 placeholders.
const CHUNK: usize = 1_000;

/// Writes rows of one table. Diesel's own bounds for that name the backend, so each connection has them written out.
pub(crate) trait Insert<R>: Connection {
    fn insert(&mut self, rows: &[R]) -> QueryResult<usize>;
}

/// [`Insert`] for all tables, for one connection.
macro_rules! inserts {
    ($connection:ty) => {
        inserts!($connection: User, Profile, Post, Comment, Tag, PostTag, Translation, TranslationReview);
    };
    ($connection:ty: $($row:ident),*) => {$(
        impl $crate::seed::Insert<$crate::models::$row> for $connection {
            fn insert(&mut self, rows: &[$crate::models::$row]) -> ::diesel::QueryResult<usize> {
                use ::diesel::{associations::HasTable, RunQueryDsl};
                ::diesel::insert_into($crate::models::$row::table()).values(rows).execute(self)
            }
        }
    )*};
}
pub(crate) use inserts;

/// Writes every row of the seed, parents before their children, in one transaction.
pub(crate) fn insert_all<C>(conn: &mut C, seed: &Seed) -> QueryResult<Counts>
where
    C: Insert<User> + Insert<Profile> + Insert<Post> + Insert<Comment>,
    C: Insert<Tag> + Insert<PostTag> + Insert<Translation> + Insert<TranslationReview>,
{
    conn.transaction(|conn| {
        Ok(Counts {
            users: in_chunks(conn, rows::users(seed))?,
            profiles: in_chunks(conn, rows::profiles(seed))?,
            posts: in_chunks(conn, rows::posts(seed))?,
            comments: in_chunks(conn, rows::comments(seed))?,
            tags: in_chunks(conn, rows::tags(seed))?,
            post_tags: in_chunks(conn, rows::post_tags(seed))?,
            translations: in_chunks(conn, rows::translations(seed))?,
            translation_reviews: in_chunks(conn, rows::translation_reviews(seed))?,
        })
    })
}

fn in_chunks<C: Insert<R>, R>(conn: &mut C, mut rows: impl Iterator<Item = R>) -> QueryResult<usize> {
    let mut written = 0;
    loop {
        let chunk: Vec<R> = rows.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            return Ok(written);
        }
        written += conn.insert(&chunk)?;
    }
}
