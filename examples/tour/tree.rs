//! Part 2: three levels as one value.

use blog::StatementLog;
use blog::models::{Comment, Post, Profile, User};
use blog::schema::{comments, posts, users};
use diesel::prelude::*;
use turbodiesel::prelude::*;

use super::Result;
use super::screen::Paint::{Dim, Good, Plain};
use super::screen::{Screen, count};

pub(super) fn tell(screen: &mut Screen, conn: &mut SqliteConnection) -> Result {
    screen.title(
        "2  A tree",
        "Relations nest and stand side by side, each with a filter and an order, each one statement.",
    );
    screen.code("query", include_str!("tree.rs"), "tree");
    screen.gap();

    let log = StatementLog::install(conn);
    // show: tree
    let feed = users::table
        .filter(users::id.between(28, 30))
        .select(User::as_select())
        .preload(
            has_many::<Post>()
                .filter(posts::score.ge(15))
                .order(posts::created_at.desc())
                .preload(has_many::<Comment>().order(comments::id)),
        )
        .preload(has_one::<Profile>());
    let announced = feed.statements();
    let feed = feed.load(conn)?;
    // end

    for (user, posts, profile) in &feed {
        let bio = profile.as_ref().map_or("no profile", |profile| &profile.bio);
        screen.line(&[(Plain, &format!("   {:<11}", user.name)), (Dim, bio)]);
        if posts.is_empty() {
            screen.line(&[(Dim, "   └─ no such post")]);
        }
        for (at, (post, comments)) in posts.iter().enumerate() {
            let (branch, below) = if at + 1 < posts.len() { ("├─ ", "│  ") } else { ("└─ ", "   ") };
            let date = post.created_at.format("%Y-%m-%d");
            screen.line(&[(Dim, &format!("   {branch}{date}  ")), (Plain, &post.title)]);
            for (at, comment) in comments.iter().enumerate() {
                let branch = if at + 1 < comments.len() { "├─ " } else { "└─ " };
                screen.line(&[(Dim, &format!("   {below}{branch}{}", comment.body))]);
            }
        }
    }
    let posts = feed.iter().map(|(_, posts, _)| posts.len()).sum();
    let comments = feed.iter().flat_map(|(_, posts, _)| posts).map(|(_, comments)| comments.len()).sum();
    screen.gap();
    screen.line(&[
        (Good, &format!("   {} statements", log.take().len())),
        (Plain, &format!(" for {} users, {} posts, {} comments", feed.len(), count(posts), count(comments))),
        (Dim, &format!("; announced before the load: {}", announced.fixed())),
    ]);
    Ok(())
}
