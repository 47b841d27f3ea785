//! The sum of a text.

use blog::models::{Post, User};
use blog::schema::{posts, users};
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() {
    let conn = &mut blog::example().unwrap();
    let sum = has_many::<Post>().sum::<String>(posts::title);
    let _ = users::table.select(User::as_select()).preload(sum).load(conn);
}
