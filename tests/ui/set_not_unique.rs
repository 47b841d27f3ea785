//! An ordering is proven when it is added to a set, not when a client asks for it.

use blog::schema::posts;
use diesel::prelude::*;
use turbodiesel::keyset::OrderingSet;

fn main() {
    let sorts = OrderingSet::<posts::table>::new()
        .with("newest", (posts::created_at.desc(), posts::id.desc()))
        .with("title", posts::title.asc());
    println!("{:?}", sorts.names());
}
