//! How much memory a load takes at its peak, beside the same load written by hand.
//!
//! Counted by the allocator, so it is a number and not a measurement. What SQLite itself allocates is not counted.
//! `TURBODIESEL_USERS` makes it larger: 10,000 are 610,000 rows.

use blog::Seed;
use blog::models::{Comment, Post, User};
use blog::schema::{comments, posts, users};
use diesel::prelude::*;
use peak_alloc::PeakAlloc;
use turbodiesel::prelude::*;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

type Threads = Vec<(User, Vec<(Post, Vec<Comment>)>)>;
type Conn = SqliteConnection;

/// As many keys as Diesel gives SQLite in one list.
const KEYS: usize = 32_766;

fn by_hand(conn: &mut Conn) -> turbodiesel::Result<Threads> {
    let users = users::table.order(users::id).select(User::as_select()).load(conn)?;
    let mut posts = Vec::new();
    for users in users.chunks(KEYS) {
        posts.extend(Post::belonging_to(users).order(posts::id).select(Post::as_select()).load(conn)?);
    }
    let mut comments = Vec::new();
    for posts in posts.chunks(KEYS) {
        comments.extend(Comment::belonging_to(posts).order(comments::id).select(Comment::as_select()).load(conn)?);
    }
    let comments = comments.grouped_by(&posts);
    let posts = posts.into_iter().zip(comments).grouped_by(&users);
    Ok(users.into_iter().zip(posts).collect())
}

fn preloaded(conn: &mut Conn) -> turbodiesel::Result<Threads> {
    users::table
        .order(users::id)
        .select(User::as_select())
        .preload(has_many::<Post>().order(posts::id).preload(has_many::<Comment>().order(comments::id)))
        .load(conn)
}

/// What a load takes at its peak, beyond what was there before; and what it gives.
fn peak(conn: &mut Conn, load: fn(&mut Conn) -> turbodiesel::Result<Threads>) -> turbodiesel::Result<(usize, Threads)> {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let threads = load(conn)?;
    Ok((ALLOCATOR.peak_usage() - before, threads))
}

#[test]
fn no_more_memory_than_by_hand() -> Result<(), Box<dyn std::error::Error>> {
    let users = std::env::var("TURBODIESEL_USERS").map_or(Ok(500), |users| users.parse())?;
    let mut conn = SqliteConnection::establish(":memory:")?;
    blog::create(&mut conn)?;
    blog::seed(&mut conn, &Seed { users, posts_per_user: 10, comments_per_post: 5, tags: 0 })?;
    // The first time each prepares its statements.
    drop((by_hand(&mut conn)?, preloaded(&mut conn)?));
    let (hand, expected) = peak(&mut conn, by_hand)?;
    let (ours, threads) = peak(&mut conn, preloaded)?;
    let rows = threads
        .iter()
        .map(|(_, posts)| 1 + posts.len() + posts.iter().map(|(_, of)| of.len()).sum::<usize>())
        .sum::<usize>();
    assert!(threads == expected);
    let ratio = ours as f64 / hand as f64;
    println!("{rows} rows: {ours} bytes preloaded, {hand} by hand, {ratio:.2} of them");
    assert!(ratio <= 1.1, "{rows} rows: {ours} bytes preloaded, {hand} by hand, {ratio:.2} of them");
    Ok(())
}
