//! How PostgreSQL is migrated.

use diesel::pg::Pg;

use crate::backend::{Migrates, SessionLock, sends_texts};

impl Migrates for Pg {
    const DDL_IN_TRANSACTION: bool = true;
    // Two fixed numbers, the bytes of "turb" and "migr": an advisory lock is of one database.
    const LOCK: Option<SessionLock> = Some(SessionLock {
        name: "SELECT 'turbodiesel', ''",
        take: "SELECT CASE WHEN pg_try_advisory_lock(1953854050, 1835624306) THEN '1' ELSE '0' END, '?'",
        release: "SELECT CAST(pg_advisory_unlock(1953854050, 1835624306) AS TEXT), '?'",
    });
    // Those that a name without a schema finds.
    const TABLES: &'static str = "SELECT relname::text, '' FROM pg_class
        WHERE relname IN ('__diesel_schema_migrations', '__turbodiesel_migrations') AND pg_table_is_visible(oid)";

    sends_texts!(|sql| numbered(sql));
}

/// `?` as `$1`, `$2`, ..: the statements have no literal with a question mark.
fn numbered(sql: &str) -> String {
    let mut pieces = sql.split('?');
    let mut numbered = pieces.next().unwrap_or_default().to_owned();
    for (number, piece) in (1..).zip(pieces) {
        numbered.push_str(&format!("${number}{piece}"));
    }
    numbered
}

#[cfg(test)]
mod tests {
    #[test]
    fn placeholders_are_numbered() {
        assert_eq!(super::numbered("VALUES (?, ?)"), "VALUES ($1, $2)");
        assert_eq!(super::numbered("SELECT 1"), "SELECT 1");
    }
}
