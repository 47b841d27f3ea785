//! Sakila on PostgreSQL.

use super::SakilaConnection;
use crate::load::Loader;
use crate::record::{load_others, load_stores};
use crate::{LoadError, Progress};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use std::path::Path;

impl SakilaConnection for PgConnection {
    fn create_sakila(&mut self) -> QueryResult<()> {
        self.transaction(|conn| conn.batch_execute(include_str!("../../ddl/postgres.sql")))
    }

    fn load_sakila(&mut self, dir: &Path, progress: &mut dyn FnMut(Progress)) -> Result<(), LoadError> {
        let mut loader = Loader::new(dir, progress)?;
        self.transaction(|conn| {
            // For this transaction only; the keys of store are the only deferrable ones.
            conn.batch_execute("SET CONSTRAINTS ALL DEFERRED")?;
            load_stores(conn, &mut loader)?;
            load_others(conn, &mut loader)?;
            // Now and not at COMMIT, which is not ours inside a caller's transaction.
            conn.batch_execute("SET CONSTRAINTS ALL IMMEDIATE")?;
            Ok(())
        })
    }
}
