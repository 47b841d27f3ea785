//! The id of a user is an integer.

use blog::models::User;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    println!("{:?}", conn.repo::<User>().get("ann@example.com")?);
    Ok(())
}
