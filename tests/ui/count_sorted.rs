//! The number of children, in an order.

use blog::models::{Post, User};
use blog::schema::{posts, users};
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() {
    let conn = &mut blog::example().unwrap();
    let count = has_many::<Post>().order(posts::id).count();
    let _ = users::table.select(User::as_select()).preload(count).load(conn);
}
