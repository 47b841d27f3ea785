//! Tags are of posts; no column leads from them to users.

use blog::models::{Tag, User};
use blog::schema::users;
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let users = users::table.select(User::as_select()).preload(has_many::<Tag>()).load(conn)?;
    println!("{users:?}");
    Ok(())
}
