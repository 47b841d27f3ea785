//! Test databases: copies of a template that was migrated once.

use diesel::connection::{Connection, LoadConnection};
use diesel::pg::Pg;
use diesel::sql_types::{Bool, Nullable, Text};
use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query};

use crate::error::Result;
use crate::testing::address::with_database;
use crate::testing::owner::{TEMPLATE, TEST, is_left_behind, is_outdated, kept_name, today, unique_name};
use crate::testing::provide::{Fate, Migrate, Provide, Provided, Request};
use crate::testing::{Server, failed};

impl Server for Pg {}

impl Provide for Pg {
    const NAME: &'static str = "PostgreSQL";
    const URL_VARIABLE: Option<&'static str> = Some("TURBODIESEL_POSTGRES_URL");
    const NOWHERE: Option<&'static str> = None;
    const CLOSE: &'static str = "SELECT pg_terminate_backend(pg_backend_pid())";
    const SET_UP: Option<&'static str> = None;

    fn prepare<C>(request: &Request<'_>, migrate: Migrate<'_>) -> Result<()>
    where
        C: Connection<Backend = Self> + LoadConnection + 'static,
    {
        let mut server = connect::<C>(request)?;
        collect(&mut server).map_err(|error| failed::<Self>("cannot collect what was left behind", &error))?;
        make_template(&mut server, request, migrate)
    }

    fn provide<C>(request: &Request<'_>, migrate: Migrate<'_>) -> Result<Provided>
    where
        C: Connection<Backend = Self> + LoadConnection + Send + 'static,
    {
        let mut server = connect::<C>(request)?;
        let name = unique_name();
        let copy = format!("CREATE DATABASE {name} TEMPLATE {}", template(request));
        if server.batch_execute(&copy).is_err() {
            // Somebody cleaned the server up.
            make_template(&mut server, request, migrate)?;
            server.batch_execute(&copy).map_err(|error| failed::<Self>("cannot copy the template", &error))?;
        }
        let (url, kept) = (with_database(request.place, &name), kept_name(&name));
        let (place, renamed) = (request.place.to_owned(), kept.clone());
        let release = Box::new(move |fate| {
            // Of a failure nobody is left to hear; the next process collects.
            let Ok(mut server) = C::establish(&place) else { return };
            let _ = match fate {
                Fate::Drop => drop_database(&mut server, &name),
                Fate::Keep => server
                    .batch_execute(&format!(
                        "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE datname = '{name}'"
                    ))
                    .and_then(|()| server.batch_execute(&format!("ALTER DATABASE {name} RENAME TO {renamed}"))),
            };
        });
        Ok(Provided { url, kept, release })
    }
}

fn connect<C: Connection<Backend = Pg>>(request: &Request<'_>) -> Result<C> {
    C::establish(request.place).map_err(|error| failed::<Pg>("cannot connect to the server", &error))
}

fn template(request: &Request<'_>) -> String {
    format!("{TEMPLATE}{}", request.identity)
}

/// With its connections: one that is being closed still counts.
fn drop_database<C: Connection<Backend = Pg>>(server: &mut C, name: &str) -> QueryResult<()> {
    server.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
}

#[derive(QueryableByName)]
struct Database {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    is_template: bool,
    /// The day on which a template was last asked for, and the version to which it was migrated.
    #[diesel(sql_type = Nullable<Text>)]
    comment: Option<String>,
}

impl Database {
    fn day(&self) -> Option<u64> {
        self.comment.as_deref()?.split(' ').next()?.parse().ok()
    }
}

fn databases<C>(server: &mut C, prefix: &str) -> QueryResult<Vec<Database>>
where
    C: Connection<Backend = Pg> + LoadConnection,
{
    // `datname` is of the type `name`.
    sql_query(
        "SELECT datname::text AS name, datistemplate AS is_template, shobj_description(oid, 'pg_database') AS comment \
         FROM pg_database WHERE starts_with(datname, $1)",
    )
    .bind::<Text, _>(prefix)
    .load(server)
}

/// Under a lock: two processes may start at once.
fn make_template<C>(server: &mut C, request: &Request<'_>, migrate: Migrate<'_>) -> Result<()>
where
    C: Connection<Backend = Pg> + LoadConnection,
{
    let name = template(request);
    let in_words = |error: diesel::result::Error| failed::<Pg>("cannot make the template", &error);
    server.batch_execute(&format!("SELECT pg_advisory_lock(hashtext('{name}'))")).map_err(in_words)?;
    let comment = format!("COMMENT ON DATABASE {name} IS '{} {}'", today(), request.version.replace('\'', "''"));
    let made = match databases(server, &name).map_err(in_words)?.first() {
        Some(found) if found.is_template && found.day() == Some(today()) => Ok(()),
        Some(found) if found.is_template => server.batch_execute(&comment).map_err(in_words),
        // What is no template yet is what a process left that was killed on the way.
        _ => (|| {
            drop_database(server, &name).map_err(in_words)?;
            server.batch_execute(&format!("CREATE DATABASE {name}")).map_err(in_words)?;
            migrate(&with_database(request.place, &name))?;
            server.batch_execute(&comment).map_err(in_words)?;
            let finished = format!("ALTER DATABASE {name} IS_TEMPLATE TRUE ALLOW_CONNECTIONS FALSE");
            server.batch_execute(&finished).map_err(in_words)
        })()
        .inspect_err(|_| drop(drop_database(server, &name))),
    };
    let _ = server.batch_execute(&format!("SELECT pg_advisory_unlock(hashtext('{name}'))"));
    made
}

/// Drops what killed processes left behind, and templates of the past.
fn collect<C>(server: &mut C) -> QueryResult<()>
where
    C: Connection<Backend = Pg> + LoadConnection,
{
    // Two processes may collect at once, so that one finds nothing left to drop, or something changed: then it stays.
    for database in databases(server, TEST)?.iter().filter(|database| is_left_behind(&database.name)) {
        let _ = drop_database(server, &database.name);
    }
    for database in databases(server, TEMPLATE)?.iter().filter(|database| database.day().is_some_and(is_outdated)) {
        let _ = server.batch_execute(&format!("ALTER DATABASE {} IS_TEMPLATE FALSE", database.name));
        let _ = drop_database(server, &database.name);
    }
    Ok(())
}
