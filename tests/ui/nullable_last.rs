//! Unique or not: there is no "after NULL" among rows that are all NULL.

use blog::models::Post;
use blog::schema::posts;
use diesel::prelude::*;
use turbodiesel::keyset::unique;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let page = posts::table
        .select(Post::as_select())
        .keyset((posts::created_at.desc(), unique(posts::score.desc())))
        .first(20)
        .load(conn)?;
    println!("{page:?}");
    Ok(())
}
