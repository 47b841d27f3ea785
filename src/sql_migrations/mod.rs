//! Migrations whose SQL text can be read.

mod folder;

use std::borrow::Cow;
use std::fmt;

use diesel::backend::Backend;
use diesel::connection::BoxableConnection;
use diesel::migration::{self, Migration, MigrationMetadata, MigrationName, MigrationSource, MigrationVersion};

/// Migrations that keep the text of their SQL, so that it can be hashed, shown and compared.
///
/// Diesel's `embed_migrations!` hides it. These run wherever Diesel's do. They come from a folder while the program runs
/// ([`from_folder`](Self::from_folder)), or are compiled in by [`sql_migrations!`](crate::sql_migrations).
///
/// ```
/// use diesel::prelude::*;
/// use diesel_migrations::MigrationHarness;
/// use turbodiesel::{SqlMigrations, sql_migrations};
///
/// const MIGRATIONS: SqlMigrations = sql_migrations!("migrations/sqlite":
///     "2026-01-05-090000_create_users",
///     "2026-01-06-090000_create_posts",
///     "2026-01-07-090000_create_tags",
///     "2026-01-08-090000_create_translations",
/// );
///
/// let mut conn = SqliteConnection::establish(":memory:")?;
/// assert_eq!(conn.run_pending_migrations(MIGRATIONS).unwrap().len(), 4);
/// assert!(MIGRATIONS.iter().next().unwrap().up().starts_with("CREATE TABLE users"));
///
/// // The list is written by hand: a test that keeps it complete.
/// let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite");
/// assert!(MIGRATIONS.missing_from(folder)?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlMigrations {
    migrations: Cow<'static, [SqlMigration]>,
}

impl SqlMigrations {
    /// Those that [`sql_migrations!`](crate::sql_migrations) lists.
    #[must_use]
    pub const fn embedded(migrations: &'static [SqlMigration]) -> Self {
        SqlMigrations { migrations: Cow::Borrowed(migrations) }
    }

    /// The migrations, in the order in which they were listed; a folder's in the order of their versions.
    pub fn iter(&self) -> impl Iterator<Item = &SqlMigration> {
        self.migrations.iter()
    }
}

/// One migration, with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlMigration {
    name: Cow<'static, str>,
    up: Cow<'static, str>,
    down: Option<Cow<'static, str>>,
    in_transaction: bool,
}

impl SqlMigration {
    /// A migration that runs in a transaction; `down` reverts it.
    #[must_use]
    pub const fn new(name: &'static str, up: &'static str, down: Option<&'static str>) -> Self {
        let down = match down {
            Some(down) => Some(Cow::Borrowed(down)),
            None => None,
        };
        SqlMigration { name: Cow::Borrowed(name), up: Cow::Borrowed(up), down, in_transaction: true }
    }

    /// The same, run outside of a transaction, as `CREATE INDEX CONCURRENTLY` must be.
    #[must_use]
    pub const fn without_transaction(mut self) -> Self {
        self.in_transaction = false;
        self
    }

    /// The name of its folder: `2026-01-05-090000_create_users`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version that Diesel records: `20260105090000`.
    #[must_use]
    pub fn version(&self) -> String {
        version(&self.name)
    }

    /// The text of `up.sql`.
    #[must_use]
    pub fn up(&self) -> &str {
        &self.up
    }

    /// The text of `down.sql`, if there is one.
    #[must_use]
    pub fn down(&self) -> Option<&str> {
        self.down.as_deref()
    }

    /// Whether it runs in a transaction: what `run_in_transaction` of `metadata.toml` says.
    #[must_use]
    pub fn in_transaction(&self) -> bool {
        self.in_transaction
    }
}

/// As Diesel reads it off a name: what stands before the first underscore, without dashes.
fn version(name: &str) -> String {
    name.split('_').next().unwrap_or(name).replace('-', "")
}

/// Embeds migrations and keeps their text: a [`SqlMigrations`] constant.
///
/// The folder is relative to the `Cargo.toml` of the crate; the names are those of the folders in it. A migration without
/// `down.sql` is marked `[irreversible]`, one whose `metadata.toml` says `run_in_transaction = false` is marked
/// `[no_transaction]`, one that is both `[irreversible, no_transaction]`.
///
/// ```
/// use turbodiesel::{SqlMigrations, sql_migrations};
///
/// const USERS: SqlMigrations = sql_migrations!("migrations/sqlite": "2026-01-05-090000_create_users" [irreversible]);
/// assert_eq!(USERS.iter().next().unwrap().version(), "20260105090000");
/// ```
#[macro_export]
macro_rules! sql_migrations {
    ($folder:literal: $($name:literal $([$($mark:tt)+])?),+ $(,)?) => {
        $crate::SqlMigrations::embedded(const { &[$($crate::sql_migrations!(@one $folder $name $($($mark)+)?)),+] })
    };
    (@one $folder:literal $name:literal) => {
        $crate::SqlMigration::new(
            $name,
            $crate::sql_migrations!(@text $folder $name "up.sql"),
            Some($crate::sql_migrations!(@text $folder $name "down.sql")),
        )
    };
    (@one $folder:literal $name:literal irreversible) => {
        $crate::SqlMigration::new($name, $crate::sql_migrations!(@text $folder $name "up.sql"), None)
    };
    (@one $folder:literal $name:literal no_transaction) => {
        $crate::sql_migrations!(@one $folder $name).without_transaction()
    };
    (@one $folder:literal $name:literal irreversible, no_transaction) => {
        $crate::sql_migrations!(@one $folder $name irreversible).without_transaction()
    };
    (@text $folder:literal $name:literal $file:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $folder, "/", $name, "/", $file))
    };
}

impl<DB: Backend> MigrationSource<DB> for SqlMigrations {
    fn migrations(&self) -> migration::Result<Vec<Box<dyn Migration<DB>>>> {
        Ok(self.migrations.iter().map(|one| Box::new(one.clone()) as Box<dyn Migration<DB>>).collect())
    }
}

impl<DB: Backend> Migration<DB> for SqlMigration {
    fn run(&self, conn: &mut dyn BoxableConnection<DB>) -> migration::Result<()> {
        Ok(conn.batch_execute(&self.up)?)
    }

    fn revert(&self, conn: &mut dyn BoxableConnection<DB>) -> migration::Result<()> {
        match &self.down {
            Some(down) => Ok(conn.batch_execute(down)?),
            None => Err(format!("migration {} has no down.sql", self.name).into()),
        }
    }

    fn metadata(&self) -> &dyn MigrationMetadata {
        self
    }

    fn name(&self) -> &dyn MigrationName {
        self
    }
}

impl MigrationMetadata for SqlMigration {
    fn run_in_transaction(&self) -> bool {
        self.in_transaction
    }
}

impl MigrationName for SqlMigration {
    fn version(&self) -> MigrationVersion<'_> {
        version(&self.name).into()
    }
}

/// Its name.
impl fmt::Display for SqlMigration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
