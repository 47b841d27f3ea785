//! Migrations from a folder.

use std::fs;
use std::path::{Path, PathBuf};

use super::{SqlMigration, SqlMigrations, version};
use crate::error::{Error, ErrorKind, Result};

impl SqlMigrations {
    /// The migrations of a folder, as the diesel CLI lays them out: a folder each, with `up.sql`, and `down.sql` and
    /// `metadata.toml` where there are some. They are read now, and run in the order of their versions.
    ///
    /// ```
    /// use turbodiesel::SqlMigrations;
    ///
    /// let migrations = SqlMigrations::from_folder("migrations/sqlite")?;
    /// assert_eq!(migrations.iter().count(), 4);
    /// # Ok::<(), turbodiesel::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_migrations`](Error::is_migrations): a file that cannot be read, or a `metadata.toml` that says something
    /// else than whether to run in a transaction.
    pub fn from_folder(folder: impl AsRef<Path>) -> Result<Self> {
        let migrations = folders(folder.as_ref())?.into_iter().map(read).collect::<Result<Vec<_>>>()?;
        Ok(SqlMigrations { migrations: migrations.into() })
    }

    /// The names of the folders in `folder` that these migrations lack. Let a test keep it empty where the list is
    /// written by hand.
    ///
    /// # Errors
    ///
    /// [`is_migrations`](Error::is_migrations): the folder cannot be read.
    pub fn missing_from(&self, folder: impl AsRef<Path>) -> Result<Vec<String>> {
        let names = folders(folder.as_ref())?.into_iter().map(|(name, _)| name);
        Ok(names.filter(|name| !self.iter().any(|one| one.name() == name)).collect())
    }
}

/// The folders in `folder` with their names, in the order of their versions; hidden ones are not migrations.
fn folders(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_dir() && !name.starts_with('.') {
            found.push((name, path));
        }
    }
    found.sort_by_key(|(name, _)| (version(name), name.clone()));
    Ok(found)
}

fn read((name, path): (String, PathBuf)) -> Result<SqlMigration> {
    let text = |file: &str| match fs::read_to_string(path.join(file)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(&path.join(file), &error)),
    };
    let up = text("up.sql")?
        .ok_or_else(|| Error::new(ErrorKind::Migrations, format!("{} has no up.sql", path.display())))?;
    let in_transaction = match text("metadata.toml")? {
        None => true,
        Some(metadata) => runs_in_transaction(&metadata).map_err(|line| {
            let file = path.join("metadata.toml");
            Error::new(ErrorKind::Migrations, format!("{}: cannot read `{line}`", file.display()))
        })?,
    };
    Ok(SqlMigration { name: name.into(), up: up.into(), down: text("down.sql")?.map(Into::into), in_transaction })
}

/// Diesel's metadata has one entry: no reason for a TOML parser.
fn runs_in_transaction(metadata: &str) -> Result<bool, &str> {
    let mut in_transaction = true;
    for line in metadata.lines() {
        let entry = line.split('#').next().unwrap_or_default().trim();
        match entry.split_once('=').map(|(key, value)| (key.trim(), value.trim())) {
            Some(("run_in_transaction", "true")) => in_transaction = true,
            Some(("run_in_transaction", "false")) => in_transaction = false,
            None if entry.is_empty() => {}
            _ => return Err(line),
        }
    }
    Ok(in_transaction)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::new(ErrorKind::Migrations, format!("cannot read {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql_migrations;

    #[test]
    fn the_embedded_ones_are_those_of_the_folder() {
        let embedded = sql_migrations!("migrations/sqlite":
            "2026-01-05-090000_create_users",
            "2026-01-06-090000_create_posts",
            "2026-01-07-090000_create_tags",
            "2026-01-08-090000_create_translations",
        );
        assert_eq!(embedded, SqlMigrations::from_folder("migrations/sqlite").unwrap());
        let two = SqlMigrations::embedded(
            const { &[SqlMigration::new("1_a", "", None).without_transaction(), SqlMigration::new("2_b", "", Some("b"))] },
        );
        assert_eq!(two.missing_from("migrations/sqlite").unwrap().len(), 4);
        assert!(!two.iter().next().unwrap().in_transaction());
    }

    #[test]
    fn metadata_says_whether_to_run_in_a_transaction() {
        assert_eq!(runs_in_transaction("# none\n\n"), Ok(true));
        assert_eq!(runs_in_transaction("run_in_transaction = false # CONCURRENTLY"), Ok(false));
        assert_eq!(runs_in_transaction("run_in_transaction = maybe"), Err("run_in_transaction = maybe"));
        assert_eq!(runs_in_transaction("other = true"), Err("other = true"));
    }

    #[test]
    fn a_missing_folder_is_named() {
        let error = SqlMigrations::from_folder("no/such/folder").unwrap_err();
        assert!(error.is_migrations() && error.to_string().contains("no/such/folder"), "{error}");
    }
}
