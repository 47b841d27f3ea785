//! How SQLite is migrated.

use diesel::sqlite::Sqlite;

use crate::backend::{BusyTimeout, Migrates, SessionLock, sends_texts};

impl Migrates for Sqlite {
    const DDL_IN_TRANSACTION: bool = true;
    // There is one writer: each migration is a transaction that begins with a write.
    const LOCK: Option<SessionLock> = None;
    const BUSY_TIMEOUT: Option<BusyTimeout> = Some(BusyTimeout {
        read: "SELECT CAST(timeout AS TEXT), '' FROM pragma_busy_timeout",
        set: "PRAGMA busy_timeout = ",
    });
    const TABLES: &'static str = "SELECT name, '' FROM sqlite_master
        WHERE type = 'table' AND name IN ('__diesel_schema_migrations', '__turbodiesel_migrations')";

    sends_texts!(|sql| sql);
}
