//! A boxed query hides its tables, but not that they are two.

use blog::models::{Comment, Post};
use blog::schema::{comments, posts};
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let mut query =
        posts::table.inner_join(comments::table).select((Post::as_select(), Comment::as_select())).into_boxed();
    if std::env::args().nth(1).is_some() {
        query = query.filter(posts::published.eq(true));
    }
    let page = query.keyset((posts::created_at.desc(), posts::id.desc())).first(20).load(conn)?;
    println!("{page:?}");
    Ok(())
}
