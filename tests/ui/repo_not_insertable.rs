//! A new row without `Insertable`.

use blog::models::User;
use turbodiesel::prelude::*;

struct NewUser {
    email: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let new = NewUser { email: "ada@lovelace.uk".into() };
    println!("{:?} {}", conn.repo::<User>().create(&new)?, new.email);
    Ok(())
}
