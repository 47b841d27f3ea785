//! The five ways to load children, as one writes them.
//!
//! Written once and spelled out for each connection, as Diesel's bounds for code that is generic in the connection would be
//! longer than the code. Children come by id everywhere: a list that is shown has an order.

use turbodiesel::Result;

use super::{Authors, Threads, Which};

/// Users with their posts (authors), and with the comments of these (threads), in five ways.
pub(crate) trait Contenders: Sized {
    /// One statement for the posts of each user.
    fn authors_in_a_loop(&mut self, which: &Which) -> Result<Authors>;
    /// `belonging_to`, `grouped_by` and `zip`, as Diesel's guide has it.
    fn authors_by_hand(&mut self, which: &Which) -> Result<Authors>;
    /// Keys in one bind, in the SQL that is the fastest for their number; all rows where all are asked for; a map.
    fn authors_tuned(&mut self, which: &Which) -> Result<Authors>;
    /// One statement, its rows grouped here.
    fn authors_joined(&mut self, which: &Which) -> Result<Authors>;
    /// This crate.
    fn authors_preloaded(&mut self, which: &Which) -> Result<Authors>;

    /// One statement for the posts of each user, and one for the comments of each post.
    fn threads_in_a_loop(&mut self, which: &Which) -> Result<Threads>;
    /// `belonging_to`, `grouped_by` and `zip`, as Diesel's guide has it.
    fn threads_by_hand(&mut self, which: &Which) -> Result<Threads>;
    /// Keys in one bind, in the SQL that is the fastest for their number; all rows where all are asked for; maps.
    fn threads_tuned(&mut self, which: &Which) -> Result<Threads>;
    /// One statement, its rows grouped here.
    fn threads_joined(&mut self, which: &Which) -> Result<Threads>;
    /// This crate.
    fn threads_preloaded(&mut self, which: &Which) -> Result<Threads>;
}

/// The users asked for, of a query that has `users` in it.
macro_rules! only {
    ($which:expr, $query:expr) => {{
        let query = $query.into_boxed();
        match $which {
            Some(ids) => query.filter(users::id.between(*ids.start(), *ids.end())),
            None => query,
        }
    }};
}
pub(crate) use only;

macro_rules! contenders {
    ($Connection:ty, $keys:expr, $listed:path) => {
        const _: () = {
            use std::collections::HashMap;

            use blog::models::{Comment, Post, User};
            use blog::schema::{comments, posts, users};
            use diesel::prelude::*;
            use turbodiesel::Result;
            use turbodiesel::prelude::*;

            use crate::preload::{Authors, Contenders, Threads, Which, only};

            /// As many as one statement takes.
            const KEYS: usize = $keys;

            /// Children by their parents, each list in the order in which they come.
            fn by_parent<C>(children: impl IntoIterator<Item = C>, parent: impl Fn(&C) -> i32) -> HashMap<i32, Vec<C>> {
                let mut by_parent: HashMap<i32, Vec<C>> = HashMap::new();
                for child in children {
                    by_parent.entry(parent(&child)).or_default().push(child);
                }
                by_parent
            }

            impl Contenders for $Connection {
                fn authors_in_a_loop(&mut self, which: &Which) -> Result<Authors> {
                    let users = only!(which, users::table.order(users::id).select(User::as_select())).load(self)?;
                    let mut authors = Vec::with_capacity(users.len());
                    for user in users {
                        let posts = Post::belonging_to(&user).order(posts::id).select(Post::as_select()).load(self)?;
                        authors.push((user, posts));
                    }
                    Ok(authors)
                }

                fn authors_by_hand(&mut self, which: &Which) -> Result<Authors> {
                    let users = only!(which, users::table.order(users::id).select(User::as_select())).load(self)?;
                    let mut posts = Vec::new();
                    for users in users.chunks(KEYS) {
                        let some = Post::belonging_to(users).order(posts::id).select(Post::as_select());
                        posts.extend(some.load(self)?);
                    }
                    let posts = posts.grouped_by(&users);
                    Ok(users.into_iter().zip(posts).collect())
                }

                fn authors_tuned(&mut self, which: &Which) -> Result<Authors> {
                    let users = only!(which, users::table.order(users::id).select(User::as_select())).load(self)?;
                    let mut posts = posts::table.order(posts::id).select(Post::as_select()).into_boxed();
                    if which.is_some() {
                        let ids: Vec<i32> = users.iter().map(|user| user.id).collect();
                        posts = posts.filter($listed("posts", "author_id", ids));
                    }
                    let mut posts = by_parent(posts.load(self)?, |post: &Post| post.author_id);
                    let of = |user: User| (posts.remove(&user.id).unwrap_or_default(), user);
                    Ok(users.into_iter().map(of).map(|(posts, user)| (user, posts)).collect())
                }

                fn authors_joined(&mut self, which: &Which) -> Result<Authors> {
                    let joined = users::table
                        .left_join(posts::table)
                        .order((users::id, posts::id))
                        .select((User::as_select(), Option::<Post>::as_select()));
                    let mut authors: Authors = Vec::new();
                    for (user, post) in only!(which, joined).load::<(User, Option<Post>)>(self)? {
                        if authors.last().is_none_or(|(last, _)| last.id != user.id) {
                            authors.push((user, Vec::new()));
                        }
                        if let (Some((_, posts)), Some(post)) = (authors.last_mut(), post) {
                            posts.push(post);
                        }
                    }
                    Ok(authors)
                }

                fn authors_preloaded(&mut self, which: &Which) -> Result<Authors> {
                    only!(which, users::table.order(users::id).select(User::as_select()))
                        .preload(has_many::<Post>().order(posts::id))
                        .load(self)
                }

                fn threads_in_a_loop(&mut self, which: &Which) -> Result<Threads> {
                    let users = only!(which, users::table.order(users::id).select(User::as_select())).load(self)?;
                    let mut threads = Vec::with_capacity(users.len());
                    for user in users {
                        let posts = Post::belonging_to(&user).order(posts::id).select(Post::as_select()).load(self)?;
                        let mut with_comments = Vec::with_capacity(posts.len());
                        for post in posts {
                            let comments = Comment::belonging_to(&post)
                                .order(comments::id)
                                .select(Comment::as_select())
                                .load(self)?;
                            with_comments.push((post, comments));
                        }
                        threads.push((user, with_comments));
                    }
                    Ok(threads)
                }

                fn threads_by_hand(&mut self, which: &Which) -> Result<Threads> {
                    let users = only!(which, users::table.order(users::id).select(User::as_select())).load(self)?;
                    let mut posts = Vec::new();
                    for users in users.chunks(KEYS) {
                        let some = Post::belonging_to(users).order(posts::id).select(Post::as_select());
                        posts.extend(some.load(self)?);
                    }
                    let mut comments = Vec::new();
                    for posts in posts.chunks(KEYS) {
                        let some = Comment::belonging_to(posts).order(comments::id).select(Comment::as_select());
                        comments.extend(some.load(self)?);
                    }
                    let comments = comments.grouped_by(&posts);
                    let posts = posts.into_iter().zip(comments).grouped_by(&users);
                    Ok(users.into_iter().zip(posts).collect())
                }

                fn threads_tuned(&mut self, which: &Which) -> Result<Threads> {
                    let users = only!(which, users::table.order(users::id).select(User::as_select())).load(self)?;
                    let mut posts = posts::table.order(posts::id).select(Post::as_select()).into_boxed();
                    if which.is_some() {
                        let ids: Vec<i32> = users.iter().map(|user| user.id).collect();
                        posts = posts.filter($listed("posts", "author_id", ids));
                    }
                    let posts = posts.load(self)?;
                    let mut comments = comments::table.order(comments::id).select(Comment::as_select()).into_boxed();
                    if which.is_some() {
                        let ids: Vec<i32> = posts.iter().map(|post| post.id).collect();
                        comments = comments.filter($listed("comments", "post_id", ids));
                    }
                    let mut comments = by_parent(comments.load(self)?, |comment: &Comment| comment.post_id);
                    let of = |post: Post| (comments.remove(&post.id).unwrap_or_default(), post);
                    let posts = posts.into_iter().map(of).map(|(comments, post)| (post, comments));
                    let mut posts = by_parent(posts, |(post, _)| post.author_id);
                    let of = |user: User| (posts.remove(&user.id).unwrap_or_default(), user);
                    Ok(users.into_iter().map(of).map(|(posts, user)| (user, posts)).collect())
                }

                fn threads_joined(&mut self, which: &Which) -> Result<Threads> {
                    let joined = users::table
                        .left_join(posts::table)
                        .left_join(comments::table.on(comments::post_id.eq(posts::id)))
                        .order((users::id, posts::id, comments::id))
                        .select((User::as_select(), Option::<Post>::as_select(), Option::<Comment>::as_select()));
                    let mut threads: Threads = Vec::new();
                    for (user, post, comment) in
                        only!(which, joined).load::<(User, Option<Post>, Option<Comment>)>(self)?
                    {
                        if threads.last().is_none_or(|(last, _)| last.id != user.id) {
                            threads.push((user, Vec::new()));
                        }
                        let (Some((_, posts)), Some(post)) = (threads.last_mut(), post) else { continue };
                        if posts.last().is_none_or(|(last, _)| last.id != post.id) {
                            posts.push((post, Vec::new()));
                        }
                        if let (Some((_, comments)), Some(comment)) = (posts.last_mut(), comment) {
                            comments.push(comment);
                        }
                    }
                    Ok(threads)
                }

                fn threads_preloaded(&mut self, which: &Which) -> Result<Threads> {
                    only!(which, users::table.order(users::id).select(User::as_select()))
                        .preload(has_many::<Post>().order(posts::id).preload(has_many::<Comment>().order(comments::id)))
                        .load(self)
                }
            }
        };
    };
}
pub(crate) use contenders;
