//! Posts are not below posts: a tree is of a table that points to itself.

use blog::models::{Post, User};
use blog::schema::users;
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let rows = users::table.select(User::as_select()).preload(has_many::<Post>().tree(3)).load(conn)?;
    println!("{rows:?}");
    Ok(())
}
