//! What the database records: Diesel's table of what is applied, and ours of what began and which text ran.

use std::collections::BTreeMap;

use diesel::migration::CREATE_MIGRATIONS_TABLE;

use super::{Direction, MigrationConnection};
use crate::backend::Migrates;
use crate::error::Result;

const CREATE_MARKS: &str = "CREATE TABLE IF NOT EXISTS __turbodiesel_migrations (
    version VARCHAR(50) PRIMARY KEY NOT NULL, mark VARCHAR(50) NOT NULL)";
// As text in the form of all three databases, so that no date type is needed.
const APPLIED: &str = "SELECT version, CAST(run_on AS CHAR(19)) FROM __diesel_schema_migrations";
const MARKS: &str = "SELECT version, mark FROM __turbodiesel_migrations";
const DELETE_MARK: &str = "DELETE FROM __turbodiesel_migrations WHERE version = ?";
const INSERT_MARK: &str = "INSERT INTO __turbodiesel_migrations (version, mark) VALUES (?, ?)";
const INSERT_APPLIED: &str = "INSERT INTO __diesel_schema_migrations (version) VALUES (?)";
const DELETE_APPLIED: &str = "DELETE FROM __diesel_schema_migrations WHERE version = ?";
/// Takes SQLite's write lock and changes nothing.
const TOUCH: &str = "UPDATE __turbodiesel_migrations SET mark = mark WHERE version = ''";

/// What our table says of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    /// It began, outside of a transaction, and its end is not recorded here.
    Began(Direction),
    /// It ran, with a text of this hash.
    Ran(String),
}

impl Mark {
    fn read(text: String) -> Self {
        match text.as_str() {
            "began up" => Mark::Began(Direction::Up),
            "began down" => Mark::Began(Direction::Down),
            _ => Mark::Ran(text),
        }
    }

    /// The mark of a migration whose text is this one.
    pub(super) fn of_text(text: &str) -> Self {
        // FNV-1a: it finds what was changed by mistake. How an editor ends lines changes nothing.
        let bytes = text.bytes().filter(|byte| *byte != b'\r');
        let hash =
            bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Mark::Ran(format!("text {hash:016x}"))
    }
}

/// Both tables, read.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// When each applied version was.
    pub(super) applied: BTreeMap<String, String>,
    marks: BTreeMap<String, Mark>,
}

impl Record {
    /// Reads; what is missing is empty.
    pub(super) fn read<C: MigrationConnection>(conn: &mut C) -> Result<Self> {
        let tables = C::Backend::pairs(conn, C::Backend::TABLES)?;
        let exists = |name: &str| tables.iter().any(|(table, _)| table == name);
        let mut record = Record::default();
        if exists("__diesel_schema_migrations") {
            record.applied = C::Backend::pairs(conn, APPLIED)?.into_iter().collect();
        }
        if exists("__turbodiesel_migrations") {
            let marks = C::Backend::pairs(conn, MARKS)?;
            record.marks = marks.into_iter().map(|(version, mark)| (version, Mark::read(mark))).collect();
        }
        Ok(record)
    }

    /// What began and did not end. A mark that Diesel's table has overtaken was only not taken back.
    pub(super) fn interrupted(&self) -> Option<(&str, Direction)> {
        self.marks.iter().find_map(|(version, mark)| match mark {
            Mark::Began(Direction::Up) if !self.applied.contains_key(version) => {
                Some((version.as_str(), Direction::Up))
            }
            Mark::Began(Direction::Down) if self.applied.contains_key(version) => {
                Some((version.as_str(), Direction::Down))
            }
            _ => None,
        })
    }

    /// The mark of the text that ran, where it is known.
    pub(super) fn ran(&self, version: &str) -> Option<&Mark> {
        self.marks.get(version).filter(|mark| matches!(mark, Mark::Ran(_)))
    }
}

pub(super) fn create_tables<C: MigrationConnection>(conn: &mut C) -> Result<()> {
    conn.batch_execute(CREATE_MIGRATIONS_TABLE)?;
    conn.batch_execute(CREATE_MARKS)?;
    Ok(())
}

pub(super) fn take_write_lock<C: MigrationConnection>(conn: &mut C) -> Result<()> {
    C::Backend::send(conn, TOUCH, &[])?;
    Ok(())
}

pub(super) fn mark<C: MigrationConnection>(conn: &mut C, version: &str, mark: Option<&Mark>) -> Result<()> {
    C::Backend::send(conn, DELETE_MARK, &[version])?;
    let text = match mark {
        None => return Ok(()),
        Some(Mark::Began(direction)) => format!("began {direction}"),
        Some(Mark::Ran(text)) => text.clone(),
    };
    C::Backend::send(conn, INSERT_MARK, &[version, &text])?;
    Ok(())
}

/// Says that a version is applied or not, without running it.
pub(super) fn record<C: MigrationConnection>(conn: &mut C, version: &str, applied: bool) -> Result<()> {
    C::Backend::send(conn, DELETE_APPLIED, &[version])?;
    if applied {
        C::Backend::send(conn, INSERT_APPLIED, &[version])?;
    }
    Ok(())
}

/// The statement that records a version, for a script.
pub(super) fn record_sql(version: &str) -> String {
    INSERT_APPLIED.replace('?', &format!("'{}'", version.replace('\'', "''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_a_mark_whatever_ends_its_lines() {
        assert_eq!(Mark::of_text("a\nb"), Mark::of_text("a\r\nb"));
        assert_ne!(Mark::of_text("a\nb"), Mark::of_text("a\nc"));
        // The published value of FNV-1a.
        assert_eq!(Mark::of_text("a"), Mark::Ran("text af63dc4c8601ec8c".into()));
    }
}
