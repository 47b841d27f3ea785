//! What is applied, what is pending, and when.

use std::collections::BTreeMap;

use diesel::migration::Migration;

use super::{Direction, MigrationConnection, Migrator, Source};
use crate::error::{Error, ErrorKind, Result};

/// Where a migration stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// Applied at this time, in UTC on SQLite and else in the time zone of the session: `2026-01-05 09:00:00`.
    Applied(String),
    /// Not applied yet.
    Pending,
    /// Applied, and unknown to this program.
    Unknown(String),
    /// It began, its process was stopped, and the database could not undo what it had done.
    Interrupted(Direction),
}

/// One migration of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    version: String,
    name: String,
    state: State,
}

impl Entry {
    /// Its version, as Diesel records it.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Its name; of one that this program does not know, its version.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it stands.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Whether it is applied.
    pub fn is_applied(&self) -> bool {
        matches!(self.state, State::Applied(_) | State::Unknown(_))
    }
}

/// The migrations of a source by version.
pub(super) type Known<DB> = BTreeMap<String, Box<dyn Migration<DB>>>;

impl<C: MigrationConnection, S: Source<C::Backend>> Migrator<'_, C, S> {
    /// All migrations, applied or not, in the order of their versions.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use turbodiesel::{SqlMigrations, migrate::{Migrator, State}};
    ///
    /// # let mut conn = SqliteConnection::establish(":memory:")?;
    /// let mut migrator = Migrator::new(&mut conn, SqlMigrations::from_folder("migrations/sqlite")?);
    /// migrator.up_to("2026-01-05-090000")?;
    /// let history = migrator.history()?;
    /// assert!(history[0].is_applied());
    /// assert_eq!(history[1].state(), &State::Pending);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The database's, or a source that cannot be read. Nothing is written, and no lock is taken.
    pub fn history(&mut self) -> Result<Vec<Entry>> {
        let (known, record) = (self.known()?, self.record()?);
        let interrupted = record.interrupted();
        let mut entries = BTreeMap::new();
        for (version, migration) in &known {
            let state = match record.applied.get(version) {
                Some(when) => State::Applied(when.clone()),
                None => State::Pending,
            };
            entries.insert(version.clone(), (migration.name().to_string(), state));
        }
        for (version, when) in &record.applied {
            let unknown = || (version.clone(), State::Unknown(when.clone()));
            entries.entry(version.clone()).or_insert_with(unknown);
        }
        if let Some((version, direction)) = interrupted {
            let entry = entries.entry(version.to_owned()).or_insert_with(|| (version.to_owned(), State::Pending));
            entry.1 = State::Interrupted(direction);
        }
        let entry = |(version, (name, state))| Entry { version, name, state };
        Ok(entries.into_iter().map(entry).collect())
    }

    /// The newest migration that is applied.
    ///
    /// # Errors
    ///
    /// Those of [`history`](Self::history).
    pub fn current(&mut self) -> Result<Option<Entry>> {
        Ok(self.history()?.into_iter().rfind(Entry::is_applied))
    }

    /// The SQL that [`up`](Self::up) would run, with the record of it, as a script.
    ///
    /// # Errors
    ///
    /// [`is_migrations`](Error::is_migrations): the text is not at hand, as with `embed_migrations!`.
    pub fn sql(&mut self) -> Result<String> {
        let (known, record) = (self.known()?, self.record()?);
        let mut script = String::new();
        for (version, migration) in known.iter().filter(|(version, _)| !record.applied.contains_key(*version)) {
            let text = self.source.up_sql(version).ok_or_else(|| {
                let message =
                    format!("the text of {} is not at hand: use SqlMigrations as the source", migration.name());
                Error::new(ErrorKind::Migrations, message)
            })?;
            if script.is_empty() {
                script.push_str(diesel::migration::CREATE_MIGRATIONS_TABLE);
            }
            let in_transaction = migration.metadata().run_in_transaction();
            let (begin, commit) = if in_transaction { ("BEGIN;\n", "COMMIT;\n") } else { ("", "") };
            let (name, text, record) = (migration.name(), text.trim(), super::record::record_sql(version));
            script.push_str(&format!("\n-- {name}\n{begin}{text}\n{record};\n{commit}"));
        }
        Ok(script)
    }

    pub(super) fn known(&self) -> Result<Known<C::Backend>> {
        let migrations = self
            .source
            .migrations()
            .map_err(|error| Error::new(ErrorKind::Migrations, format!("the migrations cannot be read: {error}")))?;
        Ok(migrations.into_iter().map(|one| (one.name().version().to_string(), one)).collect())
    }
}
