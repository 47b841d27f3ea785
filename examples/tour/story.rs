//! What the tour tells, in three parts.

use std::error::Error;

use blog::Seed;
use diesel::prelude::*;

mod authors;
mod pages;
mod screen;
mod tree;

use screen::Paint::{Dim, Plain, Title};
pub(crate) use screen::Screen;
use screen::count;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// Makes the database, and tells all of it.
pub(crate) fn tell(screen: &mut Screen) -> Result {
    let conn = &mut SqliteConnection::establish(":memory:")?;
    blog::create(conn)?;
    let rows = blog::seed(conn, &Seed::users(300))?;
    // As a server does by itself after a while: plans follow from how many rows there are.
    blog::analyze(conn)?;

    let [users, posts, comments] = [rows.users, rows.posts, rows.comments].map(count);
    screen.line(&[
        (Title, "turbodiesel"),
        (Plain, &format!("   a blog of {users} users, {posts} posts and {comments} comments, in SQLite, in memory")),
    ]);
    authors::tell(screen, conn)?;
    tree::tell(screen, conn)?;
    pages::tell(screen, conn)?;
    screen.gap();
    screen.line(&[(Title, "Go on")]);
    for (command, what) in [
        ("cargo doc --no-deps --open", "both tutorials"),
        ("cargo bench", "the same contenders with up to a million rows"),
        ("cargo run --example sakila -- DIR", "seven statements for a whole real data set"),
    ] {
        screen.line(&[(Plain, &format!("   {command:<36}")), (Dim, what)]);
    }
    Ok(())
}
