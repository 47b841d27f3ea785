//! A number is no e-mail address.

use blog::models::{Post, User};
use blog::schema::{posts, users};
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let author = belongs_to::<User>().by_key(users::email, |post: &Post| post.author_id);
    let rows = posts::table.select(Post::as_select()).preload(author).load(conn)?;
    println!("{rows:?}");
    Ok(())
}
