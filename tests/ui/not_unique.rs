//! Posts of one second would be lost between two pages.

use blog::models::Post;
use blog::schema::posts;
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let page = posts::table
        .filter(posts::published.eq(true))
        .select(Post::as_select())
        .keyset(posts::created_at.desc())
        .first(20)
        .load(conn)?;
    println!("{page:?}");
    Ok(())
}
