//! Two parents may share a child, so a child can be cloned.

use blog::models::User;
use blog::schema::{posts, users};
use diesel::prelude::*;
use turbodiesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Identifiable, Associations)]
#[diesel(table_name = posts, belongs_to(User, foreign_key = author_id))]
struct Title {
    id: i32,
    author_id: i32,
    title: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let users = users::table.select(User::as_select()).preload(has_many::<Title>()).load(conn)?;
    println!("{users:?}");
    Ok(())
}
