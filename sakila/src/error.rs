//! What can go wrong while the files are loaded.

use std::io;
use std::path::PathBuf;

/// Why the files were not loaded; the database is then as it was before.
///
/// The message of an error in a file starts with the file and, where there is one, the line, as compilers write it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// A file is missing or cannot be opened.
    #[error("{}: cannot be opened: {source}", file.display())]
    Open {
        /// The file.
        file: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// A file cannot be read on, or a line is not UTF-8.
    #[error("{}:{line}: cannot be read: {source}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// The line that could not be read, counted from 1.
        line: usize,
        /// What the operating system or the decoder says.
        source: io::Error,
    },
    /// The first line does not name the columns of the table, in their order.
    #[error("{}:1: the columns should be {expected:?}, but are {found:?}", file.display())]
    Header {
        /// The file.
        file: PathBuf,
        /// The columns of the table.
        expected: String,
        /// The first line of the file.
        found: String,
    },
    /// A line has too few or too many fields.
    #[error("{}:{line}: {found} fields where the table has {expected} columns", file.display())]
    FieldCount {
        /// The file.
        file: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The number of columns.
        expected: usize,
        /// The number of fields.
        found: usize,
    },
    /// A field is no value of its column.
    #[error("{}:{line}: column {column}: {value:?} {problem}", file.display())]
    Field {
        /// The file.
        file: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The column.
        column: &'static str,
        /// The field as it stands in the file.
        value: String,
        /// What is wrong with it.
        problem: FieldProblem,
    },
    /// The database refused a batch of rows: a repeated key, a parent that is not there, text that is too long.
    #[error("{}:{first_line}-{last_line}: refused by the database: {source}", file.display())]
    Insert {
        /// The file.
        file: PathBuf,
        /// The line of the first row of the batch, counted from 1.
        first_line: usize,
        /// The line of its last row.
        last_line: usize,
        /// What the database says.
        source: diesel::result::Error,
    },
    /// When all files were loaded, rows pointed to rows that no file had.
    #[error("{table}: rows that point to no row of {parent}: {rows}, the first of them is {first_row}")]
    ForeignKey {
        /// The table of the rows.
        table: String,
        /// The table they point to.
        parent: String,
        /// How many they are.
        rows: i64,
        /// The smallest id among them (the row id, on SQLite, where the primary key has two columns).
        first_row: i64,
    },
    /// The database failed otherwise: at the start or the end of the transaction.
    #[error("the database failed: {0}")]
    Database(#[from] diesel::result::Error),
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldProblem {
    /// `\N` in a column that is NOT NULL.
    #[error("is NULL, which the column does not take")]
    Null,
    /// A backslash before a character that it does not go with, or at the end.
    #[error("has a backslash that escapes nothing")]
    Escape,
    /// Not a value of the column's type.
    #[error("is not {expected}")]
    NotA {
        /// What it should be, with its article: "an integer".
        expected: &'static str,
    },
}
