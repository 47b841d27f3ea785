//! Migrations: the library, the program, and processes that get in each other's way.

mod checks;
mod library;
mod page;
mod processes;
mod program;

use turbodiesel::{SqlMigration, SqlMigrations};

const ONE: SqlMigration =
    SqlMigration::new("2026-01-01-000000_one", "CREATE TABLE one (id INTEGER PRIMARY KEY);", Some("DROP TABLE one;"));
const TWO: SqlMigration = SqlMigration::new(
    "2026-01-02-000000_two",
    "CREATE TABLE two (id INTEGER PRIMARY KEY);\nINSERT INTO two (id) VALUES (1);",
    Some("DROP TABLE two;"),
);
const THREE: SqlMigration = SqlMigration::new(
    "2026-01-03-000000_three",
    "CREATE TABLE three (id INTEGER PRIMARY KEY);",
    Some("DROP TABLE three;"),
);

const ALL: SqlMigrations = SqlMigrations::embedded(const { &[ONE, TWO, THREE] });
