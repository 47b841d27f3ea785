//! The first children of each parent, of every kind of relation that has children.

use std::collections::HashMap;

use blog::models::{EditedPost, Post, PostTag, Tag, User};
use blog::schema::{post_tags, posts, tags, users};

use super::strategies;
use crate::support::data::{FEW, TAGS};
use crate::support::prelude::*;

#[derive(Debug, Clone)]
struct Title(String);

impl From<Post> for Title {
    fn from(post: Post) -> Self {
        Title(post.title)
    }
}

fn names(rows: &[(Post, Vec<Tag>)]) -> Vec<(i32, String)> {
    rows.iter().map(|(post, tags)| (post.id, tags.iter().map(|tag| tag.name.as_str()).collect())).collect()
}

scenarios! {
    fn by_another_column_or_a_closure(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let users = || users::table.order(users::id).select(User::as_select());
        let edited = has_many::<EditedPost>().by(posts::editor_id).order(posts::created_at.desc()).limit_per_parent(1);
        let rows = go!(users().preload(edited).load(conn))?;
        let ids: Vec<Vec<i32>> = rows.iter().map(|(_, posts)| posts.iter().map(|post| post.id).collect()).collect();
        assert_eq!(ids, [vec![20], vec![12], vec![], vec![]]);
        let titled = has_many::<Post>().by_key(posts::author_id, |user: &User| Some(user.id)).order(posts::title).offset_per_parent(1);
        let rows: Vec<(User, Vec<Title>)> = go!(users().preload(titled.map_into::<Title>()).load(conn))?;
        let titles: Vec<String> = rows.iter().map(|(_, titles)| titles.iter().map(|title| title.0.as_str()).collect()).collect();
        assert_eq!(titles, ["RootsSeeds", "Snow", "", ""]);
    }

    fn of_keys_alone(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let newest = has_many::<Post>().latest(posts::id.desc());
        let newest: HashMap<i32, Option<Post>> = go!(load_for_keys::<User, _, _>(&[1, 4, 1], newest, conn))?;
        assert_eq!((newest.len(), newest[&1].as_ref().map(|post| post.id), newest[&4].is_none()), (2, Some(12), true));
        let wanted = [true, false].map(|wanted| {
            let post = belongs_to::<User>();
            users::table.select(User::as_select()).filter(users::id.eq(1))
                .preload(has_many::<Post>().order(posts::id).limit_per_parent(1).preload_if(wanted, post))
        });
        for (wanted, load) in [true, false].into_iter().zip(wanted) {
            assert_eq!(go!(load.load(conn))?[0].1[0].1.is_some(), wanted);
        }
    }

    fn many_to_many_by_the_link_or_by_the_target(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        go!(conn.batch_execute(TAGS))?;
        let posts = || posts::table.order(posts::id).filter(posts::id.lt(21)).select(Post::as_select());
        for strategy in strategies(BACKEND) {
            let by_link = many_to_many::<Tag, PostTag>().links(|links| {
                let links = links.order(post_tags::position).limit_per_parent(2);
                match strategy {
                    Some(strategy) => links.strategy(strategy),
                    None => links,
                }
            });
            let rows = go!(posts().preload(by_link).load(conn))?;
            assert_eq!(names(&rows), [(10, "ba".into()), (11, "b".into()), (12, String::new()), (20, "ac".into())]);
            let by_target = many_to_many::<Tag, PostTag>()
                .through(post_tags::table.inner_join(tags::table))
                .order(tags::name)
                .limit_per_parent(2)
                .filter(tags::name.ne("a"));
            let by_target = match strategy {
                Some(strategy) => by_target.strategy(strategy),
                None => by_target,
            };
            let rows = go!(posts().preload(by_target).load(conn))?;
            assert_eq!(names(&rows), [(10, "bc".into()), (11, "b".into()), (12, String::new()), (20, "c".into())]);
        }
        let first = many_to_many::<Tag, PostTag>().through(post_tags::table.inner_join(tags::table)).latest(post_tags::position);
        let rows: Vec<(Post, Option<Tag>)> = go!(posts().preload(first).load(conn))?;
        let names: Vec<_> = rows.iter().map(|(_, tag)| tag.as_ref().map(|tag| tag.name.as_str())).collect();
        assert_eq!(names, [Some("b"), Some("b"), None, Some("a")]);
    }
}
