//! The database behind the service.

mod postgres;
mod reads;
mod sqlite;

use std::pin::Pin;
use std::sync::Arc;

use diesel::ConnectionError;
use diesel::connection::Instrumentation;
use diesel_async::AsyncConnection;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use turbodiesel::keyset::{CursorSecret, Page};

use crate::Config;
use crate::failure::Failure;
use crate::request::{Rows, Wanted};
use crate::statements::Announced;
use crate::view::{CommentView, PostView};

type Error = Box<dyn std::error::Error + Send + Sync>;

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
pub(crate) async fn open(config: &Config, secret: CursorSecret) -> Result<Arc<dyn Store>, Error> {
    Ok(match config.database.split_once("://") {
        Some(("postgres" | "postgresql", _)) => {
            postgres::prepare(config).await?;
            Arc::new(Pooled { pool: postgres::pool(config).await?, secret })
        }
        Some((other, _)) => return Err(format!("`{other}` is neither PostgreSQL nor a file of SQLite").into()),
        None => {
            sqlite::prepare(config).await?;
            Arc::new(Pooled { pool: sqlite::pool(config).await?, secret })
        }
    })
}

/// A store over a pool of connections.
struct Pooled<P> {
    pool: P,
    secret: CursorSecret,
}

/// Makes connections that are sent `set_up` first, and listened to.
fn manager<C>(config: &Config, set_up: &'static str) -> AsyncDieselConnectionManager<C>
where
    C: AsyncConnection + 'static,
{
    let mut manager = ManagerConfig::default();
    // A connection whose load was given up says so by itself.
    manager.recycling_method = RecyclingMethod::Fast;
    let instrument = config.instrument.clone();
    manager.custom_setup = Box::new(move |url| {
        let (url, instrument) = (url.to_owned(), instrument.clone());
        Box::pin(async move {
            let mut conn = C::establish(&url).await?;
            conn.batch_execute(set_up).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
            if let Some(instrument) = instrument {
                conn.set_instrumentation(instrument());
            }
            Ok(conn)
        })
    });
    AsyncDieselConnectionManager::new_with_config(&config.database, manager)
}

/// How many connections there are at most.
fn size(config: &Config) -> Result<u32, Error> {
    Ok(u32::try_from(config.connections)?.max(1))
}
