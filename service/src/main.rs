//! Starts the service.

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use clap::Parser;
use service::{Config, Service};
use tokio::net::TcpListener;

/// Posts as GraphQL, as REST and as a page that scrolls on and on.
#[derive(Parser)]
#[command(name = "service")]
struct Arguments {
    /// A file of SQLite, or postgres://user:password@host/database. It is migrated, and filled if it is empty.
    #[arg(long, env = "SERVICE_DATABASE", default_value = "service.sqlite", hide_env_values = true)]
    database: String,
    /// Where to listen; port 0 is any that is free.
    #[arg(long, default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    /// The most connections to the database.
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// How many seconds a request waits for a connection.
    #[arg(long, default_value_t = 5)]
    patience: u64,
    /// The users of an empty database, with ten posts each.
    #[arg(long, default_value_t = 200)]
    users: usize,
    /// What signs cursors: 32 bytes or more. Without it, cursors are good until the service is stopped.
    #[arg(long, env = "SERVICE_CURSOR_KEY", hide_env_values = true)]
    cursor_key: Option<String>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let Arguments { database, listen, connections, patience, users, cursor_key } = Arguments::parse();
    let cursor_key = match cursor_key {
        Some(key) => key.into_bytes(),
        None => {
            let mut key = vec![0; 32];
            getrandom::fill(&mut key)?;
            key
        }
    };
    let listener = TcpListener::bind(listen).await?;
    let patience = Duration::from_secs(patience);
    let config = Config { database, connections, patience, users, cursor_key, instrument: None };
    let service = Service::open(&config).await?;
    println!("http://{}", listener.local_addr()?);
    service.serve(listener, async { drop(tokio::signal::ctrl_c().await) }).await?;
    Ok(())
}
