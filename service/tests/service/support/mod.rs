//! A service with a database of its own, and a client.

pub(crate) mod chromium;
mod database;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use blog::StatementLog;
use diesel::SqliteConnection;
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{HeaderMap, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use service::{Config, Service};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use self::database::Database;

/// A running service.
pub(crate) struct App {
    client: SendRequest<Full<Bytes>>,
    pub(crate) address: SocketAddr,
    log: StatementLog,
    // Dropped after the client: then the service stops, and lets go of the database.
    _stop: oneshot::Sender<()>,
    _database: Box<dyn Send>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl App {
    /// Over SQLite, with so many users and ten times as many posts.
    pub(crate) async fn sqlite(users: usize) -> Self {
        let db = Database::<SqliteConnection>::new(blog::migrations::SQLITE);
        Self::start(db.url(), users, db).await
    }

    /// The same over PostgreSQL.
    pub(crate) async fn postgres(users: usize) -> Self {
        let db = Database::<AsyncConnectionWrapper<AsyncPgConnection>>::new(blog::migrations::POSTGRES);
        Self::start(db.url(), users, db).await
    }

    async fn start(database: String, users: usize, keep: impl Send + 'static) -> Self {
        let log = StatementLog::default();
        let instrument = {
            let log = log.clone();
            Arc::new(move || -> Box<dyn diesel::connection::Instrumentation> { Box::new(log.clone()) })
        };
        let cursor_key = b"a key of exactly thirty-two byte".to_vec();
        // A busy machine is no reason to fail.
        let patience = Duration::from_secs(120);
        let config = Config { database, connections: 2, patience, users, cursor_key, instrument: Some(instrument) };
        let service = Service::open(&config).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(service.serve(listener, async { drop(stopped.await) }));
        let client = connect(address).await;
        log.take();
        App { client, address, log, _stop: stop, _database: Box::new(keep) }
    }

    /// How many statements were sent since the last time.
    pub(crate) fn sent(&self) -> usize {
        self.log.take().len()
    }

    pub(crate) async fn get(&mut self, path: &str) -> Reply {
        self.send(Request::get(path).body(Full::default()).unwrap()).await
    }

    /// A query of GraphQL.
    pub(crate) async fn query(&mut self, query: &str) -> Reply {
        let body = serde_json::json!({ "query": query }).to_string();
        let request = Request::post("/graphql").header("content-type", "application/json");
        self.send(request.body(Full::from(body)).unwrap()).await
    }

    async fn send(&mut self, mut request: Request<Full<Bytes>>) -> Reply {
        let host = self.address.to_string().parse().unwrap();
        request.headers_mut().insert("host", host);
        self.client.ready().await.unwrap();
        let response = self.client.send_request(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Reply { status: head.status, headers: head.headers, body: String::from_utf8(body).unwrap() }
    }
}

async fn connect(address: SocketAddr) -> SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(address).await.unwrap();
    let (client, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    client
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// How many statements were announced.
    pub(crate) fn announced(&self) -> usize {
        self.headers["x-statements"].to_str().unwrap().parse().unwrap()
    }

    /// Where a link of RFC 8288 leads.
    pub(crate) fn link(&self, relation: &str) -> Option<String> {
        let header = self.headers.get("link")?.to_str().unwrap();
        header.split(", ").find_map(|link| {
            let (target, rest) = link.strip_prefix('<')?.split_once('>')?;
            (rest == format!("; rel=\"{relation}\"")).then(|| target.to_owned())
        })
    }
}

/// A test for each database: those on a server are ignored until asked for, as not everybody has one.
macro_rules! scenarios {
    ($($name:ident)+) => {$(
        mod $name {
            use crate::support::App;

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                super::$name(&mut App::sqlite(super::USERS).await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            #[ignore = "wants the PostgreSQL of scripts/databases"]
            async fn postgres() {
                super::$name(&mut App::postgres(super::USERS).await).await;
            }
        }
    )+};
}
pub(crate) use scenarios;
