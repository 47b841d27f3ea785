//! How MySQL and MariaDB are migrated.

use diesel::mysql::Mysql;

use crate::backend::{Migrates, SessionLock, sends_texts};

impl Migrates for Mysql {
    // Each DDL statement commits by itself, and what was before it.
    const DDL_IN_TRANSACTION: bool = false;
    // The lock is one of the server and has at most 64 characters: the database is hashed into it.
    const LOCK: Option<SessionLock> = Some(SessionLock {
        name: "SELECT CONCAT('turbodiesel.', SHA1(DATABASE())), ''",
        take: "SELECT CAST(GET_LOCK('?', 0) AS CHAR), ''",
        release: "SELECT CAST(RELEASE_LOCK('?') AS CHAR), ''",
    });
    const TABLES: &'static str = "SELECT table_name, '' FROM information_schema.tables
        WHERE table_schema = DATABASE() AND table_name IN ('__diesel_schema_migrations', '__turbodiesel_migrations')";

    sends_texts!(|sql| sql);
}
