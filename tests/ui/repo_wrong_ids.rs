//! The ids of users are integers.

use blog::models::User;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    println!("{:?}", conn.repo::<User>().get_many(&["ann@example.com".to_owned()])?);
    Ok(())
}
