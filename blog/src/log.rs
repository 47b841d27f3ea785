//! What a connection sends.

use crate::explain;
use diesel::connection::{Connection, Instrumentation, InstrumentationEvent};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A statement as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The text, with the backend's placeholders.
    pub sql: String,
    /// The values of the placeholders as Diesel shows them: `[1, "a"]`, or nothing where a statement cannot have any.
    pub binds: String,
}

impl Statement {
    fn new(shown: &str) -> Self {
        let (sql, binds) = shown.split_once(" -- binds: ").unwrap_or((shown, ""));
        Statement { sql: sql.trim_end().to_owned(), binds: binds.to_owned() }
    }

    /// What counts as a statement of its own: neither the frame of a transaction nor a question for a plan.
    fn counts(&self) -> bool {
        const FRAMES: [&str; 7] =
            ["BEGIN", "START TRANSACTION", "SET TRANSACTION", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"];
        !FRAMES.iter().any(|frame| self.sql.starts_with(frame)) && !self.sql.starts_with(explain::MARK)
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -- binds: {}", self.sql, self.binds)
    }
}

/// The statements of one connection, in order, without those that begin and end transactions.
///
/// A handle: clones see the same list.
#[derive(Debug, Clone, Default)]
pub struct StatementLog {
    statements: Arc<Mutex<Vec<Statement>>>,
}

impl StatementLog {
    /// Records what `conn` sends from now on, in place of any other instrumentation of it.
    pub fn install(conn: &mut impl Connection) -> Self {
        let log = StatementLog::default();
        conn.set_instrumentation(log.clone());
        log
    }

    /// The statements since the last call.
    pub fn take(&self) -> Vec<Statement> {
        std::mem::take(&mut self.statements())
    }

    /// How many statements there were since the last [`take`](Self::take).
    pub fn len(&self) -> usize {
        self.statements().len()
    }

    /// Whether there was none since the last [`take`](Self::take).
    pub fn is_empty(&self) -> bool {
        self.statements().is_empty()
    }

    fn statements(&self) -> MutexGuard<'_, Vec<Statement>> {
        self.statements.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Instrumentation for StatementLog {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let statement = Statement::new(&query.to_string());
            if statement.counts() {
                self.statements().push(statement);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binds_are_apart_from_the_text() {
        let statement = Statement::new(r#"SELECT ? -- binds: ["a -- binds: b"]"#);
        assert_eq!((statement.sql.as_str(), statement.binds.as_str()), ("SELECT ?", r#"["a -- binds: b"]"#));
        assert_eq!(Statement::new("DROP TABLE users").binds, "");
    }

    #[test]
    fn transactions_are_no_statements_of_their_own() {
        for frame in [
            "BEGIN",
            "BEGIN IMMEDIATE",
            "SET TRANSACTION READ ONLY",
            "SAVEPOINT diesel_savepoint_1",
            "RELEASE SAVEPOINT diesel_savepoint_1",
        ] {
            assert!(!Statement::new(frame).counts(), "{frame}");
        }
        assert!(Statement::new("SELECT 1").counts());
    }
}
