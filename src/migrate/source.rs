//! Where migrations come from, and whether their text is at hand.

use std::borrow::Cow;

use diesel::backend::Backend;
use diesel::migration::MigrationSource;
use diesel_migrations::{EmbeddedMigrations, FileBasedMigrations};

use crate::sql_migrations::SqlMigrations;

/// A source of migrations that may know their SQL text.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no source of migrations",
    note = "use `SqlMigrations`, or Diesel's `embed_migrations!` or `FileBasedMigrations`, or implement `turbodiesel::migrate::Source`"
)]
pub trait Source<DB: Backend>: MigrationSource<DB> {
    /// The text of the migration of this version; `None` where it is not at hand.
    fn up_sql(&self, version: &str) -> Option<Cow<'_, str>> {
        let _ = version;
        None
    }
}

impl<DB: Backend> Source<DB> for SqlMigrations {
    fn up_sql(&self, version: &str) -> Option<Cow<'_, str>> {
        self.iter().find(|one| one.version() == version).map(|one| Cow::Borrowed(one.up()))
    }
}

impl<DB: Backend> Source<DB> for EmbeddedMigrations where Self: MigrationSource<DB> {}
impl<DB: Backend> Source<DB> for FileBasedMigrations where Self: MigrationSource<DB> {}
