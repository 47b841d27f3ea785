//! A post with three comments is in three rows, so the post's key is not unique.

use blog::models::{Comment, Post};
use blog::schema::{comments, posts};
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let page = posts::table
        .inner_join(comments::table)
        .select((Post::as_select(), Comment::as_select()))
        .keyset((posts::created_at.desc(), posts::id.desc()))
        .first(20)
        .load(conn)?;
    println!("{page:?}");
    Ok(())
}
