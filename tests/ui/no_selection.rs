//! A table alone does not say which struct its rows are.

use blog::models::Post;
use blog::schema::users;
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let users = users::table.filter(users::active.eq(true)).preload(has_many::<Post>()).load(conn)?;
    println!("{}", users.len());
    Ok(())
}
