//! The first children of each parent, without a word about which come first.

use blog::models::{Post, User};
use blog::schema::users;
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() {
    let conn = &mut blog::example().unwrap();
    let _ = users::table.select(User::as_select()).preload(has_many::<Post>().limit_per_parent(3)).load(conn);
}
