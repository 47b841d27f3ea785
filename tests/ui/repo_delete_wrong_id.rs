//! A composite id is a tuple of all its columns.

use blog::models::Translation;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    println!("{:?}", conn.repo::<Translation>().delete(1)?);
    Ok(())
}
