//! Where test databases are made.

use crate::error::{Error, ErrorKind, Result};
use crate::testing::address::{self, HOSTS_VARIABLE};
use crate::testing::provide::Provide;

/// Where a [`TestDb`](super::TestDb) is made, if not where the environment says.
///
/// ```
/// use diesel::prelude::*;
/// use turbodiesel::testing::{TestDb, TestOptions};
///
/// let mut db = TestDb::<SqliteConnection>::with(TestOptions::new().in_memory(), blog::migrations::SQLITE)?;
/// assert_eq!(db.url(), ":memory:");
/// # Ok::<(), turbodiesel::Error>(())
/// ```
#[derive(Clone, Default)]
#[must_use = "pass it to `TestDb::with`"]
pub struct TestOptions {
    place: Option<String>,
    hosts: Vec<String>,
    pub(super) in_memory: bool,
}

impl TestOptions {
    /// What the environment says.
    pub fn new() -> Self {
        Self::default()
    }

    /// The URL of the server, or for SQLite the folder of the files.
    pub fn server(mut self, url: impl Into<String>) -> Self {
        self.place = Some(url.into());
        self
    }

    /// Allows a server that is not on this machine: all its databases are at the mercy of the tests.
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.hosts.push(host.into());
        self
    }

    /// SQLite only: the database lives in the memory of its one connection.
    pub fn in_memory(mut self) -> Self {
        self.in_memory = true;
        self
    }

    /// The server's URL, or the folder.
    pub(super) fn place<DB: Provide>(&self) -> Result<String> {
        let Some(variable) = DB::URL_VARIABLE else {
            return Ok(self.place.clone().unwrap_or_else(folder));
        };
        if self.in_memory {
            let message = format!("only SQLite has databases in memory, not {}", DB::NAME);
            return Err(Error::new(ErrorKind::TestDatabase, message));
        }
        let url = match &self.place {
            Some(url) => url.clone(),
            None => std::env::var(variable).map_err(|_| {
                let message = format!(
                    "{variable} is not set: start {} and set it, for example with `eval \"$(scripts/databases)\"`",
                    DB::NAME
                );
                Error::new(ErrorKind::TestDatabase, message)
            })?,
        };
        let mut hosts = self.hosts.clone();
        hosts.extend(
            std::env::var(HOSTS_VARIABLE).iter().flat_map(|list| list.split(',')).map(|host| host.trim().to_owned()),
        );
        address::check(&url, &hosts)?;
        Ok(url)
    }
}

/// A folder of this user's: another user's could not be written.
fn folder() -> String {
    if let Ok(folder) = std::env::var("TURBODIESEL_TEST_DIR") {
        return folder;
    }
    let folder = std::env::temp_dir().join(format!("turbodiesel{}", user()));
    folder.to_string_lossy().into_owned()
}

#[cfg(unix)]
fn user() -> String {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").map_or_else(|_| String::new(), |itself| format!("-{}", itself.uid()))
}

#[cfg(not(unix))]
fn user() -> String {
    String::new()
}

impl std::fmt::Debug for TestOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The URL may have a password.
        f.debug_struct("TestOptions")
            .field("hosts", &self.hosts)
            .field("in_memory", &self.in_memory)
            .finish_non_exhaustive()
    }
}
