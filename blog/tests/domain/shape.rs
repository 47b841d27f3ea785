//! The promises of `Seed` about its rows, on SQLite: the other backends have the same ones.

use crate::databases::{BoxError, TestResult, sqlite};
use crate::rows::{Rows, all_rows};
use blog::{Counts, Seed};
use chrono::{NaiveDateTime, Timelike};
use std::collections::{BTreeMap, BTreeSet};

fn rows(seed: &Seed) -> Result<Rows, BoxError> {
    let conn = &mut sqlite()?;
    blog::create(conn)?;
    blog::seed(conn, seed)?;
    Ok(all_rows!(conn))
}

/// How often each key occurs.
fn tally<K: Ord>(keys: impl IntoIterator<Item = K>) -> BTreeMap<K, usize> {
    let mut tally = BTreeMap::new();
    keys.into_iter().for_each(|key| *tally.entry(key).or_default() += 1);
    tally
}

#[test]
fn the_counts_are_always_the_same() -> TestResult {
    let expected = Counts {
        users: 20,
        profiles: 15,
        posts: 200,
        comments: 629,
        tags: 20,
        post_tags: 310,
        translations: 99,
        translation_reviews: 103,
    };
    assert_eq!(rows(&Seed::default())?.counts(), expected);
    Ok(())
}

#[test]
fn users_differ() -> TestResult {
    let rows = rows(&Seed::users(1_000))?;
    let posts = tally(rows.posts.iter().map(|post| post.author_id));
    let childless = rows.users.iter().filter(|user| !posts.contains_key(&user.id)).count();
    assert!((80..=120).contains(&childless), "{childless} without posts");
    assert_eq!(posts[&1], 2_000);
    assert!((9_000..=11_000).contains(&rows.posts.len()), "{}", rows.posts.len());
    assert!((700..=800).contains(&rows.profiles.len()), "{}", rows.profiles.len());
    assert!(rows.users.iter().any(|user| user.active) && rows.users.iter().any(|user| !user.active));
    assert!(tally(rows.users.iter().map(|user| &user.name)).values().all(|&users| users > 1));
    Ok(())
}

#[test]
fn posts_tie_and_miss_values() -> TestResult {
    let rows = rows(&Seed::users(100))?;
    let share = |n: usize| 100 * n / rows.posts.len();
    assert!((25..=35).contains(&share(rows.posts.iter().filter(|post| post.score.is_none()).count())));
    assert!((55..=65).contains(&share(rows.posts.iter().filter(|post| post.editor_id.is_none()).count())));
    let moments = tally(rows.posts.iter().map(|post| post.created_at));
    assert!(moments.len() < rows.posts.len() / 2 && moments.values().any(|&posts| posts > 3));
    let (whole, exact): (Vec<NaiveDateTime>, Vec<_>) = moments.into_keys().partition(|moment| moment.nanosecond() == 0);
    assert!(!whole.is_empty() && exact.iter().any(|moment| moment.nanosecond() % 1_000_000 != 0));
    Ok(())
}

#[test]
fn answers_belong_to_the_same_post() -> TestResult {
    let rows = rows(&Seed::users(100))?;
    let by_id: BTreeMap<_, _> = rows.comments.iter().map(|comment| (comment.id, comment)).collect();
    let answers: Vec<_> = rows.comments.iter().filter(|comment| comment.parent_id.is_some()).collect();
    assert!(answers.len() > rows.comments.len() / 10);
    for answer in answers {
        let parent = by_id[&answer.parent_id.unwrap_or_default()];
        assert_eq!(parent.post_id, answer.post_id);
        assert!(parent.id < answer.id && parent.created_at <= answer.created_at);
    }
    let commented: BTreeSet<_> = rows.comments.iter().map(|comment| comment.post_id).collect();
    assert!(commented.len() < rows.posts.len(), "every post has comments");
    Ok(())
}

#[test]
fn the_smallest_seeds_work() -> TestResult {
    assert_eq!(rows(&Seed { users: 0, tags: 0, ..Seed::default() })?.counts(), Counts::default());
    assert_eq!(rows(&Seed { tags: 0, ..Seed::users(1) })?.counts().posts, 30);
    assert_eq!(rows(&Seed { posts_per_user: 0, ..Seed::users(3) })?.counts().posts, 0);
    Ok(())
}
