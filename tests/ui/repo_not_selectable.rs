//! A model that has a table and an id, but cannot be selected.

use blog::schema::users;
use diesel::prelude::*;
use turbodiesel::prelude::*;

#[derive(Identifiable)]
#[diesel(table_name = users)]
struct Person {
    id: i32,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let all = conn.repo::<Person>().get_all()?;
    println!("{}", all.iter().map(|person| person.id).sum::<i32>());
    Ok(())
}
