//! A batch sends the query again, and a boxed one cannot be cloned.

use blog::models::Post;
use blog::schema::posts;
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let mut batches = posts::table.into_boxed().select(Post::as_select()).keyset(posts::id.asc()).batches(20);
    while let Some(batch) = batches.next(conn)? {
        println!("{batch:?}");
    }
    Ok(())
}
