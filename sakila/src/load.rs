//! From files to rows, a batch at a time.

use crate::LoadError;
use crate::record::{BadField, FILES, Insert};
use crate::source::Source;
use std::path::Path;

/// How far a load has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The table that is being loaded.
    pub table: &'static str,
    /// The rows of that table that are in.
    pub table_rows: usize,
    /// The rows of all tables that are in.
    pub rows: usize,
    /// The rows of all files.
    pub total: usize,
}

/// Rows in one statement. A film has 13 columns, and SQLite takes 32,766 binds; beyond some hundred rows nothing is
/// gained any more.
const BATCH: usize = 500;

/// One load of all files.
pub(crate) struct Loader<'a> {
    dir: &'a Path,
    report: &'a mut dyn FnMut(Progress),
    rows: usize,
    total: usize,
}

impl<'a> Loader<'a> {
    /// Looks at every file first: a missing one should not be found out after a minute of work.
    pub(crate) fn new(dir: &'a Path, report: &'a mut dyn FnMut(Progress)) -> Result<Self, LoadError> {
        let mut total = 0;
        for (table, columns) in FILES {
            total += Source::open(dir, table, columns)?.count()?;
        }
        Ok(Self { dir, report, rows: 0, total })
    }

    /// Loads one file into its table.
    pub(crate) fn load<R: Insert<C>, C>(&mut self, conn: &mut C) -> Result<(), LoadError> {
        let mut source = Source::open(self.dir, R::TABLE, R::COLUMNS)?;
        let mut batch: Vec<R> = Vec::with_capacity(BATCH);
        let mut table_rows = 0;
        loop {
            while batch.len() < BATCH
                && let Some(row) = read_row(&mut source)?
            {
                batch.push(row);
            }
            if batch.is_empty() {
                return Ok(());
            }
            R::insert(&batch, conn).map_err(|error| LoadError::Insert {
                file: source.file(),
                // The header is line 1.
                first_line: table_rows + 2,
                last_line: table_rows + batch.len() + 1,
                source: error,
            })?;
            table_rows += batch.len();
            self.rows += batch.len();
            batch.clear();
            (self.report)(Progress { table: R::TABLE, table_rows, rows: self.rows, total: self.total });
        }
    }
}

fn read_row<R: crate::record::Record>(source: &mut Source) -> Result<Option<R>, LoadError> {
    let Some(line) = source.next()? else {
        return Ok(None);
    };
    let found = line.split('\t').count();
    let expected = R::COLUMNS.len();
    if found != expected {
        return Err(LoadError::FieldCount { file: source.file(), line: source.line(), expected, found });
    }
    R::read(line.split('\t')).map(Some).map_err(|BadField { column, value, problem }| LoadError::Field {
        file: source.file(),
        line: source.line(),
        column,
        value,
        problem,
    })
}
