//! What is not loaded is not there.

use blog::models::{Post, User};
use blog::schema::users;
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let rows = users::table.select(User::as_select()).preload(has_many::<Post>()).load(conn)?;
    println!("{:?}", rows[0].2);
    Ok(())
}
