//! A loader of one's own is asked with parents.

use blog::models::User;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let zero = load_with(|users: &[&User], _: &mut diesel::SqliteConnection| Ok(vec![0; users.len()]));
    let rows = load_for_keys::<User, _, _>(&[1, 2], zero, conn)?;
    println!("{rows:?}");
    Ok(())
}
