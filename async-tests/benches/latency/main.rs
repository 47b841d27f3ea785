//! What awaiting costs, and what sending siblings together saves.
//!
//! ```sh
//! cargo bench -p async-tests              # PostgreSQL and MariaDB, of scripts/databases
//! cargo bench -p async-tests -- --test    # once, small
//! ```
//!
//! Every contender gives the same rows. Times are printed and decide nothing; round trips do, as they are counted.

mod proxy;

use std::net::{SocketAddr, ToSocketAddrs};
use std::time::{Duration, Instant};

use blog::Seed;
use blog::models::{EditedPost, Post, Profile, User};
use blog::schema::users;
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncMysqlConnection, AsyncPgConnection};
use proxy::Proxy;
use tokio::runtime::Runtime;
use turbodiesel::testing::TestDb;

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A user with three siblings.
type Row = (User, Vec<Post>, Option<Profile>, Vec<EditedPost>);

/// Users of a load on this machine.
const MANY: i64 = 100;

/// Users of a load from far away, where the way is what takes time.
const FEW: i64 = 10;

/// How far the server is, each way.
const FAR: Duration = Duration::from_millis(1);

/// What siblings that are sent together may take of the time of the others.
const AT_MOST: f64 = 0.6;

/// Users with their posts, their profile, and what they edited: four statements.
macro_rules! feed {
    ($users:ident) => {
        users::table
            .order(users::id)
            .limit($users)
            .select(User::as_select())
            .preload(has_many::<Post>().order(blog::schema::posts::id))
            .preload(has_one::<Profile>())
            .preload(has_many::<EditedPost>().order(blog::schema::posts::id))
    };
}

mod blocking {
    use super::*;
    use turbodiesel::prelude::*;

    macro_rules! feeds {
        ($($name:ident $Conn:ty;)+) => {$(
            pub(super) fn $name(conn: &mut $Conn, users_at_most: i64) -> turbodiesel::Result<Vec<Row>> {
                feed!(users_at_most).load(conn)
            }
        )+};
    }
    feeds! {
        postgres PgConnection;
        mysql MysqlConnection;
    }
}

mod awaited {
    use super::*;
    use turbodiesel::async_prelude::*;

    macro_rules! feeds {
        ($($name:ident $Conn:ty;)+) => {$(
            pub(super) async fn $name(conn: &mut $Conn, users_at_most: i64) -> turbodiesel::Result<Vec<Row>> {
                feed!(users_at_most).load(conn).await
            }
        )+};
    }
    feeds! {
        postgres AsyncPgConnection;
        mysql AsyncMysqlConnection;
    }

    /// The same statements, each sent when the one before has been answered.
    pub(super) async fn in_turn(conn: &mut AsyncPgConnection, users_at_most: i64) -> turbodiesel::Result<Vec<Row>> {
        use blog::schema::posts;
        let users = users::table.order(users::id).limit(users_at_most).select(User::as_select());
        let users = diesel_async::RunQueryDsl::load::<User>(users, conn).await?;
        let posts = preload_for(users.clone(), has_many::<Post>().order(posts::id), conn).await?;
        let profiles = preload_for(users.clone(), has_one::<Profile>(), conn).await?;
        let edited = preload_for(users, has_many::<EditedPost>().order(posts::id), conn).await?;
        let rows = posts.into_iter().zip(profiles).zip(edited);
        Ok(rows.map(|(((user, posts), (_, profile)), (_, edited))| (user, posts, profile, edited)).collect())
    }
}

fn main() -> Result {
    let test = std::env::args().any(|argument| argument == "--test");
    let runs = if test { 5 } else { 300 };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut postgres = TestDb::<PgConnection>::new(blog::migrations::POSTGRES)?;
    blog::seed(&mut *postgres, &Seed::users(100))?;
    let mut mysql = TestDb::<MysqlConnection>::new(blog::migrations::MYSQL)?;
    blog::seed(&mut *mysql, &Seed::users(100))?;

    println!("on this machine: {MANY} users with posts, profile and edited posts, four statements");
    let mut conn = runtime.block_on(AsyncPgConnection::establish(postgres.url()))?;
    let url = postgres.url().to_owned();
    compare(
        "PostgreSQL",
        runs,
        ("blocking", || Ok(blocking::postgres(&mut postgres, MANY)?)),
        ("async", || Ok(runtime.block_on(awaited::postgres(&mut conn, MANY))?)),
    )?;
    let mut conn = runtime.block_on(AsyncMysqlConnection::establish(mysql.url()))?;
    compare(
        "MariaDB",
        runs,
        ("blocking", || Ok(blocking::mysql(&mut mysql, MANY)?)),
        ("async", || Ok(runtime.block_on(awaited::mysql(&mut conn, MANY))?)),
    )?;
    far_away(&runtime, &url, runs.min(100))
}

/// Three siblings on their way together, and one after the other, to a server that is far.
fn far_away(runtime: &Runtime, url: &str, runs: usize) -> Result {
    let (server, near) = host(url)?;
    let proxy = Proxy::start(server, FAR)?;
    let url = url.replace(&near, &proxy.address.to_string());
    let mut one = runtime.block_on(AsyncPgConnection::establish(&url))?;
    let mut other = runtime.block_on(AsyncPgConnection::establish(&url))?;
    println!("PostgreSQL {FAR:?} away each way: {FEW} users, each on one connection");
    compare(
        "three siblings",
        runs,
        ("one after the other", || Ok(runtime.block_on(awaited::in_turn(&mut one, FEW))?)),
        ("together", || Ok(runtime.block_on(awaited::postgres(&mut other, FEW))?)),
    )?;
    proxy.round_trips();
    runtime.block_on(awaited::in_turn(&mut one, FEW))?;
    let in_turn = proxy.round_trips();
    runtime.block_on(awaited::postgres(&mut other, FEW))?;
    let together = proxy.round_trips();
    println!("  round trips: {in_turn} and {together}; at most {AT_MOST} of the time is asked for");
    if (in_turn, together) != (4, 2) {
        return Err("siblings must share one round trip".into());
    }
    Ok(())
}

/// The server of a URL, and how it is written there.
fn host(url: &str) -> Result<(SocketAddr, String)> {
    let written = url.rsplit_once('@').and_then(|(_, rest)| rest.split('/').next()).ok_or("no host in the URL")?;
    let address = if written.contains(':') { written.to_owned() } else { format!("{written}:5432") };
    Ok((address.to_socket_addrs()?.next().ok_or("no address of the server")?, written.to_owned()))
}

/// Runs both in turn, and prints the time of each that a tenth of its runs did not take: what else the machine does only adds
/// to a time, and slows both.
fn compare(
    what: &str,
    runs: usize,
    (one, mut first): (&str, impl FnMut() -> Result<Vec<Row>>),
    (other, mut second): (&str, impl FnMut() -> Result<Vec<Row>>),
) -> Result {
    // These prepare the statements too.
    let rows = first()?;
    assert!(rows == second()? && !rows.is_empty(), "{what}: {one} and {other} give other rows");
    let mut times = (Vec::with_capacity(runs), Vec::with_capacity(runs));
    for _ in 0..runs {
        times.0.push(timed(&mut first)?);
        times.1.push(timed(&mut second)?);
    }
    let (first, second) = (a_tenth(times.0), a_tenth(times.1));
    let ratio = second.as_secs_f64() / first.as_secs_f64();
    println!("  {what:<14}  {one} {first:.2?}, {other} {second:.2?}: {ratio:.2} of it");
    Ok(())
}

fn timed(load: &mut impl FnMut() -> Result<Vec<Row>>) -> Result<Duration> {
    let began = Instant::now();
    load()?;
    Ok(began.elapsed())
}

fn a_tenth(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 10]
}
