//! The service under load, from a process of its own: how long page 1 takes, and how long page 1,000.
//!
//! What is printed is for people; what fails is an answer that is not the page, or takes more statements than it should. On
//! SQLite, and on PostgreSQL where ignored tests are asked for.

#[path = "../service/support/database.rs"]
mod database;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use diesel::SqliteConnection;
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use self::database::Database;

/// Rows of a page.
const SIZE: usize = 20;
/// Four posts in five are published, so page 1,000 is there.
const USERS: usize = 2_600;
const CLIENTS: usize = 4;
const REQUESTS: usize = 100;

/// The posts, their authors, their tags through the links, the counts of their comments.
const STATEMENTS: &str = "5";

type Client = SendRequest<Empty<Bytes>>;

#[tokio::main]
async fn main() {
    println!("{CLIENTS} clients, {REQUESTS} requests each, {SIZE} posts with authors, counts and tags:");
    let sqlite = Database::<SqliteConnection>::new(blog::migrations::SQLITE);
    measure("SQLite", &sqlite.url()).await;
    drop(sqlite);
    // Not everybody has a server.
    if std::env::args().any(|argument| ["--ignored", "--include-ignored"].contains(&argument.as_str())) {
        let postgres = Database::<AsyncConnectionWrapper<AsyncPgConnection>>::new(blog::migrations::POSTGRES);
        measure("PostgreSQL", &postgres.url()).await;
    }
}

async fn measure(database: &str, url: &str) {
    let service = Service::start(url);
    let first = format!("/posts?size={SIZE}");
    let thousandth = page(service.address, 1_000).await;
    for (name, path) in [("page 1", &first), ("page 1,000", &thousandth)] {
        let times = load(service.address, path).await;
        let at = |percent: usize| times[(times.len() - 1) * percent / 100];
        println!("  {database:<10}  {name:<10}  {STATEMENTS} statements  p50 {:>8.2?}  p99 {:>8.2?}", at(50), at(99));
    }
}

/// The address of a page: the way there is longer steps, as a cursor knows no size.
async fn page(address: SocketAddr, number: usize) -> String {
    let client = &mut connect(address).await;
    let mut path = format!("/posts?include=&size={}", 5 * SIZE);
    let mut skipped = 0;
    while skipped < (number - 1) * SIZE {
        let size = (5 * SIZE).min((number - 1) * SIZE - skipped);
        let (before, after) = path.split_once("size=100").unwrap();
        let page = get(client, &format!("{before}size={size}{after}")).await;
        skipped += size;
        path = page.next.unwrap().replace(&format!("size={size}"), "size=100");
    }
    path.replace("include=&", "").replace("size=100", &format!("size={SIZE}")).replace("&include=", "")
}

/// How long each answer took, the shortest first.
async fn load(address: SocketAddr, path: &str) -> Vec<Duration> {
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let path = path.to_owned();
            tokio::spawn(async move {
                let client = &mut connect(address).await;
                let mut times = Vec::with_capacity(REQUESTS);
                for _ in 0..REQUESTS {
                    let began = Instant::now();
                    let page = get(client, &path).await;
                    times.push(began.elapsed());
                    assert_eq!((page.rows, page.statements.as_str()), (SIZE, STATEMENTS));
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for client in clients {
        times.extend(client.await.unwrap());
    }
    times.sort_unstable();
    times
}

async fn connect(address: SocketAddr) -> Client {
    let stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (client, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    client
}

/// An answer.
struct Page {
    rows: usize,
    statements: String,
    /// Where the next page is.
    next: Option<String>,
}

async fn get(client: &mut Client, path: &str) -> Page {
    let request = Request::get(path).header("host", "127.0.0.1").body(Empty::new()).unwrap();
    client.ready().await.unwrap();
    let response = client.send_request(request).await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    let header = |name| response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let (statements, links) = (header("x-statements"), header("link"));
    let mut links = links.split(", ");
    let next = links.find_map(|link| Some(link.strip_suffix(">; rel=\"next\"")?.strip_prefix('<')?.to_owned()));
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let page: serde_json::Value = serde_json::from_slice(&body).unwrap();
    Page { rows: page["items"].as_array().unwrap().len(), statements, next }
}

/// The program, ended when this is dropped.
struct Service {
    process: Child,
    address: SocketAddr,
}

impl Service {
    fn start(database: &str) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_service"))
            .args(["--database", database, "--listen", "127.0.0.1:0", "--patience", "120"])
            .args(["--users", &USERS.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").unwrap().parse().unwrap();
        Service { process, address }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
