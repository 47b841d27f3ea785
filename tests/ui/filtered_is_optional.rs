//! A target that a filter may leave out is an `Option`.

use blog::models::{Post, User};
use blog::schema::{posts, users};
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let active = belongs_to::<User>().filter(users::active.eq(true));
    let rows: Vec<(Post, User)> = posts::table.select(Post::as_select()).preload(active).load(conn)?;
    println!("{rows:?}");
    Ok(())
}
