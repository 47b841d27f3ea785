//! What a database must be able to do so that each test gets one. Its statements stand in `backend/`.

use std::fmt;

use diesel::backend::Backend;
use diesel::connection::{Connection, LoadConnection};

use crate::error::Result;

/// Runs the migrations on the database with this URL, and closes the connection.
pub(crate) type Migrate<'a> = &'a dyn Fn(&str) -> Result<()>;

/// What is asked for.
#[derive(Debug)]
pub struct Request<'a> {
    /// The URL of the server, or the folder of the files.
    pub(crate) place: &'a str,
    /// Of the migrations, as in names.
    pub(crate) identity: &'a str,
    /// The version to which they lead, for people who look at a template.
    #[cfg_attr(not(feature = "postgres"), allow(dead_code))]
    pub(crate) version: &'a str,
}

/// A database, before anybody is connected to it.
pub struct Provided {
    pub(crate) url: String,
    /// Under which it is kept, for messages: without a password.
    pub(crate) kept: String,
    /// Gives it back, or keeps it. Whoever is connected is cut off.
    pub(crate) release: Box<dyn FnOnce(Fate) + Send>,
}

impl fmt::Debug for Provided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provided").field("kept", &self.kept).finish_non_exhaustive()
    }
}

/// What becomes of a database when its test is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is gone.
    Drop,
    /// It stays, for people to look at.
    Keep,
}

/// A backend on which databases can be made. Sealed: [`Server`](super::Server) is its public face.
pub trait Provide: Backend + Sized {
    /// What messages call it.
    const NAME: &'static str;
    /// The environment variable with the URL of the server; `None` where there is no server.
    const URL_VARIABLE: Option<&'static str>;
    /// Where to connect for a connection that is closed at once, if not to the server.
    const NOWHERE: Option<&'static str>;
    /// The statement after which a connection takes no other one.
    const CLOSE: &'static str;
    /// What each connection of a test is given first.
    const SET_UP: Option<&'static str>;

    /// Makes the template for the migrations, if nobody did, and collects what killed processes left behind.
    fn prepare<C>(request: &Request<'_>, migrate: Migrate<'_>) -> Result<()>
    where
        C: Connection<Backend = Self> + LoadConnection + 'static;

    /// A database as the migrations leave it.
    fn provide<C>(request: &Request<'_>, migrate: Migrate<'_>) -> Result<Provided>
    where
        C: Connection<Backend = Self> + LoadConnection + Send + 'static;
}
