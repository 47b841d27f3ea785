//! Two connections to one database, the second of which writes between two statements of the first.

use std::sync::{Arc, Mutex, PoisonError};

use diesel::connection::{Instrumentation, InstrumentationEvent, SimpleConnection};
use diesel::result::QueryResult;
use turbodiesel::testing::TestDb;

use super::TestResult;
use super::database::{Blocking, TestConnection, connect};
use super::prelude::Connection;

/// Two connections to one migrated database; the second blocks, whichever driver has the first.
pub(crate) struct Two<C: TestConnection> {
    pub(crate) one: C,
    other: Arc<Mutex<Blocking<C>>>,
    // Last: it goes when nobody is connected.
    db: TestDb<Blocking<C>>,
}

/// What the first connection sent, frames of transactions included.
pub(crate) type Sent = Arc<Mutex<Vec<String>>>;

impl<C: TestConnection> Two<C> {
    pub(crate) fn new() -> TestResult<Self> {
        let db = TestDb::new(C::migrations())?;
        Ok(Two { one: connect(&db)?, other: Arc::new(Mutex::new(db.connect()?)), db })
    }

    pub(crate) fn url(&self) -> &str {
        self.db.url()
    }

    /// Sends `sql` on the second connection.
    pub(crate) fn other(&self, sql: &str) -> QueryResult<()> {
        self.other.lock().unwrap_or_else(PoisonError::into_inner).batch_execute(sql)
    }

    /// Sends `sql` on the second connection right before the first one sends its SELECT number `nth` of a table, from 0.
    pub(crate) fn race(&mut self, nth: usize, sql: &str) -> Sent {
        let sent = Sent::default();
        self.one.set_instrumentation(Race {
            other: self.other.clone(),
            sql: sql.to_owned(),
            nth,
            selects: 0,
            sent: sent.clone(),
        });
        sent
    }
}

struct Race<C> {
    other: Arc<Mutex<C>>,
    sql: String,
    nth: usize,
    selects: usize,
    sent: Sent,
}

impl<C: SimpleConnection + Send + 'static> Instrumentation for Race<C> {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        let InstrumentationEvent::StartQuery { query, .. } = event else { return };
        let sql = query.to_string();
        // Of a table: questions to the server have no FROM.
        if sql.starts_with("SELECT") && sql.contains(" FROM ") {
            if self.selects == self.nth {
                let mut other = self.other.lock().unwrap_or_else(PoisonError::into_inner);
                other.batch_execute(&self.sql).unwrap_or_else(|error| panic!("{error}: {}", self.sql));
            }
            self.selects += 1;
        }
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(sql);
    }
}

/// The texts since the last call.
pub(crate) fn take(sent: &Sent) -> Vec<String> {
    std::mem::take(&mut *sent.lock().unwrap_or_else(PoisonError::into_inner))
}
