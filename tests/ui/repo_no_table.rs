//! A struct that is read from rows, but of no table.

use blog::schema::users;
use diesel::prelude::*;
use turbodiesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct Name {
    name: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let names = conn.repo::<Name>().get_all()?;
    println!("{}", names.iter().map(|name| name.name.as_str()).collect::<String>());
    Ok(())
}
