//! A user's key is one column.

use blog::models::{Post, User};
use blog::schema::{posts, users};
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let posts = has_many::<Post>().by((posts::author_id, posts::editor_id));
    let rows = users::table.select(User::as_select()).preload(posts).load(conn)?;
    println!("{rows:?}");
    Ok(())
}
