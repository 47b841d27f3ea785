//! Test databases: a pool, because making tables takes a second where emptying them takes milliseconds.
//!
//! A database of the pool is leased by a lock of the server's, which ends with the connection that holds it, so a process that
//! is killed leaves nothing leased. Whoever leases one next puts it in order.

use diesel::connection::{Connection, LoadConnection};
use diesel::mysql::Mysql;
use diesel::sql_types::{BigInt, Text};
use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query};

use super::testing_restore::{Restored, restore};
use crate::error::{Error, Result};
use crate::testing::address::with_database;
use crate::testing::owner::{TEMPLATE, is_outdated, today};
use crate::testing::provide::{Fate, Migrate, Provide, Provided, Request};
use crate::testing::{Server, failed};

/// The table that says that a template is complete, and on which day it was last asked for.
const READY: &str = "turbodiesel_ready";
/// The table that says that a database of the pool was kept: nobody leases it.
const KEPT: &str = "turbodiesel_kept";
/// What the name of a database of the pool starts with.
const POOL: &str = "turbodiesel_pool_";
/// More tests than this do not run at once: the server has fewer connections.
const LARGEST: u32 = 10_000;

impl Server for Mysql {}

impl Provide for Mysql {
    const NAME: &'static str = "MySQL or MariaDB";
    const URL_VARIABLE: Option<&'static str> = Some("TURBODIESEL_MYSQL_URL");
    const NOWHERE: Option<&'static str> = None;
    const CLOSE: &'static str = "KILL CONNECTION_ID()";
    const SET_UP: Option<&'static str> = None;

    fn prepare<C>(request: &Request<'_>, migrate: Migrate<'_>) -> Result<()>
    where
        C: Connection<Backend = Self> + LoadConnection + 'static,
    {
        let mut server = connect::<C>(request)?;
        let name = template(request.identity);
        (|| {
            collect(&mut server)?;
            // Ends with this connection.
            lock(&mut server, &name, 600)?;
            if !has_table(&mut server, &name, READY)? {
                make(&mut server, request, &name, migrate)?;
                server.batch_execute(&format!("CREATE TABLE {name}.{READY} (day BIGINT PRIMARY KEY)"))?;
                server.batch_execute(&format!("INSERT INTO {name}.{READY} VALUES ({})", today()))?;
            }
            Ok(server.batch_execute(&format!("UPDATE {name}.{READY} SET day = {}", today()))?)
        })()
        .map_err(|error: Error| in_words("cannot make the template", error))
    }

    fn provide<C>(request: &Request<'_>, migrate: Migrate<'_>) -> Result<Provided>
    where
        C: Connection<Backend = Self> + LoadConnection + Send + 'static,
    {
        let mut server = connect::<C>(request)?;
        if !has_table(&mut server, &template(request.identity), READY)? {
            // Somebody cleaned the server up.
            Self::prepare::<C>(request, migrate)?;
        }
        let name = lease(&mut server, request).map_err(|error| in_words("cannot lease a database", error))?;
        let ready = (|| {
            // Of a process that was killed a statement may still run.
            cut_off(&mut server, &name)?;
            match restore(&mut server, &template(request.identity), &name, READY)? {
                Restored::AsTheTemplate => Ok(()),
                Restored::NotTheSameSchema => make(&mut server, request, &name, migrate),
            }
        })();
        ready.map_err(|error| in_words("cannot put a database in order", error))?;
        let (url, kept) = (with_database(request.place, &name), name.clone());
        let release = Box::new(move |fate| {
            let _ = cut_off(&mut server, &name);
            if fate == Fate::Keep {
                let _ = server.batch_execute(&format!("CREATE TABLE {name}.{KEPT} (id INTEGER PRIMARY KEY)"));
            }
            // The lease ends with it.
            drop(server);
        });
        Ok(Provided { url, kept, release })
    }
}

fn in_words(what: &str, error: Error) -> Error {
    if error.is_test_database() { error } else { failed::<Mysql>(what, &error) }
}

fn connect<C: Connection<Backend = Mysql>>(request: &Request<'_>) -> Result<C> {
    C::establish(request.place).map_err(|error| failed::<Mysql>("cannot connect to the server", &error))
}

fn template(identity: &str) -> String {
    format!("{TEMPLATE}{identity}")
}

/// The first database of the pool that nobody leases.
fn lease<C>(server: &mut C, request: &Request<'_>) -> Result<String>
where
    C: Connection<Backend = Mysql> + LoadConnection,
{
    for number in 0..LARGEST {
        let name = format!("{POOL}{}_{number}", request.identity);
        if lock(server, &name, 0)? {
            if !has_table(server, &name, KEPT)? {
                return Ok(name);
            }
            server.batch_execute(&format!("DO RELEASE_LOCK('{name}')"))?;
        }
    }
    Err(failed::<Mysql>("cannot lease a database", &format!("all {LARGEST} are leased")))
}

fn make<C>(server: &mut C, request: &Request<'_>, name: &str, migrate: Migrate<'_>) -> Result<()>
where
    C: Connection<Backend = Mysql>,
{
    drop_database(server, name)?;
    server.batch_execute(&format!("CREATE DATABASE {name}"))?;
    migrate(&with_database(request.place, name)).inspect_err(|_| drop(drop_database(server, name)))
}

fn drop_database<C: Connection<Backend = Mysql>>(server: &mut C, name: &str) -> QueryResult<()> {
    server.batch_execute(&format!("DROP DATABASE IF EXISTS {name}"))
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Whether the lock could be had.
fn lock<C>(server: &mut C, name: &str, seconds: u32) -> QueryResult<bool>
where
    C: Connection<Backend = Mysql> + LoadConnection,
{
    let got: Number = sql_query("SELECT CAST(COALESCE(GET_LOCK(?, ?), 0) AS SIGNED) AS number")
        .bind::<Text, _>(name)
        .bind::<BigInt, _>(i64::from(seconds))
        .get_result(server)?;
    Ok(got.number == 1)
}

fn has_table<C>(server: &mut C, database: &str, table: &str) -> QueryResult<bool>
where
    C: Connection<Backend = Mysql> + LoadConnection,
{
    let found: Number = sql_query(
        "SELECT CAST(COUNT(*) AS SIGNED) AS number FROM information_schema.tables \
         WHERE table_schema = ? AND table_name = ?",
    )
    .bind::<Text, _>(database)
    .bind::<Text, _>(table)
    .get_result(server)?;
    Ok(found.number > 0)
}

/// Ends the connections to a database.
fn cut_off<C>(server: &mut C, database: &str) -> Result<()>
where
    C: Connection<Backend = Mysql> + LoadConnection,
{
    let connections: Vec<Number> =
        sql_query("SELECT CAST(id AS SIGNED) AS number FROM information_schema.processlist WHERE db = ?")
            .bind::<Text, _>(database)
            .load(server)?;
    for Number { number } in connections {
        // It may just have ended by itself.
        let _ = server.batch_execute(&format!("KILL {number}"));
    }
    Ok(())
}

/// Drops templates of the past with their pools. What was kept stays.
fn collect<C>(server: &mut C) -> QueryResult<()>
where
    C: Connection<Backend = Mysql> + LoadConnection,
{
    let databases = |server: &mut C, prefix: &str| {
        sql_query("SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name LIKE ? ORDER BY 1")
            .bind::<Text, _>(format!("{}%", prefix.replace('_', "\\_")))
            .load::<Name>(server)
    };
    for Name { name } in databases(server, TEMPLATE)? {
        let day = format!("SELECT CAST(day AS SIGNED) AS number FROM {name}.{READY}");
        // A template that is being made has none.
        let Ok(Number { number }) = sql_query(day).get_result(server) else { continue };
        if !is_outdated(u64::try_from(number).unwrap_or(0)) || !lock(server, &name, 0)? {
            continue;
        }
        let identity = name.strip_prefix(TEMPLATE).unwrap_or_default();
        for Name { name } in databases(server, &format!("{POOL}{identity}_"))? {
            if lock(server, &name, 0)? && !has_table(server, &name, KEPT)? {
                let _ = drop_database(server, &name);
            }
            server.batch_execute(&format!("DO RELEASE_LOCK('{name}')"))?;
        }
        let _ = drop_database(server, &name);
        server.batch_execute(&format!("DO RELEASE_LOCK('{name}')"))?;
    }
    Ok(())
}
