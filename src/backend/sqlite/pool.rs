//! How a pool sets up connections to SQLite.

use std::time::Duration;

use diesel::connection::Connection;
use diesel::sqlite::Sqlite;

use crate::pool::{Customizer, SetUp};

impl SetUp for Sqlite {
    // The time first: the first connections of a pool change the journal at the same moment.
    const SET_UP: &'static [&'static str] =
        &["PRAGMA busy_timeout = 5000", "PRAGMA journal_mode = WAL", "PRAGMA foreign_keys = ON"];
}

impl<C: Connection<Backend = Sqlite>> Customizer<C> {
    /// How long a writer waits for another one, in place of five seconds.
    pub fn busy_timeout(mut self, time: Duration) -> Self {
        let milliseconds = time.as_millis().min(i32::MAX as u128);
        self.set_up.insert(1, format!("PRAGMA busy_timeout = {milliseconds}"));
        self
    }
}
