//! A web service over the sample domain: pages of posts as GraphQL connections, as REST with `Link` headers, and as an HTML
//! page that scrolls on and on.
//!
//! ```sh
//! cargo run -p service                                    # SQLite: http://127.0.0.1:3000
//! cargo run -p service -- --database postgres://..        # PostgreSQL
//! ```
//!
//! | path | what it answers |
//! |---|---|
//! | `/` | posts, newest first; it works without JavaScript too |
//! | `/posts?size=20&after=..&include=author,tags,commentCount` | JSON, with `Link: <..>; rel="next"` |
//! | `/graphql` | `posts(first, after, last, before)`, `comments(post, first, after)` |
//! | `/healthz` | whether the database answers |
//!
//! What a request asks for decides which relations are loaded. Each answer says in `X-Statements` how many statements were
//! announced for it. Cursors are signed: one that was not made here, for the same list, is a 400.

#![forbid(unsafe_code)]

mod failure;
mod graphql;
mod html;
mod request;
mod rest;
mod routes;
mod statements;
mod store;
mod view;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use turbodiesel::keyset::CursorSecret;

pub use store::Instrument;

/// What a service is started with.
#[derive(Clone)]
pub struct Config {
    /// A file of SQLite, or the URL of a PostgreSQL server.
    pub database: String,
    /// How many connections it opens at most.
    pub connections: usize,
    /// How long a request waits for a connection.
    pub patience: Duration,
    /// How many users an empty database is given, with ten posts each.
    pub users: usize,
    /// The key that signs cursors, of 32 bytes or more.
    pub cursor_key: Vec<u8>,
    /// What listens to every connection.
    pub instrument: Option<Instrument>,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The URL may hold a password.
        f.debug_struct("Config")
            .field("connections", &self.connections)
            .field("users", &self.users)
            .finish_non_exhaustive()
    }
}

/// A service whose database is ready.
#[derive(Clone)]
pub struct Service {
    store: Arc<dyn store::Store>,
    schema: graphql::Schema,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").finish_non_exhaustive()
    }
}

impl Service {
    /// Opens the database, migrates it, and fills it if it is empty.
    ///
    /// # Errors
    ///
    /// The database fails, or the key is too short.
    pub async fn open(config: &Config) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let secret = CursorSecret::new(&config.cursor_key)?;
        let store = store::open(config, secret).await?;
        Ok(Service { schema: graphql::schema(Arc::clone(&store)), store })
    }

    /// Answers requests until `stop` is ready, then finishes those that have begun.
    ///
    /// # Errors
    ///
    /// The socket fails.
    pub async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        axum::serve(listener, routes::router(self)).with_graceful_shutdown(stop).await
    }
}
