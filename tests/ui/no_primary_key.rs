//! A row without a primary key has nothing that another column could hold.

use blog::models::Post;
use blog::schema::{posts, users};
use diesel::prelude::*;
use turbodiesel::prelude::*;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = users)]
struct Name {
    name: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let rows = users::table.select(Name::as_select()).preload(has_many::<Post>().by(posts::editor_id)).load(conn)?;
    println!("{rows:?}");
    Ok(())
}
