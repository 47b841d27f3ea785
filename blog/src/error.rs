//! What can go wrong while a database is made.

use diesel::ConnectionError;
use std::error::Error as StdError;
use std::fmt;

/// Why a database was not made.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// No connection.
    Connection(ConnectionError),
    /// A migration failed.
    Migration(Box<dyn StdError + Send + Sync>),
    /// A statement failed.
    Statement(diesel::result::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Connection(_) => "cannot connect to the database",
            Error::Migration(_) => "cannot migrate the database",
            Error::Statement(_) => "cannot fill the database",
        })
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(match self {
            Error::Connection(error) => error,
            Error::Migration(error) => &**error,
            Error::Statement(error) => error,
        })
    }
}

impl From<ConnectionError> for Error {
    fn from(error: ConnectionError) -> Self {
        Error::Connection(error)
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Error::Statement(error)
    }
}
