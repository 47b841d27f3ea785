//! A page of how many rows?

use blog::models::Post;
use blog::schema::posts;
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let page =
        posts::table.select(Post::as_select()).keyset((posts::created_at.desc(), posts::id.desc())).load(conn)?;
    println!("{page:?}");
    Ok(())
}
