//! The element of a LEFT JOIN may not be there: its relation says so.

use blog::models::{Post, Profile, User};
use blog::schema::{profiles, users};
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let rows = profiles::table
        .left_join(users::table)
        .select((Profile::as_select(), Option::<User>::as_select()))
        .preload_at(Nth::<1>, has_many::<Post>())
        .load(conn)?;
    println!("{}", rows.len());
    Ok(())
}
