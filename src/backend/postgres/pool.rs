//! How a pool sets up connections to PostgreSQL.

use std::time::Duration;

use diesel::connection::Connection;
use diesel::pg::Pg;

use crate::pool::{Customizer, SetUp};

impl SetUp for Pg {
    const SET_UP: &'static [&'static str] = &[];
}

impl<C: Connection<Backend = Pg>> Customizer<C> {
    /// Statements that take longer are cancelled by the server.
    ///
    /// It is a setting of the session. Behind a proxy that pools transactions, set it for the role instead:
    /// `ALTER ROLE app SET statement_timeout = '30s'`.
    pub fn statement_timeout(mut self, time: Duration) -> Self {
        let milliseconds = time.as_millis().clamp(1, i32::MAX as u128);
        self.set_up.push(format!("SET statement_timeout = {milliseconds}"));
        self
    }
}
