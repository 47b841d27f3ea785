//! The database behind the service.

mod sqlite;

use std::pin::Pin;
use std::sync::Arc;

use diesel::connection::Instrumentation;
use turbodiesel::keyset::{CursorSecret, Page};

use crate::Config;
use crate::failure::Failure;
use crate::request::{Rows, Wanted};
use crate::statements::Announced;
use crate::view::{CommentView, PostView};

/// Gives each connection what listens to it.
pub type Instrument = Arc<dyn Fn() -> Box<dyn Instrumentation> + Send + Sync>;

/// What becomes an answer later.
pub(crate) type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// What the service reads. Each read says how many statements it takes, before it sends them.
pub(crate) trait Store: Send + Sync + 'static {
    /// The published posts, newest first.
    fn posts(&self, rows: Rows, wanted: Wanted, announced: Announced) -> Answer<'_, Page<PostView>>;

    /// The comments on one post, oldest first. Their cursors are also those of the comments that come with posts.
    fn comments(&self, post: i32, rows: Rows, author: bool, announced: Announced) -> Answer<'_, Page<CommentView>>;

    /// Whether the database answers.
    fn ping(&self) -> Answer<'_, ()>;
}

/// Opens the database that the configuration names.
pub(crate) async fn open(
    config: &Config,
    secret: CursorSecret,
) -> Result<Arc<dyn Store>, Box<dyn std::error::Error + Send + Sync>> {
    Ok(Arc::new(sqlite::SqliteStore::open(config, secret).await?))
}
