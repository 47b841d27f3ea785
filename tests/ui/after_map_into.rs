//! Rows that became another struct are no users any more.

use blog::models::{Post, Profile, User};
use blog::schema::users;
use diesel::prelude::*;
use turbodiesel::prelude::*;

#[derive(Debug)]
struct Author(usize);

impl From<(User, Vec<Post>)> for Author {
    fn from((_, posts): (User, Vec<Post>)) -> Self {
        Author(posts.len())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let authors = users::table.select(User::as_select()).preload(has_many::<Post>()).map_into::<Author>();
    let rows = authors.preload(has_one::<Profile>()).load(conn)?;
    println!("{rows:?}");
    Ok(())
}
