//! Loads on the connections of a deadpool pool, several at once.
//!
//! ```sh
//! cargo run -p service --example deadpool
//! ```

use blog::models::{Comment, Post, User};
use blog::schema::{posts, users};
use diesel::prelude::*;
use diesel_async::pooled_connection::AsyncDieselConnectionManager;
use diesel_async::pooled_connection::deadpool::Pool;
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use turbodiesel::async_prelude::*;
use turbodiesel::testing::TestDb;

type Result<T, E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;
type Connection = SyncConnectionWrapper<SqliteConnection>;

/// The posts of one user with their comments: two statements on one connection.
async fn posts_of(pool: Pool<Connection>, author: User) -> Result<(User, Vec<(Post, Vec<Comment>)>)> {
    let posts = posts::table
        .filter(posts::author_id.eq(author.id))
        .select(Post::as_select())
        .preload(has_many::<Comment>())
        .load(&mut pool.get().await?)
        .await?;
    Ok((author, posts))
}

#[tokio::main]
async fn main() -> Result<()> {
    // Your own database: this one is made for the example, and gone afterwards.
    let mut db = TestDb::<SqliteConnection>::new(blog::migrations::SQLITE)?;
    blog::seed(&mut *db, &blog::Seed::default())?;

    let manager = AsyncDieselConnectionManager::<Connection>::new(db.url());
    let pool = Pool::builder(manager).max_size(4).build()?;

    let newest = users::table.select(User::as_select()).keyset((users::created_at.desc(), users::id.desc())).first(4);
    let newest = newest.load(&mut pool.get().await?).await?;
    // Futures of loads are `Send`: each goes to a task, and a connection of its own.
    let tasks: Vec<_> = newest.into_iter().map(|user| tokio::spawn(posts_of(pool.clone(), user))).collect();
    for task in tasks {
        let (author, posts) = task.await??;
        let comments: usize = posts.iter().map(|(_, comments)| comments.len()).sum();
        println!("{}: {} posts, {comments} comments", author.name, posts.len());
    }
    Ok(())
}
