//! Test against three databases: a test is written once, and has a fresh database of each kind.
//!
//! A query that is right on SQLite may be wrong on PostgreSQL: other types, other collations, other locks. With
//! [`TestDb`](crate::testing::TestDb) a test against a server is as little ceremony as one in memory.
//!
//! Diesel's queries are the same for the three, the types of their connections are not: a macro holds the tests, and a
//! module for each database takes them in.
//!
//! ```
//! use blog::schema::tags;
//! use diesel::prelude::*;
//! use diesel::result::{DatabaseErrorKind::UniqueViolation, Error::DatabaseError};
//! use turbodiesel::testing::TestDb;
//!
//! macro_rules! tests {
//!     ($Conn:ty, $migrations:expr) => {
//!         // #[test]
//!         pub fn a_name_is_there_once() -> Result<(), Box<dyn std::error::Error>> {
//!             let mut db = TestDb::<$Conn>::new($migrations)?;
//!             let names = vec![tags::name.eq("a"), tags::name.eq("b")];
//!             diesel::insert_into(tags::table).values(names).execute(&mut *db)?;
//!
//!             let rename = diesel::update(tags::table.filter(tags::name.eq("a"))).set(tags::name.eq("b"));
//!             assert!(matches!(rename.execute(&mut *db), Err(DatabaseError(UniqueViolation, _))));
//!             Ok(())
//!         }
//!     };
//! }
//!
//! mod sqlite {
//!     use super::*;
//!     tests!(SqliteConnection, blog::migrations::SQLITE);
//! }
//! #[cfg(feature = "postgres")]
//! mod postgres {
//!     use super::*;
//!     tests!(PgConnection, blog::migrations::POSTGRES);
//! }
//! #[cfg(feature = "mysql")]
//! mod mysql {
//!     use super::*;
//!     tests!(MysqlConnection, blog::migrations::MYSQL);
//! }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> { sqlite::a_name_is_there_once()?;
//! # #[cfg(feature = "postgres")] postgres::a_name_is_there_once()?; #[cfg(feature = "mysql")] mysql::a_name_is_there_once()?; Ok(()) }
//! ```
//!
//! `cargo test` names them `sqlite::a_name_is_there_once`, `postgres::..` and `mysql::..`, and runs them in parallel, as every
//! test has a database of its own.
//!
//! # The servers
//!
//! Two environment variables say where they are:
//!
//! ```sh
//! export TURBODIESEL_POSTGRES_URL=postgres://postgres:secret@127.0.0.1:5432/postgres
//! export TURBODIESEL_MYSQL_URL=mysql://root:secret@127.0.0.1:3306/mysql
//! ```
//!
//! A variable that is missing fails the test: a suite that skips a database is green on the day that it breaks. In a
//! container's network the server is another host; name it in `TURBODIESEL_TEST_HOSTS`, and be sure that it is one for tests.
//! A server that is thrown away with the run may leave out all that survives a power cut: `fsync = off` for PostgreSQL,
//! `innodb_flush_log_at_trx_commit = 0` for MariaDB.
//!
//! # Code that connects by itself
//!
//! A web application takes a pool or a URL. Give it those of the test's database, and look at what it did through a connection
//! of your own.
//!
//! ```
//! use blog::schema::tags;
//! use diesel::prelude::*;
//! use turbodiesel::testing::TestDb;
//!
//! let mut db = TestDb::<SqliteConnection>::new(blog::migrations::SQLITE)?;
//! let pool = db.pool(4)?;
//! std::thread::spawn(move || {
//!     let mut conn = pool.get().unwrap(); // the application, somewhere else
//!     diesel::insert_into(tags::table).values(tags::name.eq("rust")).execute(&mut conn).unwrap();
//! }).join().unwrap();
//! assert_eq!(tags::table.select(tags::name).load::<String>(&mut *db)?, ["rust"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A test that fails
//!
//! `TestDb::<C>::new(..)?.keep_on_failure()` leaves the database of a test that panics, and prints its name:
//!
//! ```text
//! turbodiesel: kept the PostgreSQL database turbodiesel_kept_3c5f09a1_4711_1d2c3_68f2aa10_0
//! ```
//!
//! To look at one that passes, run it alone with `TURBODIESEL_KEEP=1`.
