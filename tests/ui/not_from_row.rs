//! A view is made from the row with its relations.

use blog::models::{Post, User};
use blog::schema::users;
use diesel::prelude::*;
use turbodiesel::prelude::*;

struct Author;

impl From<User> for Author {
    fn from(_: User) -> Self {
        Author
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let authors = users::table.select(User::as_select()).preload(has_many::<Post>()).map_into::<Author>().load(conn)?;
    println!("{}", authors.len());
    Ok(())
}
