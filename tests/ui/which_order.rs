//! The first targets of each parent, without a word about which of two tables says which come first.

use blog::models::{Post, PostTag, Tag};
use blog::schema::{posts, tags};
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() {
    let conn = &mut blog::example().unwrap();
    let three = many_to_many::<Tag, PostTag>().order(tags::name).limit_per_parent(3);
    let _ = posts::table.select(Post::as_select()).preload(three).load(conn);
}
