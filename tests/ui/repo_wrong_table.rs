//! A condition on posts does not filter users.

use blog::models::User;
use blog::schema::posts;
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    println!("{:?}", conn.repo::<User>().find_by(posts::title.eq("Seeds"))?);
    Ok(())
}
