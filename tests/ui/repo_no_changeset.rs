//! A struct with an id, but without changes.

use blog::models::User;
use blog::schema::users;
use diesel::prelude::*;
use turbodiesel::prelude::*;

#[derive(Identifiable)]
#[diesel(table_name = users)]
struct Rename {
    id: i32,
    name: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let rename = Rename { id: 1, name: "Ada".into() };
    println!("{:?} {}", conn.repo::<User>().update(&rename)?, rename.name);
    Ok(())
}
