//! The service under load, from a process of its own: how long page 1 takes, and how long page 1,000.
//!
//! What is printed is for people; what fails is an answer that is not the page.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use blog::Seed;
use diesel::SqliteConnection;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use turbodiesel::testing::TestDb;

/// Rows of a page.
const SIZE: usize = 20;
/// Four posts in five are published, so page 1,000 is there.
const USERS: usize = 2_600;
const CLIENTS: usize = 4;
const REQUESTS: usize = 200;

type Client = SendRequest<Empty<Bytes>>;

#[tokio::main]
async fn main() {
    let mut db = TestDb::<SqliteConnection>::new(blog::migrations::SQLITE).unwrap();
    blog::seed(&mut *db, &Seed { comments_per_post: 1, ..Seed::users(USERS) }).unwrap();
    blog::analyze(&mut *db).unwrap();
    let service = Service::start(db.url());
    let first = format!("/posts?size={SIZE}");
    let thousandth = page(service.address, 1_000).await;
    println!("{CLIENTS} clients, {REQUESTS} requests each, {SIZE} posts with authors, counts and tags:");
    for (name, path) in [("page 1", &first), ("page 1,000", &thousandth)] {
        let times = load(service.address, path).await;
        let at = |percent: usize| times[(times.len() - 1) * percent / 100];
        println!("  {name:<10}  p50 {:>8.2?}  p99 {:>8.2?}", at(50), at(99));
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
        let (_, next) = get(client, &format!("{before}size={size}{after}")).await;
        skipped += size;
        path = next.unwrap().replace(&format!("size={size}"), "size=100");
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
                    let (rows, _) = get(client, &path).await;
                    times.push(began.elapsed());
                    assert_eq!(rows, SIZE);
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

/// How many posts came, and where the next ones are.
async fn get(client: &mut Client, path: &str) -> (usize, Option<String>) {
    let request = Request::get(path).header("host", "127.0.0.1").body(Empty::new()).unwrap();
    client.ready().await.unwrap();
    let response = client.send_request(request).await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    let links = response.headers().get("link").map(|links| links.to_str().unwrap().to_owned());
    let next = links
        .iter()
        .flat_map(|links| links.split(", "))
        .find_map(|link| Some(link.strip_suffix(">; rel=\"next\"")?.strip_prefix('<')?.to_owned()));
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let page: serde_json::Value = serde_json::from_slice(&body).unwrap();
    (page["items"].as_array().unwrap().len(), next)
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
