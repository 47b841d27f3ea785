//! What can go wrong, as one opaque type with questions to ask it.

mod constraint;
mod kind;

use std::fmt;

use crate::keyset::{Cursor, CursorError};

pub use constraint::{Constraint, ConstraintKind};
pub use kind::ErrorKind;

/// The result of every terminal method of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of a load.
///
/// Opaque: ask it with the `is_*()` methods or [`kind`](Error::kind). Its message names relation, table and column,
/// never the value of a key, because keys are people's data; [`key`](Error::key) hands that out to who asks.
///
/// It converts from and into [`diesel::result::Error`], so that `?` works in code that returns
/// [`QueryResult`](diesel::QueryResult), and inside [`transaction`](diesel::Connection::transaction).
///
/// ```
/// use diesel::result::Error as DieselError;
/// use turbodiesel::Error;
///
/// let error = Error::from(DieselError::NotFound);
/// assert!(error.is_database());
/// assert_eq!(DieselError::from(error), DieselError::NotFound);
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    key: Option<String>,
    last_cursor: Option<Cursor>,
    source: Option<Source>,
}

enum Source {
    Diesel(diesel::result::Error),
    Cursor(CursorError),
    Loader(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error(Box::new(Inner { kind, message: message.into(), key: None, last_cursor: None, source: None }))
    }

    /// An error of Diesel about which more is known.
    pub(crate) fn of_diesel(kind: ErrorKind, message: impl Into<String>, source: diesel::result::Error) -> Self {
        let source = Some(Source::Diesel(source));
        Error(Box::new(Inner { kind, message: message.into(), key: None, last_cursor: None, source }))
    }

    pub(crate) fn with_last_cursor(mut self, cursor: Option<&Cursor>) -> Self {
        self.0.last_cursor = cursor.cloned();
        self
    }

    pub(crate) fn with_key(mut self, key: &impl fmt::Debug) -> Self {
        self.0.key = Some(format!("{key:?}"));
        self
    }

    /// A key dangled that no longer does: somebody else was at work.
    pub(crate) fn by_concurrent_change(mut self) -> Self {
        self.0.kind = ErrorKind::ConcurrentChange;
        self.0.message += " any more: it was deleted while the load ran; load again, or `.in_snapshot()`";
        self
    }

    /// The failure of a [loader of your own](crate::preload::load_with()): [`is_loader`](Error::is_loader), with the cause
    /// as its `source()`.
    ///
    /// ```
    /// use std::error::Error as _;
    /// use turbodiesel::Error;
    ///
    /// let error = Error::loader("the service did not answer");
    /// assert!(error.is_loader());
    /// assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("the service did not answer"));
    /// ```
    pub fn loader(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Error(Box::new(Inner {
            kind: ErrorKind::Loader,
            message: "a loader of the program's own failed".into(),
            key: None,
            last_cursor: None,
            source: Some(Source::Loader(cause.into())),
        }))
    }

    /// What this error is about.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The key that the error is about, in Rust's debug form. It is data: not for a client, nor for a log that people read.
    pub fn key(&self) -> Option<&str> {
        self.0.key.as_deref()
    }

    /// How far a walk in [batches](crate::keyset::Keyset::batches) came before it failed: behind the last row that was
    /// handed out, or where the walk began. `None` where that is the end of all rows. A conversion into Diesel's error loses it.
    pub fn last_cursor(&self) -> Option<&Cursor> {
        self.0.last_cursor.as_ref()
    }

    /// The error of Diesel, where it was one: a serialization failure can be retried, for example.
    pub fn as_diesel(&self) -> Option<&diesel::result::Error> {
        match &self.0.source {
            Some(Source::Diesel(error)) => Some(error),
            _ => None,
        }
    }

    /// What is wrong with the cursor, where it was one.
    pub fn as_cursor(&self) -> Option<&CursorError> {
        match &self.0.source {
            Some(Source::Cursor(error)) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error").field("kind", &self.0.kind).field("message", &self.0.message).finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // The message of a database error is the message of its source: whoever prints the chain sees it once.
        match &self.0.source {
            Some(Source::Diesel(error)) => error.source(),
            Some(Source::Cursor(error)) => Some(error),
            Some(Source::Loader(error)) => Some(&**error),
            None => None,
        }
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::Error as Diesel;
        let error = match error {
            // It was ours before it went through a function that returns `QueryResult`.
            Diesel::QueryBuilderError(inner) => match inner.downcast::<Error>() {
                Ok(ours) => return *ours,
                Err(inner) => Diesel::QueryBuilderError(inner),
            },
            error => error,
        };
        Error::of_diesel(ErrorKind::Database, constraint::message(&error), error)
    }
}

impl From<Error> for diesel::result::Error {
    fn from(error: Error) -> Self {
        match *error.0 {
            Inner { source: Some(Source::Diesel(error)), .. } => error,
            inner => diesel::result::Error::QueryBuilderError(Box::new(Error(Box::new(inner)))),
        }
    }
}

impl From<CursorError> for Error {
    fn from(error: CursorError) -> Self {
        Error(Box::new(Inner {
            kind: ErrorKind::Cursor,
            message: "the cursor is not valid here".into(),
            key: None,
            last_cursor: None,
            source: Some(Source::Cursor(error)),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_survives_a_function_that_returns_query_result() {
        let ours = Error::new(ErrorKind::SecondRow, "two").with_key(&7);
        let back = Error::from(diesel::result::Error::from(ours));
        assert!(back.is_second_row());
        assert_eq!((back.to_string().as_str(), back.key()), ("two", Some("7")));
    }

    #[test]
    fn debug_does_not_show_the_key() {
        let error = Error::new(ErrorKind::DanglingKey, "posts.author_id").with_key(&"a@b.c");
        assert!(!format!("{error:?} {error}").contains("a@b.c"));
    }

    const _: fn() = || {
        fn shared<T: Send + Sync + 'static>() {}
        shared::<Error>();
    };
}
