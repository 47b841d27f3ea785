//! The children of a user are posts: a column of comments is none of theirs.

use blog::models::{Post, User};
use blog::schema::{comments, users};
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let rows =
        users::table.select(User::as_select()).preload(has_many::<Post>().filter(comments::id.gt(7))).load(conn)?;
    println!("{rows:?}");
    Ok(())
}
