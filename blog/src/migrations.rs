//! The migrations that make the tables, as the diesel CLI runs them.

use diesel_migrations::{EmbeddedMigrations, embed_migrations};

/// For SQLite.
pub const SQLITE: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");
/// For PostgreSQL.
pub const POSTGRES: EmbeddedMigrations = embed_migrations!("../migrations/postgres");
/// For MySQL and MariaDB.
pub const MYSQL: EmbeddedMigrations = embed_migrations!("../migrations/mysql");
