//! One file of the data set, read line by line.

use crate::LoadError;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

/// An open file whose first line has been found to name the columns.
#[derive(Debug)]
pub(crate) struct Source {
    file: PathBuf,
    reader: BufReader<File>,
    /// The number of the line in `text`, counted from 1.
    line: usize,
    text: String,
}

impl Source {
    /// Opens `<dir>/<table>.tsv`.
    pub(crate) fn open(dir: &Path, table: &str, columns: &[&str]) -> Result<Self, LoadError> {
        let file = dir.join(format!("{table}.tsv"));
        let reader = match File::open(&file) {
            Ok(opened) => BufReader::new(opened),
            Err(source) => return Err(LoadError::Open { file, source }),
        };
        let mut source = Self { file, reader, line: 0, text: String::new() };
        let expected = columns.join("\t");
        let found = source.next()?.unwrap_or_default();
        if found != expected {
            let found = found.to_owned();
            return Err(LoadError::Header { file: source.file, expected, found });
        }
        Ok(source)
    }

    /// The next line, without its end; a line break inside a field is escaped, so a line is a row.
    pub(crate) fn next(&mut self) -> Result<Option<&str>, LoadError> {
        self.text.clear();
        self.line += 1;
        let read = self.reader.read_line(&mut self.text).map_err(|source| self.read_error(source))?;
        if read == 0 {
            return Ok(None);
        }
        Ok(Some(self.text.strip_suffix('\n').unwrap_or(&self.text)))
    }

    /// How many lines are left.
    pub(crate) fn count(mut self) -> Result<usize, LoadError> {
        let mut lines = 0;
        // Bytes, not text: what is wrong with a line is said when it is its turn.
        while self.reader.skip_until(b'\n').map_err(|source| self.read_error(source))? > 0 {
            self.line += 1;
            lines += 1;
        }
        Ok(lines)
    }

    /// The path, for errors.
    pub(crate) fn file(&self) -> PathBuf {
        self.file.clone()
    }

    /// The number of the line that `next` gave last, counted from 1.
    pub(crate) fn line(&self) -> usize {
        self.line
    }

    fn read_error(&self, source: io::Error) -> LoadError {
        LoadError::Read { file: self.file(), line: self.line, source }
    }
}
