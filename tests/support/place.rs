//! An empty database with an address, for tests that connect more than once: pools, threads, processes.

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::prelude::*;

/// A database that is gone when this is dropped.
pub(crate) struct Place {
    pub(crate) url: String,
    drop: Box<dyn FnMut()>,
}

impl Drop for Place {
    fn drop(&mut self) {
        (self.drop)();
    }
}

fn name() -> String {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    format!("turbodiesel_place_{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed))
}

/// Connections to which a place can be given.
pub(crate) trait Placed: Connection + Sized + 'static {
    fn place() -> Result<Place, Box<dyn std::error::Error>>;
}

impl Placed for SqliteConnection {
    fn place() -> Result<Place, Box<dyn std::error::Error>> {
        let path = std::env::temp_dir().join(name());
        let url = path.to_str().ok_or("the temporary folder has no name")?.to_owned();
        let files = ["", "-wal", "-shm", "-journal"].map(|end| format!("{url}{end}"));
        Ok(Place { url, drop: Box::new(move || files.iter().for_each(|file| drop(std::fs::remove_file(file)))) })
    }
}

/// On a server: its URL with another database.
#[cfg(any(feature = "postgres", feature = "mysql"))]
fn on_server<C: Connection + 'static>(
    variable: &str,
    force: &'static str,
) -> Result<Place, Box<dyn std::error::Error>> {
    let server = std::env::var(variable).map_err(|_| format!("{variable} is not set: see `scripts/databases`"))?;
    let name = name();
    let base = server.split('?').next().unwrap_or(&server);
    let url = format!("{}/{name}", base.rsplit_once('/').map_or(base, |(base, _)| base));
    C::establish(&server)?.batch_execute(&format!("CREATE DATABASE {name}"))?;
    let drop = move || {
        if let Ok(mut conn) = C::establish(&server) {
            let _ = conn.batch_execute(&format!("DROP DATABASE IF EXISTS {name}{force}"));
        }
    };
    Ok(Place { url, drop: Box::new(drop) })
}

#[cfg(feature = "postgres")]
impl Placed for PgConnection {
    fn place() -> Result<Place, Box<dyn std::error::Error>> {
        on_server::<PgConnection>("TURBODIESEL_POSTGRES_URL", " WITH (FORCE)")
    }
}

#[cfg(feature = "mysql")]
impl Placed for MysqlConnection {
    fn place() -> Result<Place, Box<dyn std::error::Error>> {
        on_server::<MysqlConnection>("TURBODIESEL_MYSQL_URL", "")
    }
}
