//! Part 1: the posts of every author, by hand and by preload.

use std::time::{Duration, Instant};

use blog::models::{Post, User};
use blog::schema::users;
use blog::{Statement, StatementLog};
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use turbodiesel::plan::{Plan, Plans};
use turbodiesel::prelude::*;

use super::Result;
use super::screen::Paint::{Bad, Dim, Good, Plain};
use super::screen::{Screen, count};

type Feed = Vec<(User, Vec<Post>)>;

pub(super) fn tell(screen: &mut Screen, conn: &mut SqliteConnection) -> Result {
    screen.title(
        "1  Eager loading",
        "A loop asks once for each author, a preload once for all. On a server each time is a round trip.",
    );
    let source = include_str!("authors.rs");
    screen.code("both", source, "authors");
    screen.code("N+1", source, "N+1");
    screen.code("preload", source, "preload");
    screen.gap();

    let log = StatementLog::install(conn);
    let mut by_hand = Vec::new();
    let mut preloaded = Vec::new();
    let mut head = String::new();
    for number in [10, 100, 300] {
        let one = measured(conn, &log, |conn| n_plus_one(conn, number))?;
        let other = measured(conn, &log, |conn| preload(conn, number))?;
        if sorted(one.feed) != sorted(other.feed) {
            return Err("N+1 and preload gave different rows".into());
        }
        head.push_str(&format!("{:>22}", format!("{number} authors")));
        by_hand.push((one.statements, one.time));
        preloaded.push((other.statements, other.time));
    }
    screen.line(&[(Dim, &format!("   {:<11}{head}", "statements"))]);
    let row = |screen: &mut Screen, name: &str, paint, figures: &[(Vec<Statement>, Duration)]| {
        let mut pieces = vec![(Plain, format!("   {name:<11}"))];
        for (statements, time) in figures {
            pieces.push((paint, format!("{:>10}", count(statements.len()))));
            pieces.push((Dim, format!("{:>12}", screen.time(*time))));
        }
        screen.line(&pieces.iter().map(|(paint, piece)| (*paint, piece.as_str())).collect::<Vec<_>>());
    };
    row(screen, "N+1", Bad, &by_hand);
    row(screen, "preload", Good, &preloaded);
    let mut plans = Vec::new();
    for (name, figures) in [("N+1", by_hand), ("preload", preloaded)] {
        let Some((statements, _)) = figures.into_iter().next_back() else { continue };
        screen.gap();
        plans.push(sent(screen, conn, name, &statements)?);
    }
    if let [naive, eager] = plans.as_slice() {
        screen.gap();
        for line in Plan::compare(naive, eager).figures().lines() {
            screen.line(&[(Plain, "   "), (Dim, line)]);
        }
    }
    Ok(())
}

fn n_plus_one(conn: &mut SqliteConnection, number: i64) -> QueryResult<Feed> {
    let authors = users::table.order(users::id).limit(number).select(User::as_select());
    // show: N+1
    let mut feed = Vec::new();
    for author in authors.load(conn)? {
        let posts = Post::belonging_to(&author).select(Post::as_select()).load(conn)?;
        feed.push((author, posts));
    }
    // end
    Ok(feed)
}

fn preload(conn: &mut SqliteConnection, number: i64) -> turbodiesel::Result<Feed> {
    // show: authors
    let authors = users::table.order(users::id).limit(number).select(User::as_select());
    // end
    // show: preload
    let feed = authors.preload(has_many::<Post>()).load(conn)?; // Vec<(User, Vec<Post>)>
    // end
    Ok(feed)
}

struct Measured {
    feed: Feed,
    statements: Vec<Statement>,
    time: Duration,
}

fn measured<E>(
    conn: &mut SqliteConnection,
    log: &StatementLog,
    load: impl Fn(&mut SqliteConnection) -> std::result::Result<Feed, E>,
) -> std::result::Result<Measured, E> {
    log.take();
    let start = Instant::now();
    let feed = load(conn)?;
    Ok(Measured { feed, time: start.elapsed(), statements: log.take() })
}

/// Neither side asks for an order of the posts, so neither is held to one.
fn sorted(mut feed: Feed) -> Feed {
    for (_, posts) in &mut feed {
        posts.sort_by_key(|post| post.id);
    }
    feed
}

/// What was sent, how often, and how the database runs it: the plan of each statement.
fn sent(screen: &mut Screen, conn: &mut SqliteConnection, name: &str, statements: &[Statement]) -> Result<Plans> {
    let mut plans = Vec::new();
    let mut label = name;
    for (at, statement) in statements.iter().enumerate() {
        if statements[..at].iter().any(|earlier| earlier.sql == statement.sql) {
            continue;
        }
        let times = statements.iter().filter(|other| other.sql == statement.sql).count();
        screen.sql(&format!("   {label:<11}{times:>3} ×  "), &statement.sql);
        let plan = Plan::parse::<Sqlite>(&statement.sql, blog::explain(conn, statement)?);
        for step in plan.to_string().lines().skip(1) {
            screen.line(&[(Dim, &format!("{:22}{step}", ""))]);
        }
        plans.extend(std::iter::repeat_n(plan, times));
        label = "";
    }
    Ok(plans.into())
}
