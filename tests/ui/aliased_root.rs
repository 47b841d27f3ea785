//! An aliased table selects no model, so the rows of the root are not known.

use blog::models::Post;
use blog::schema::users;
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let authors = diesel::alias!(users as authors);
    let users = authors.select(authors.fields(users::all_columns)).preload(has_many::<Post>()).load(conn)?;
    println!("{}", users.len());
    Ok(())
}
