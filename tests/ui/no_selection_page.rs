//! The same for a page: the rows have no struct.

use blog::schema::posts;
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let page = posts::table.keyset((posts::created_at.desc(), posts::id.desc())).first(20).load(conn)?;
    println!("{}", page.len());
    Ok(())
}
