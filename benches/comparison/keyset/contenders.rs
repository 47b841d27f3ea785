//! The four ways to a page, as one writes them. Which of the two by hand is the right one depends on the database.

use blog::models::Post;
use turbodiesel::Result;
use turbodiesel::keyset::Cursor;

use super::{Page, Position};

/// The posts from a position on, newest first.
pub(crate) trait Contenders: Sized {
    /// The page number, multiplied.
    fn page_by_offset(&mut self, position: &Position) -> Result<Page>;
    /// The predicate that Diesel's query builder can say: `a < ? OR (a = ? AND b < ?)`.
    fn page_by_or_chain(&mut self, position: &Position) -> Result<Page>;
    /// The predicate that it cannot say, in SQL: `(a, b) < (?, ?)`.
    fn page_by_row_value(&mut self, position: &Position) -> Result<Page>;
    /// Another crate for this, on the database that it knows.
    const BY_ANOTHER_CRATE: Option<fn(&mut Self, &Position) -> Result<Page>>;
    /// This crate.
    fn page_by_keyset(&mut self, position: &Position) -> Result<Page>;

    /// The row with so many rows up to it and including it, and its cursor.
    fn position_after(&mut self, rows: i64) -> Result<(Post, Cursor)>;
}

impl Page {
    /// Of the rows that were read, one more than a page shows.
    pub(crate) fn of(mut posts: Vec<Post>) -> Self {
        let shown = super::PAGE as usize;
        let has_next = posts.len() > shown;
        posts.truncate(shown);
        Page { posts, has_next }
    }
}

macro_rules! contenders {
    ($Connection:ty, $another:expr) => {
        const _: () = {
            use blog::models::Post;
            use blog::schema::posts;
            use diesel::dsl::sql;
            use diesel::prelude::*;
            use diesel::sql_types::{Bool, Integer, Timestamp};
            use turbodiesel::Result;
            use turbodiesel::keyset::Cursor;
            use turbodiesel::prelude::*;

            use crate::keyset::{Contenders, PAGE, Page, Position};

            impl Contenders for $Connection {
                const BY_ANOTHER_CRATE: Option<fn(&mut Self, &Position) -> Result<Page>> = $another;

                fn page_by_offset(&mut self, position: &Position) -> Result<Page> {
                    let posts = posts::table
                        .order((posts::created_at.desc(), posts::id.desc()))
                        .offset(position.offset)
                        .limit(i64::from(PAGE) + 1)
                        .select(Post::as_select())
                        .load(self)?;
                    Ok(Page::of(posts))
                }

                fn page_by_or_chain(&mut self, position: &Position) -> Result<Page> {
                    let page = posts::table
                        .order((posts::created_at.desc(), posts::id.desc()))
                        .limit(i64::from(PAGE) + 1)
                        .select(Post::as_select());
                    let posts = match &position.after {
                        None => page.load(self)?,
                        Some((last, _)) => page
                            .filter(
                                posts::created_at
                                    .lt(last.created_at)
                                    .or(posts::created_at.eq(last.created_at).and(posts::id.lt(last.id))),
                            )
                            .load(self)?,
                    };
                    Ok(Page::of(posts))
                }

                fn page_by_row_value(&mut self, position: &Position) -> Result<Page> {
                    let page = posts::table
                        .order((posts::created_at.desc(), posts::id.desc()))
                        .limit(i64::from(PAGE) + 1)
                        .select(Post::as_select());
                    let posts = match &position.after {
                        None => page.load(self)?,
                        Some((last, _)) => page
                            .filter(
                                sql::<Bool>("(posts.created_at, posts.id) < (")
                                    .bind::<Timestamp, _>(last.created_at)
                                    .sql(", ")
                                    .bind::<Integer, _>(last.id)
                                    .sql(")"),
                            )
                            .load(self)?,
                    };
                    Ok(Page::of(posts))
                }

                fn page_by_keyset(&mut self, position: &Position) -> Result<Page> {
                    let page = posts::table
                        .select(Post::as_select())
                        .keyset((posts::created_at.desc(), posts::id.desc()))
                        .first(PAGE)
                        .after(position.after.as_ref().map(|(_, cursor)| cursor))
                        .load(self)?;
                    Ok(Page { has_next: page.has_next() == Some(true), posts: page.into_items() })
                }

                fn position_after(&mut self, rows: i64) -> Result<(Post, Cursor)> {
                    let last: Post = posts::table
                        .order((posts::created_at.desc(), posts::id.desc()))
                        .offset((rows - 1).max(0))
                        .select(Post::as_select())
                        .first(self)?;
                    let page = posts::table
                        .filter(posts::id.eq(last.id))
                        .select(Post::as_select())
                        .keyset((posts::created_at.desc(), posts::id.desc()))
                        .first(1)
                        .load(self)?;
                    let cursor = page.end_cursor().cloned().ok_or(diesel::NotFound)?;
                    Ok((last, cursor))
                }
            }
        };
    };
}
pub(crate) use contenders;
