//! Profiles are of users, not of posts: the mistake is a level down.

use blog::models::{Post, Profile, User};
use blog::schema::{posts, users};
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let users = users::table
        .filter(users::active.eq(true))
        .select(User::as_select())
        .preload(has_many::<Post>().order(posts::id).preload(has_one::<Profile>()))
        .load(conn)?;
    println!("{users:?}");
    Ok(())
}
