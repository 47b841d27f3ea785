//! A set is of one table: the key of another one fits none of its queries.

use blog::schema::{posts, users};
use diesel::prelude::*;
use turbodiesel::keyset::OrderingSet;

fn main() {
    let sorts = OrderingSet::<posts::table>::new().with("author", (users::name.asc(), posts::id.asc()));
    println!("{:?}", sorts.names());
}
