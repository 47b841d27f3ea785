//! Loads on the connections of a bb8 pool.
//!
//! ```sh
//! cargo run -p service --example bb8
//! ```

use blog::models::PostTag;
use blog::models::{Post, Tag, User};
use blog::schema::{posts, tags};
use diesel::prelude::*;
use diesel_async::pooled_connection::AsyncDieselConnectionManager;
use diesel_async::pooled_connection::bb8::Pool;
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use turbodiesel::async_prelude::*;
use turbodiesel::testing::TestDb;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Your own database: this one is made for the example, and gone afterwards.
    let mut db = TestDb::<SqliteConnection>::new(blog::migrations::SQLITE)?;
    blog::seed(&mut *db, &blog::Seed::default())?;

    let manager = AsyncDieselConnectionManager::<SyncConnectionWrapper<SqliteConnection>>::new(db.url());
    let pool = Pool::builder().max_size(4).build(manager).await?;

    // `load` takes what the pool hands out.
    let page = posts::table
        .filter(posts::published.eq(true))
        .select(Post::as_select())
        .keyset((posts::created_at.desc(), posts::id.desc()))
        .first(5)
        .preload(belongs_to::<User>())
        .preload(many_to_many::<Tag, PostTag>().order(tags::name))
        .load(&mut pool.get().await?)
        .await?;
    for (post, author, tags) in page.items() {
        let tags: Vec<_> = tags.iter().map(|tag| tag.name.as_str()).collect();
        println!("{} by {} [{}]", post.title, author.name, tags.join(", "));
    }
    assert_eq!(page.len(), 5);
    Ok(())
}
