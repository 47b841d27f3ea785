//! The first children of each parent: every strategy, against sorting in memory.

use std::cmp::Reverse;

use blog::Seed;
use blog::models::{Comment, EditedPost, Post, Translation, User};
use blog::schema::{comments, posts, translations, users};
use turbodiesel::backend::TopN;

use super::strategies;
use crate::support::data::FEW;
use crate::support::prelude::*;

const LIMITS: [u32; 7] = [0, 1, 2, 3, 10, 11, 1_000];
const OFFSETS: [u32; 4] = [0, 1, 7, 10_000];

/// The children of each parent, sorted and cut in memory.
fn cut<K: Ord>(
    all: &[(User, Vec<Post>)],
    key: impl Fn(&Post) -> K,
    keep: impl Fn(&Post) -> bool,
    limit: u32,
    offset: u32,
) -> Vec<Vec<i32>> {
    let cut = |posts: &Vec<Post>| {
        let mut posts: Vec<&Post> = posts.iter().filter(|post| keep(post)).collect();
        posts.sort_by_key(|post| key(post));
        posts.into_iter().skip(offset as usize).take(limit as usize).map(|post| post.id).collect()
    };
    all.iter().map(|(_, posts)| cut(posts)).collect()
}

fn ids(rows: &[(User, Vec<Post>)]) -> Vec<Vec<i32>> {
    rows.iter().map(|(_, posts)| posts.iter().map(|post| post.id).collect()).collect()
}

scenarios! {
    fn an_order_that_has_the_primary_key_is_not_given_it_again(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        let user = || users::table.filter(users::id.eq(1)).select(User::as_select());
        let newest = has_many::<Post>().order((posts::created_at.desc(), posts::id.desc()));
        let rows = go!(user().preload(newest.limit_per_parent(2)).load(conn))?;
        assert_eq!(rows[0].1.iter().map(|post| post.id).collect::<Vec<_>>(), [12, 11]);
        let sent = log.take()[1].sql.replace(['`', '"'], "");
        assert!(sent.contains("ORDER BY posts.created_at DESC, posts.id DESC LIMIT"), "{sent}");
        let oldest = go!(user().preload(has_many::<Post>().latest(posts::id)).load(conn))?;
        assert_eq!(oldest[0].1.as_ref().map(|post| post.id), Some(10));
        let sent = log.take()[1].sql.replace(['`', '"'], "");
        assert!(sent.contains("ORDER BY posts.id LIMIT"), "{sent}");
    }

    fn every_strategy_gives_what_sorting_gives(db) {
        let conn = db.conn();
        seed(conn, &Seed::users(150))?;
        let all = go!(users::table.order(users::id).select(User::as_select()).preload(has_many::<Post>()).load(conn))?;
        assert!(all.iter().any(|(_, posts)| posts.len() > 200) && all.iter().any(|(_, posts)| posts.is_empty()));
        for strategy in strategies(BACKEND) {
            for (limit, offset) in LIMITS.into_iter().flat_map(|limit| OFFSETS.map(|offset| (limit, offset))) {
                // Ties of a descending order are cut by the descending key.
                let first = has_many::<Post>().order(posts::created_at.desc()).limit_per_parent(limit).offset_per_parent(offset);
                let first = match strategy {
                    Some(strategy) => first.strategy(strategy),
                    None => first,
                };
                let rows = go!(users::table.order(users::id).select(User::as_select()).preload(first).load(conn))?;
                let expected = cut(&all, |post| Reverse((post.created_at, post.id)), |_| true, limit, offset);
                assert_eq!(ids(&rows), expected, "{strategy:?} {limit} {offset}");
            }
            // Ascending, by a key that may be NULL, under a filter.
            for (limit, offset) in [(1, 0), (3, 0), (4, 2), (30, 0)] {
                let first = has_many::<Post>()
                    .filter(posts::published.eq(true).or(posts::title.like("%maps")))
                    .order((posts::score.desc(), posts::created_at))
                    .limit_per_parent(limit)
                    .offset_per_parent(offset);
                let first = match strategy {
                    Some(strategy) => first.strategy(strategy),
                    None => first,
                };
                let rows = go!(users::table.order(users::id).select(User::as_select()).preload(first).load(conn))?;
                // NULL is the largest value on PostgreSQL and the smallest elsewhere.
                let null = if BACKEND == "postgres" { i64::MAX } else { i64::MIN };
                let score = |post: &Post| post.score.map_or(null, i64::from);
                let key = |post: &Post| (Reverse(score(post)), post.created_at, post.id);
                let expected = cut(&all, key, |post| post.published || post.title.ends_with("maps"), limit, offset);
                assert_eq!(ids(&rows), expected, "{strategy:?} {limit} {offset}");
            }
        }
    }

    fn only_survivors_load_what_is_nested(db) {
        let conn = db.conn();
        seed(conn, &Seed::users(40))?;
        let log = StatementLog::install(conn);
        let feed = users::table.order(users::id).select(User::as_select()).preload(
            has_many::<Post>()
                .order(posts::created_at.desc())
                .limit_per_parent(2)
                .preload(has_many::<Comment>().order(comments::created_at).limit_per_parent(1)),
        );
        assert_eq!((feed.statements().fixed(), feed.statements().for_parents(64), feed.statements().for_parents(65)), (3, 3, 5));
        let rows = go!(feed.load(conn))?;
        let survivors = rows.iter().map(|(_, posts)| posts.len()).sum::<usize>();
        assert_eq!(rows.iter().map(|(_, posts)| posts.len()).max(), Some(2));
        // The comments are asked for the posts that are left, and for no other.
        let keys: usize = log.take()[1..]
            .iter()
            .filter(|statement| statement.sql.contains("comments"))
            .map(|statement| statement.binds.split(']').next().unwrap().matches(',').count() + 1)
            .sum();
        assert_eq!(keys, survivors);
        let mut all: Vec<Comment> = go!(comments::table.select(Comment::as_select()).load(conn))?;
        all.sort_by_key(|comment| (comment.created_at, comment.id));
        for (post, first) in rows.iter().flat_map(|(_, posts)| posts) {
            let expected = all.iter().find(|comment| comment.post_id == post.id).map(|comment| comment.id);
            assert_eq!(first.iter().map(|comment| comment.id).next(), expected);
            assert!(first.len() <= 1);
        }
    }

    fn the_latest_is_an_option(db) {
        let conn = db.conn();
        seed(conn, &Seed::users(150))?;
        let all = go!(users::table.order(users::id).select(User::as_select()).preload(has_many::<Post>()).load(conn))?;
        for strategy in strategies(BACKEND).into_iter().chain((BACKEND == "mysql").then_some(Some(TopN::Single))) {
            let latest = has_many::<Post>().latest(posts::created_at.desc()).filter(posts::published.eq(true));
            let latest = match strategy {
                Some(strategy) => latest.strategy(strategy),
                None => latest,
            };
            let rows: Vec<(User, Option<Post>)> =
                go!(users::table.order(users::id).select(User::as_select()).preload(latest).load(conn))?;
            let expected = cut(&all, |post| Reverse((post.created_at, post.id)), |post| post.published, 1, 0);
            let found: Vec<Vec<i32>> = rows.iter().map(|(_, post)| post.iter().map(|post| post.id).collect()).collect();
            assert_eq!(found, expected, "{strategy:?}");
        }
    }

    fn repeated_parents_and_null_keys(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        // The editor's newest post: half of these posts have no editor.
        let newest = has_many::<Post>().by_key(posts::author_id, |post: &EditedPost| post.editor_id).latest(posts::id.desc());
        let rows = go!(posts::table.order(posts::id).select(EditedPost::as_select()).preload(newest).load(conn))?;
        let found: Vec<_> = rows.iter().map(|(post, newest)| (post.id, newest.as_ref().map(|post| post.id))).collect();
        assert_eq!(found, [(10, Some(21)), (11, None), (12, Some(21)), (20, Some(12)), (21, None), (30, None)]);
        assert_eq!(log.take().len(), 2);

        // Only NULL keys, no parents, no children asked for: nothing is sent.
        let none = posts::table.filter(posts::editor_id.is_null()).select(EditedPost::as_select());
        let newest = has_many::<Post>().by_key(posts::author_id, |post: &EditedPost| post.editor_id).latest(posts::id.desc());
        assert!(go!(none.preload(newest).load(conn))?.iter().all(|(_, newest)| newest.is_none()));
        let first = has_many::<Post>().order(posts::id).limit_per_parent(0);
        assert!(go!(users::table.select(User::as_select()).preload(first).load(conn))?.iter().all(|(_, posts)| posts.is_empty()));
        let nobody = users::table.filter(users::id.lt(0)).select(User::as_select());
        assert!(go!(nobody.preload(has_many::<Post>().order(posts::id).limit_per_parent(1)).load(conn))?.is_empty());
        assert_eq!(log.take().len(), 3);
    }

    fn a_composite_primary_key_cuts_ties(db) {
        let conn = db.conn();
        seed(conn, &Seed::users(60))?;
        let mut all: Vec<Translation> = go!(translations::table.select(Translation::as_select()).load(conn))?;
        all.sort_by(|a, b| (a.post_id, &a.language).cmp(&(b.post_id, &b.language)));
        for strategy in strategies(BACKEND) {
            // Every title ties with itself: the key decides.
            let first = has_many::<Translation>().order(translations::post_id).limit_per_parent(2);
            let first = match strategy {
                Some(strategy) => first.strategy(strategy),
                None => first,
            };
            let rows = go!(posts::table.order(posts::id).select(Post::as_select()).preload(first).load(conn))?;
            for (post, found) in &rows {
                let expected: Vec<_> = all.iter().filter(|one| one.post_id == post.id).take(2).cloned().collect();
                assert_eq!(found, &expected, "{strategy:?}");
            }
            assert!(rows.iter().any(|(_, found)| found.len() == 2));
        }
    }

    fn many_parents_are_asked_in_few_texts(db) {
        let conn = db.conn();
        seed(conn, &Seed { users: 300, posts_per_user: 4, comments_per_post: 0, tags: 0 })?;
        let log = StatementLog::install(conn);
        let mut texts = std::collections::BTreeSet::new();
        for parents in [1, 2, 3, 4, 5, 16, 17, 63, 64, 65, 66, 127, 128, 129, 200, 300] {
            let first = has_many::<Post>().order(posts::created_at.desc()).limit_per_parent(3);
            let load = users::table.filter(users::id.le(parents)).select(User::as_select()).preload(first);
            let bound = load.statements().for_parents(parents as usize);
            let rows = go!(load.load(conn))?;
            assert_eq!(rows.len(), parents as usize);
            let mut sent = log.take();
            assert!(sent.len() <= bound, "{parents}: {} statements", sent.len());
            texts.extend(sent.drain(1..).map(|statement| statement.sql));
        }
        assert_eq!(texts.len(), if BACKEND == "mysql" { 4 } else { 1 });
    }

    fn what_cannot_be_asked_is_an_error(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let unknown = if BACKEND == "sqlite" { TopN::Lateral } else { TopN::KeyArray };
        let first = has_many::<Post>().order(posts::id).limit_per_parent(2).strategy(unknown);
        let error = go!(users::table.select(User::as_select()).preload(first).load(conn)).unwrap_err();
        assert!(error.is_unsupported_query(), "{error}");
        assert_eq!(error.to_string(), format!("this backend has no strategy {unknown:?}"));

        let folded = has_many::<Post>().order(posts::id).by_key(posts::title, |user: &User| user.name.clone())
            .fold_keys(|_: String| "all the same".to_owned()).limit_per_parent(2);
        let error = go!(users::table.select(User::as_select()).preload(folded).load(conn)).unwrap_err();
        assert!(error.is_unsupported_query() && error.to_string().starts_with("posts.title: "), "{error}");
    }
}
