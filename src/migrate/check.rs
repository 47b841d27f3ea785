//! Whether database and program belong together.

use super::history::Known;
use super::record::{Mark, Record};
use super::run::interrupted;
use super::{MigrationConnection, Migrator, Source};
use crate::error::{Error, ErrorKind, Result};

/// What [`check`](Migrator::check) found, where it refused nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pending: Vec<String>,
    warnings: Vec<String>,
}

impl Report {
    /// The names of the migrations that [`up`](Migrator::up) would run.
    pub fn pending(&self) -> &[String] {
        &self.pending
    }

    /// What could not be checked.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

impl<C: MigrationConnection, S: Source<C::Backend>> Migrator<'_, C, S> {
    /// Refuses what must not be migrated, and should not be run on.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use turbodiesel::{SqlMigrations, migrate::Migrator, sql_migrations};
    ///
    /// # let mut conn = SqliteConnection::establish(":memory:")?;
    /// Migrator::new(&mut conn, SqlMigrations::from_folder("migrations/sqlite")?).up()?;
    /// const OLD: SqlMigrations = sql_migrations!("migrations/sqlite": "2026-01-05-090000_create_users");
    /// let error = Migrator::new(&mut conn, OLD).check().unwrap_err();
    /// assert!(error.is_migration_history());
    /// assert!(error.to_string().starts_with("the database is ahead of this program: 20260106090000"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_migration_history`](Error::is_migration_history), with all that is found: the database is ahead of the program,
    /// a pending migration is older than an applied one, the text of an applied one has changed.
    /// [`is_migration_interrupted`](Error::is_migration_interrupted): a migration began and did not end.
    pub fn check(&mut self) -> Result<Report> {
        let (known, record) = (self.known()?, self.record()?);
        if let Some((version, direction)) = record.interrupted() {
            return Err(interrupted(&known, version, direction));
        }
        let names = |versions: Vec<&String>| {
            let name = |version: &String| known.get(version).map_or(version.clone(), |one| one.name().to_string());
            versions.into_iter().map(name).collect::<Vec<_>>()
        };
        let newest = record.applied.keys().filter(|version| known.contains_key(*version)).max();
        let ahead = names(record.applied.keys().filter(|version| !known.contains_key(*version)).collect());
        let pending: Vec<_> = known.keys().filter(|version| !record.applied.contains_key(*version)).collect();
        let older =
            names(pending.iter().copied().filter(|version| newest.is_some_and(|newest| *version < newest)).collect());
        let (changed, warnings) = self.texts(&known, &record);

        let found = [
            ("the database is ahead of this program", ahead),
            ("pending, and older than what is applied", older),
            ("the text has changed since it was applied", changed),
        ];
        let found: Vec<_> = found.iter().filter(|(_, names)| !names.is_empty()).collect();
        if !found.is_empty() {
            let found: Vec<_> = found.iter().map(|(what, names)| format!("{what}: {}", names.join(", "))).collect();
            return Err(Error::new(ErrorKind::MigrationHistory, found.join("; ")));
        }
        Ok(Report { pending: names(pending), warnings })
    }

    /// The names of the applied migrations whose text has changed, and what could not be compared.
    fn texts(&self, known: &Known<C::Backend>, record: &Record) -> (Vec<String>, Vec<String>) {
        let (mut changed, mut without_text, mut without_mark) = (Vec::new(), 0, 0);
        for (version, migration) in known.iter().filter(|(version, _)| record.applied.contains_key(*version)) {
            match (self.source.up_sql(version), record.ran(version)) {
                (Some(text), Some(mark)) if Mark::of_text(&text) != *mark => changed.push(migration.name().to_string()),
                (Some(_), Some(_)) => {}
                (None, _) => without_text += 1,
                (Some(_), None) => without_mark += 1,
            }
        }
        let mut warnings = Vec::new();
        if without_text > 0 {
            warnings.push(format!("{without_text} applied: the source hides their text, so a change is not seen"));
        }
        if without_mark > 0 {
            warnings
                .push(format!("{without_mark} applied by another tool: no record of their text, `stamp` makes one"));
        }
        (changed, warnings)
    }
}
