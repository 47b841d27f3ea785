//! Users are not in this query, so there is no name to order by.

use blog::models::Post;
use blog::schema::{posts, users};
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let page =
        posts::table.select(Post::as_select()).keyset((users::name.asc(), posts::id.asc())).first(20).load(conn)?;
    println!("{page:?}");
    Ok(())
}
