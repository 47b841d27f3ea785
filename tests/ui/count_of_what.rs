//! The number of targets of a many-to-many, without a word about which table has them.

use blog::models::{Post, PostTag, Tag};
use blog::schema::posts;
use diesel::prelude::*;
use turbodiesel::prelude::*;

fn main() {
    let conn = &mut blog::example().unwrap();
    let count = many_to_many::<Tag, PostTag>().count();
    let _ = posts::table.select(Post::as_select()).preload(count).load(conn);
}
