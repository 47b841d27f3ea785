//! Many to many in one statement of the caller's.

use std::fmt;
use std::marker::PhantomData;

use diesel::sql_types::is_nullable;

use super::belongs_to::BelongsTo;
use super::by::Joins;
use super::has_many::{Children, Many};
use super::many_to_many::ManyToMany;
use super::plumbing::reads::Beside;
use super::relation::ChildOf;

/// The children are found through links, in a join: their parent's key is a column of `Link`.
pub struct Via<Link>(PhantomData<fn() -> Link>);

// By hand: a derive would ask it of the model too.
impl<Link> Clone for Via<Link> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<Link> Copy for Via<Link> {}
impl<Link> fmt::Debug for Via<Link> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Via")
    }
}

impl<P, C, Link: ChildOf<P, Key: Clone>> Joins<P, C> for Via<Link> {
    type Key = Link::Key;
    type Columns = Link::Column;
    type Named = Link::Column;
    type Null = is_nullable::NotNull;
    type Reads = Beside;

    fn columns(&self) -> Link::Column {
        Link::Column::default()
    }

    fn named(&self) -> Link::Column {
        Link::Column::default()
    }

    fn key(&self, parent: &P) -> Option<Link::Key> {
        Some(Link::primary_key(parent).clone())
    }
}

impl<Link, LQ, T, Q, S, A> ManyToMany<Children<Link, LQ, (), Many>, BelongsTo<T, Q, S, A>> {
    /// Loads links and targets in one statement, a join that you write: a has-many of targets, which is filtered and
    /// sorted by columns of both tables.
    ///
    /// One statement in place of two: of use for few parents, where a round trip is what costs. A target is sent once for
    /// each link; a parent without links gets an empty `Vec`. What was said of links and targets before this call is replaced by the join, so it comes first.
    ///
    /// ```sql
    /// -- PostgreSQL
    /// SELECT "post_tags"."post_id", "tags"."id", "tags"."name" FROM "post_tags" INNER JOIN "tags" ON ..
    ///  WHERE "post_tags"."post_id" = ANY($1) ORDER BY "post_tags"."position"
    /// -- SQLite
    /// SELECT .. WHERE `post_tags`.`post_id` IN (SELECT value FROM json_each(?)) ORDER BY `post_tags`.`position`
    /// -- MySQL, MariaDB
    /// SELECT .. WHERE `post_tags`.`post_id` IN (SELECT k.id FROM JSON_TABLE(?, ..) k) ORDER BY `post_tags`.`position`
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, PostTag, Tag}, schema::{post_tags, posts, tags}};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let tags = many_to_many::<Tag, PostTag>()
    ///     .through(post_tags::table.inner_join(tags::table))
    ///     .filter(tags::name.ne("travel"))
    ///     .order(post_tags::position);
    /// let posts: Vec<(Post, Vec<Tag>)> = posts::table.select(Post::as_select()).preload(tags).load(conn)?;
    /// assert!(posts.iter().any(|(_, tags)| tags.len() > 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn through<Join>(self, join: Join) -> Children<T, Join, (), Many, Via<Link>> {
        Children::new(join).joined(|_| Via(PhantomData))
    }
}

impl<T, Join, Link> Children<T, Join, (), Many, Via<Link>> {
    /// Gives every target with the link that led to it: `Vec<(T, Link)>`. The same statement, with the columns of the link too.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, PostTag, Tag}, schema::{post_tags, posts, tags}};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let tags = many_to_many::<Tag, PostTag>().through(post_tags::table.inner_join(tags::table)).with_link();
    /// let posts: Vec<(Post, Vec<(Tag, PostTag)>)> = posts::table.select(Post::as_select()).preload(tags).load(conn)?;
    /// assert!(posts.iter().all(|(post, tags)| tags.iter().all(|(tag, link)| (link.post_id, link.tag_id) == (post.id, tag.id))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_link(self) -> Children<(T, Link), Join, (), Many, Via<Link>> {
        self.of()
    }
}
