//! A user has no version that could be compared.

use blog::models::User;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let user = conn.repo::<User>().get(1)?.ok_or("nobody")?;
    println!("{:?}", conn.repo::<User>().update_versioned(&user)?);
    Ok(())
}
