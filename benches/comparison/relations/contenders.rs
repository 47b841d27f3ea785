//! The ways to each result, as one writes them.

use diesel::QueryResult;
use turbodiesel::Result;

use super::{Authors, Counts, Tagged, Written};

/// Written once and spelled out for each connection, as those of `preload`.
pub(crate) trait Contenders: Sized {
    /// A statement for the first posts of each user.
    fn first_in_a_loop(&mut self, all: &()) -> Result<Authors>;
    /// All posts numbered, and those with a low number kept.
    fn first_by_window(&mut self, all: &()) -> Result<Authors>;
    /// The same for the ids of the posts, whose rows are then read.
    fn first_by_window_of_keys(&mut self, all: &()) -> Result<Authors>;
    /// This crate.
    fn first_preloaded(&mut self, all: &()) -> Result<Authors>;

    /// `belonging_to`, `grouped_by` and `len`.
    fn count_loaded(&mut self, all: &()) -> Result<Counts>;
    /// `group_by`, and a map.
    fn count_grouped(&mut self, all: &()) -> Result<Counts>;
    /// This crate.
    fn count_preloaded(&mut self, all: &()) -> Result<Counts>;

    /// No authors.
    fn written_bare(&mut self, all: &()) -> Result<Written>;
    /// One statement, which sends an author with each post.
    fn written_joined(&mut self, all: &()) -> Result<Written>;
    /// The authors of all posts, once each, and a map.
    fn written_by_hand(&mut self, all: &()) -> Result<Written>;
    /// This crate.
    fn written_preloaded(&mut self, all: &()) -> Result<Written>;
    /// This crate, with one value of each author.
    fn written_shared(&mut self, all: &()) -> Result<Written>;

    /// Gives all tags names of so many bytes.
    fn widen_tags(&mut self, bytes: usize) -> QueryResult<()>;
    /// The posts up to this id; one statement for all their tags, which sends a tag with each link.
    fn tags_joined(&mut self, last: &i32) -> Result<Tagged>;
    /// The links, the tags, once each, and a map.
    fn tags_by_hand(&mut self, last: &i32) -> Result<Tagged>;
    /// This crate.
    fn tags_preloaded(&mut self, last: &i32) -> Result<Tagged>;
}

macro_rules! contenders {
    ($Connection:ty) => {
        const _: () = {
            use std::collections::{BTreeSet, HashMap};

            use blog::models::{Post, PostTag, Tag, User};
            use blog::schema::{post_tags, posts, tags, users};
            use diesel::dsl::{count_star, sql};
            use diesel::prelude::*;
            use diesel::sql_types::Bool;
            use turbodiesel::Result;
            use turbodiesel::prelude::*;

            use crate::relations::{Authors, Contenders, Counts, FIRST, Tagged, Written};

            /// Posts that come by author, to their authors.
            fn grouped(users: Vec<User>, posts: Vec<Post>) -> Authors {
                let posts = posts.grouped_by(&users);
                users.into_iter().zip(posts).collect()
            }

            impl Contenders for $Connection {
                fn first_in_a_loop(&mut self, (): &()) -> Result<Authors> {
                    let users = users::table.order(users::id).select(User::as_select()).load(self)?;
                    let mut authors = Vec::with_capacity(users.len());
                    for user in users {
                        let newest = Post::belonging_to(&user).order((posts::created_at.desc(), posts::id.desc()));
                        let posts = newest.limit(FIRST.into()).select(Post::as_select()).load(self)?;
                        authors.push((user, posts));
                    }
                    Ok(authors)
                }

                fn first_by_window(&mut self, (): &()) -> Result<Authors> {
                    let users = users::table.order(users::id).select(User::as_select()).load(self)?;
                    let numbered = "SELECT posts.*, ROW_NUMBER() OVER (PARTITION BY author_id ORDER BY created_at DESC, id DESC) AS n FROM posts";
                    let sql = format!("SELECT * FROM ({numbered}) AS numbered WHERE n <= {FIRST} ORDER BY author_id, n");
                    Ok(grouped(users, diesel::sql_query(sql).load(self)?))
                }

                fn first_by_window_of_keys(&mut self, (): &()) -> Result<Authors> {
                    let users = users::table.order(users::id).select(User::as_select()).load(self)?;
                    let numbered = "SELECT id, ROW_NUMBER() OVER (PARTITION BY author_id ORDER BY created_at DESC, id DESC) AS n FROM posts";
                    let first = format!("posts.id IN (SELECT id FROM ({numbered}) AS numbered WHERE n <= {FIRST})");
                    let order = (posts::author_id, posts::created_at.desc(), posts::id.desc());
                    Ok(grouped(users, posts::table.filter(sql::<Bool>(&first)).order(order).select(Post::as_select()).load(self)?))
                }

                fn first_preloaded(&mut self, (): &()) -> Result<Authors> {
                    let newest = has_many::<Post>().order(posts::created_at.desc()).limit_per_parent(FIRST);
                    users::table.order(users::id).select(User::as_select()).preload(newest).load(self)
                }

                fn count_loaded(&mut self, (): &()) -> Result<Counts> {
                    let users = users::table.order(users::id).select(User::as_select()).load(self)?;
                    let posts = Post::belonging_to(&users).select(Post::as_select()).load(self)?.grouped_by(&users);
                    Ok(users.into_iter().zip(posts).map(|(user, posts)| (user, posts.len() as i64)).collect())
                }

                fn count_grouped(&mut self, (): &()) -> Result<Counts> {
                    let users = users::table.order(users::id).select(User::as_select()).load(self)?;
                    let of = posts::table.group_by(posts::author_id).select((posts::author_id, count_star()));
                    let ids: Vec<i32> = users.iter().map(|user| user.id).collect();
                    let counts: HashMap<i32, i64> =
                        of.filter(posts::author_id.eq_any(ids)).load::<(i32, i64)>(self)?.into_iter().collect();
                    let count = |user: User| {
                        let count = counts.get(&user.id).copied().unwrap_or(0);
                        (user, count)
                    };
                    Ok(users.into_iter().map(count).collect())
                }

                fn count_preloaded(&mut self, (): &()) -> Result<Counts> {
                    users::table.order(users::id).select(User::as_select()).preload(has_many::<Post>().count()).load(self)
                }

                fn written_bare(&mut self, (): &()) -> Result<Written> {
                    Ok(Written::Bare(posts::table.order(posts::id).select(Post::as_select()).load(self)?))
                }

                fn written_joined(&mut self, (): &()) -> Result<Written> {
                    let joined = posts::table.inner_join(users::table.on(users::id.eq(posts::author_id)));
                    let rows = joined.order(posts::id).select((Post::as_select(), User::as_select()));
                    Ok(Written::Owned(rows.load(self)?))
                }

                fn written_by_hand(&mut self, (): &()) -> Result<Written> {
                    let posts = posts::table.order(posts::id).select(Post::as_select()).load(self)?;
                    let ids: BTreeSet<i32> = posts.iter().map(|post| post.author_id).collect();
                    let users = users::table.filter(users::id.eq_any(ids)).select(User::as_select()).load(self)?;
                    let users: HashMap<i32, User> = users.into_iter().map(|user| (user.id, user)).collect();
                    let author = |post: Post| Some((users.get(&post.author_id)?.clone(), post));
                    Ok(Written::Owned(posts.into_iter().filter_map(author).map(|(user, post)| (post, user)).collect()))
                }

                fn written_preloaded(&mut self, (): &()) -> Result<Written> {
                    let posts = posts::table.order(posts::id).select(Post::as_select());
                    Ok(Written::Owned(posts.preload(belongs_to::<User>()).load(self)?))
                }

                fn written_shared(&mut self, (): &()) -> Result<Written> {
                    let posts = posts::table.order(posts::id).select(Post::as_select());
                    Ok(Written::Shared(posts.preload(belongs_to::<User>().shared()).load(self)?))
                }

                fn widen_tags(&mut self, bytes: usize) -> QueryResult<()> {
                    for tag in tags::table.select(Tag::as_select()).load(self)? {
                        let name = format!("{:x<bytes$}", tag.name);
                        diesel::update(tags::table.find(tag.id)).set(tags::name.eq(name)).execute(self)?;
                    }
                    Ok(())
                }

                fn tags_joined(&mut self, last: &i32) -> Result<Tagged> {
                    let posts = posts::table.filter(posts::id.le(last)).order(posts::id).select(Post::as_select()).load(self)?;
                    let links: Vec<(PostTag, Tag)> = PostTag::belonging_to(&posts)
                        .inner_join(tags::table)
                        .order((post_tags::post_id, post_tags::position, post_tags::tag_id))
                        .select((PostTag::as_select(), Tag::as_select()))
                        .load(self)?;
                    let tags = links.grouped_by(&posts);
                    let tags = tags.into_iter().map(|links| links.into_iter().map(|(_, tag)| tag).collect());
                    Ok(posts.into_iter().zip(tags).collect())
                }

                fn tags_by_hand(&mut self, last: &i32) -> Result<Tagged> {
                    let posts = posts::table.filter(posts::id.le(last)).order(posts::id).select(Post::as_select()).load(self)?;
                    let links = PostTag::belonging_to(&posts)
                        .order((post_tags::post_id, post_tags::position, post_tags::tag_id))
                        .select(PostTag::as_select())
                        .load(self)?;
                    let ids: BTreeSet<i32> = links.iter().map(|link| link.tag_id).collect();
                    let tags = tags::table.filter(tags::id.eq_any(ids)).select(Tag::as_select()).load(self)?;
                    let tags: HashMap<i32, Tag> = tags.into_iter().map(|tag| (tag.id, tag)).collect();
                    let links = links.grouped_by(&posts);
                    let of = |links: Vec<PostTag>| links.iter().filter_map(|link| tags.get(&link.tag_id).cloned()).collect();
                    Ok(posts.into_iter().zip(links.into_iter().map(of)).collect())
                }

                fn tags_preloaded(&mut self, last: &i32) -> Result<Tagged> {
                    let tags = many_to_many::<Tag, PostTag>().links(|links| links.order((post_tags::position, post_tags::tag_id)));
                    posts::table.filter(posts::id.le(last)).order(posts::id).select(Post::as_select()).preload(tags).load(self)
                }
            }
        };
    };
}
pub(crate) use contenders;
