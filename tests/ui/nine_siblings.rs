//! A level takes eight relations.

use blog::models::{Post, User};
use blog::schema::users;
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let posts = has_many::<Post>;
    let eight =
        users::table.select(User::as_select()).preload(posts()).preload(posts()).preload(posts()).preload(posts());
    let eight = eight.preload(posts()).preload(posts()).preload(posts()).preload(posts());
    let rows = eight.preload(posts()).load(conn)?;
    println!("{rows:?}");
    Ok(())
}
