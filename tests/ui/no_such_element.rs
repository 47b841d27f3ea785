//! The row has two elements.

use blog::models::{Post, Profile, User};
use blog::schema::{profiles, users};
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let rows = users::table
        .inner_join(profiles::table)
        .select((User::as_select(), Profile::as_select()))
        .preload_at(Nth::<2>, has_many::<Post>())
        .load(conn)?;
    println!("{rows:?}");
    Ok(())
}
