//! What each relation means: loops over plain vectors.

use std::cmp::Reverse;

use blog::models::{Comment, Post, PostTag, Profile, Tag, Translation, TranslationReview, User};
use blog::schema::{comments, post_tags, posts, profiles, tags, translation_reviews, translations, users};

use crate::fill::{Draw, Window};
use crate::row::{Any, Tree};
use crate::support::prelude::*;

/// All rows, each table by its primary key.
pub(crate) struct Data {
    users: Vec<User>,
    profiles: Vec<Profile>,
    posts: Vec<Post>,
    comments: Vec<Comment>,
    tags: Vec<Tag>,
    links: Vec<PostTag>,
    translations: Vec<Translation>,
    reviews: Vec<TranslationReview>,
}

/// A tree: a root and its relations, each with its arguments.
pub(crate) struct Spec {
    root: &'static str,
    window: Window,
    edges: Vec<Edge>,
}

pub(crate) struct Edge {
    name: &'static str,
    window: Window,
    nested: Vec<Edge>,
}

/// `posts [comments []] profile []` as values.
macro_rules! edges {
    ($list:ident, $draw:ident;) => {};
    ($list:ident, $draw:ident; $edge:ident [$($inner:tt)*] $($rest:tt)*) => {{
        let window = $draw.next();
        #[allow(unused_mut)]
        let mut nested = vec![];
        edges!(nested, $draw; $($inner)*);
        $list.push(Edge { name: stringify!($edge), window, nested });
        edges!($list, $draw; $($rest)*);
    }};
}

macro_rules! all_specs {
    ($($root:ident { $($edges:tt)* })+) => {
        /// The trees, in the order of the loads.
        pub(crate) fn specs() -> Vec<fn(&mut Draw) -> Spec> {
            vec![$(
                |draw: &mut Draw| {
                    let window = draw.next();
                    let mut list = vec![];
                    edges!(list, draw; $($edges)*);
                    Spec { root: stringify!($root), window, edges: list }
                },
            )+]
        }
    };
}
all_trees!(all_specs!);

/// What a load of the tree gives.
pub(crate) fn expected(data: &Data, spec: &Spec) -> Vec<Tree> {
    roots(data, spec.root, spec.window).into_iter().map(|row| tree(data, row, &spec.edges)).collect()
}

fn tree(data: &Data, row: Any, edges: &[Edge]) -> Tree {
    let of = |edge: &Edge| match (edge.name, &row) {
        ("thread", Any::Comment(comment)) => thread(data, comment.id, 3),
        _ => children(data, edge, &row).into_iter().map(|child| tree(data, child, &edge.nested)).collect(),
    };
    let relations = edges.iter().map(of).collect();
    Tree { row, relations }
}

fn thread(data: &Data, parent: i32, depth: usize) -> Vec<Tree> {
    if depth == 0 {
        return vec![];
    }
    let replies = data.comments.iter().filter(|comment| comment.parent_id == Some(parent));
    let tree = |reply: &Comment| Tree { row: reply.clone().into(), relations: vec![thread(data, reply.id, depth - 1)] };
    replies.map(tree).collect()
}

/// The rows for which `keep` holds, by `key`.
fn sorted<T: Clone + Into<Any>, K: Ord>(all: &[T], keep: impl Fn(&T) -> bool, key: impl Fn(&T) -> K) -> Vec<Any> {
    let mut rows: Vec<&T> = all.iter().filter(|row| keep(row)).collect();
    rows.sort_by_key(|row| key(row));
    rows.into_iter().cloned().map(Into::into).collect()
}

fn first(mut rows: Vec<Any>, n: u32) -> Vec<Any> {
    rows.truncate(n as usize);
    rows
}

fn roots(data: &Data, root: &str, w: Window) -> Vec<Any> {
    let within = |id: i32| (w.low..=w.high).contains(&id);
    match root {
        "users" => first(sorted(&data.users, |row| within(row.id), |row| row.id), w.n),
        "posts" => first(sorted(&data.posts, |row| within(row.id), |row| Reverse(row.id)), w.n),
        "posts_again" => {
            let comments = data.comments.iter().filter(|comment| within(comment.id));
            comments.flat_map(|comment| sorted(&data.posts, |row| row.id == comment.post_id, |row| row.id)).collect()
        }
        "comments" => first(sorted(&data.comments, |row| within(row.id), |row| row.id), w.n),
        "tags" => sorted(&data.tags, |row| within(row.id), |row| Reverse(row.id)),
        "translations" => {
            sorted(&data.translations, |row| within(row.post_id), |row| (row.post_id, row.language.clone()))
        }
        _ => unreachable!("{root}"),
    }
}

/// What the relation gives the row.
fn children(data: &Data, edge: &Edge, row: &Any) -> Vec<Any> {
    let w = edge.window;
    let within = |id: i32| (w.low..=w.high).contains(&id);
    let user = |id: i32| sorted(&data.users, |row| row.id == id, |row| row.id);
    let profile = |user: i32| sorted(&data.profiles, |row| row.user_id == user && within(row.id), |row| row.id);
    let post = |id: i32| sorted(&data.posts, |row| row.id == id, |row| row.id);
    let is_linked = |post: i32, tag: i32| data.links.iter().any(|link| link.post_id == post && link.tag_id == tag);
    match (edge.name, row) {
        ("posts", Any::User(of)) => {
            sorted(&data.posts, |row| row.author_id == of.id && within(row.id), |row| (row.title.clone(), row.id))
        }
        ("first_posts", Any::User(of)) => {
            let key = |row: &Post| Reverse((row.title.clone(), row.id));
            first(sorted(&data.posts, |row| row.author_id == of.id && within(row.id), key), w.n)
        }
        ("edited", Any::User(of)) => {
            sorted(&data.posts, |row| row.editor_id == Some(of.id) && within(row.id), |row| Reverse(row.id))
        }
        ("written_comments", Any::User(of)) => {
            sorted(&data.comments, |row| row.author_id == of.id && within(row.id), |row| row.id)
        }
        ("profile", Any::User(of)) => profile(of.id),
        ("reviews", Any::User(of)) => {
            sorted(&data.reviews, |row| row.reviewer_id == of.id && within(row.id), |row| row.id)
        }
        ("comments", Any::Post(of)) => {
            sorted(&data.comments, |row| row.post_id == of.id && within(row.id), |row| Reverse(row.id))
        }
        ("last_comments", Any::Post(of)) => {
            first(sorted(&data.comments, |row| row.post_id == of.id, |row| Reverse(row.id)), w.n)
        }
        ("author_profile", Any::Post(of)) => profile(of.author_id),
        ("author" | "shared_author", Any::Post(of)) => user(of.author_id),
        ("editor", Any::Post(of)) => of.editor_id.map_or(vec![], user),
        ("tags", Any::Post(of)) => {
            sorted(&data.tags, |row| is_linked(of.id, row.id) && within(row.id), |row| Reverse(row.id))
        }
        ("placed_tags", Any::Post(of)) => {
            let mut links: Vec<_> =
                data.links.iter().filter(|link| link.post_id == of.id && within(link.position)).collect();
            links.sort_by_key(|link| (link.position, link.tag_id));
            links.iter().flat_map(|link| sorted(&data.tags, |row| row.id == link.tag_id, |row| row.id)).collect()
        }
        ("links", Any::Post(of)) => {
            sorted(&data.links, |row| row.post_id == of.id && within(row.tag_id), |row| row.tag_id)
        }
        ("translations", Any::Post(of)) => {
            sorted(&data.translations, |row| row.post_id == of.id, |row| Reverse(row.language.clone()))
        }
        ("replies", Any::Comment(of)) => {
            sorted(&data.comments, |row| row.parent_id == Some(of.id) && within(row.id), |row| row.id)
        }
        ("writer_profile", Any::Comment(of)) => profile(of.author_id),
        ("post", Any::Comment(of)) => post(of.post_id),
        ("writer", Any::Comment(of)) => user(of.author_id),
        ("some_writer", Any::Comment(of)) if !within(of.author_id) => vec![],
        ("some_writer", Any::Comment(of)) => user(of.author_id),
        ("parent", Any::Comment(of)) => sorted(&data.comments, |row| Some(row.id) == of.parent_id, |row| row.id),
        ("topics", Any::Comment(of)) => {
            sorted(&data.tags, |row| is_linked(of.post_id, row.id) && within(row.id), |row| row.id)
        }
        ("published", Any::Profile(of)) => {
            sorted(&data.posts, |row| row.author_id == of.user_id && within(row.id), |row| row.id)
        }
        ("same_user", Any::Profile(of)) if !within(of.user_id) => vec![],
        ("same_user" | "user", Any::Profile(of)) => user(of.user_id),
        ("even_user", Any::Profile(of)) => {
            if of.id % 2 == 0 {
                user(of.user_id)
            } else {
                vec![]
            }
        }
        ("discussed", Any::Profile(of)) => {
            // A post for each comment on it.
            let mut posts: Vec<i32> =
                data.comments.iter().filter(|row| row.author_id == of.user_id).map(|row| row.post_id).collect();
            posts.sort_unstable();
            posts.into_iter().filter(|id| within(*id)).flat_map(post).collect()
        }
        ("tagged", Any::Tag(of)) => sorted(&data.posts, |row| is_linked(row.id, of.id) && within(row.id), |row| row.id),
        ("link_tag", Any::PostTag(of)) => sorted(&data.tags, |row| row.id == of.tag_id, |row| row.id),
        ("link_post", Any::PostTag(of)) => post(of.post_id),
        ("translated", Any::Translation(of)) => post(of.post_id),
        ("reviewed", Any::Translation(of)) => {
            let of_it = |row: &TranslationReview| (row.post_id, &row.language) == (of.post_id, &of.language);
            sorted(&data.reviews, |row| of_it(row) && within(row.id), |row| row.id)
        }
        ("reviewer", Any::Review(of)) => user(of.reviewer_id),
        ("translation", Any::Review(of)) => sorted(
            &data.translations,
            |row| (row.post_id, &row.language) == (of.post_id, &of.language),
            |row| row.post_id,
        ),
        (name, row) => unreachable!("{name} of {row:?}"),
    }
}

macro_rules! read {
    ($($Conn:ty),+) => {$(
        impl Read for $Conn {
            fn read(&mut self) -> QueryResult<Data> {
                let conn = self;
                Ok(Data {
                    users: now!(users::table.order(users::id).select(User::as_select()).load(conn))?,
                    profiles: now!(profiles::table.order(profiles::id).select(Profile::as_select()).load(conn))?,
                    posts: now!(posts::table.order(posts::id).select(Post::as_select()).load(conn))?,
                    comments: now!(comments::table.order(comments::id).select(Comment::as_select()).load(conn))?,
                    tags: now!(tags::table.order(tags::id).select(Tag::as_select()).load(conn))?,
                    links: now!(post_tags::table.select(PostTag::as_select()).load(conn))?,
                    translations: now!(translations::table.select(Translation::as_select()).load(conn))?,
                    reviews: now!(translation_reviews::table.select(TranslationReview::as_select()).load(conn))?,
                })
            }
        }
    )+};
}
/// Reads all rows.
pub(crate) trait Read {
    fn read(&mut self) -> QueryResult<Data>;
}
read!(crate::support::database::sqlite::Conn);
#[cfg(feature = "postgres")]
read!(crate::support::database::postgres::Conn);
#[cfg(feature = "mysql")]
read!(crate::support::database::mysql::Conn);
