//! A new row that is to bring its id, without `Identifiable`.

use blog::models::User;
use blog::schema::users;
use diesel::prelude::*;
use turbodiesel::prelude::*;

#[derive(Insertable)]
#[diesel(table_name = users)]
struct Numbered {
    id: i32,
    email: String,
    name: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let new = Numbered { id: 7, email: "ada@lovelace.uk".into(), name: "Ada".into() };
    println!("{:?}", conn.repo::<User>().create_with_id(&new)?);
    Ok(())
}
