//! A link belongs to both sides.

use blog::models::{Comment, Post, Tag};
use blog::schema::posts;
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let posts = posts::table.select(Post::as_select()).preload(many_to_many::<Tag, Comment>()).load(conn)?;
    println!("{}", posts.len());
    Ok(())
}
