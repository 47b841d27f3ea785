//! A report of one N+1.

use std::fmt;

use super::journal::Repeated;
use super::place::Place;

/// How many places of the program are named: the line that reads, and who calls it.
const PLACES: usize = 4;

/// A read that was repeated with other keys from one place.
///
/// `Display` is what [`assert_no_n_plus_one`](super::Log::assert_no_n_plus_one) prints.
#[derive(Debug, Clone)]
pub struct NPlusOne {
    statement: String,
    count: u64,
    keys: usize,
    column: Option<String>,
    table: Option<String>,
    places: Vec<Place>,
}

impl NPlusOne {
    pub(super) fn new(repeated: &Repeated) -> Self {
        let shape = &repeated.shape;
        let column = shape.lookups.iter().find_map(|lookup| lookup.column.clone());
        // `posts.author_id` says its table itself.
        let table = column.as_deref().and_then(|column| Some(column.rsplit_once('.')?.0.to_owned()));
        NPlusOne {
            statement: shape.fingerprint.clone(),
            count: repeated.count,
            keys: repeated.keys,
            table: table.or_else(|| shape.table.clone()),
            column,
            places: repeated.stack.places(),
        }
    }

    /// The statement, without values.
    #[must_use]
    pub fn statement(&self) -> &str {
        &self.statement
    }

    /// How often it was sent from this place.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// With how many different keys.
    #[must_use]
    pub fn keys(&self) -> usize {
        self.keys
    }

    /// The line of the program that reads, if the program knows its lines.
    #[must_use]
    pub fn place(&self) -> Option<&Place> {
        self.places.first()
    }

    /// That line and those that lead to it, from the inside out.
    #[must_use]
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// What to load all at once instead, where the statement looks like a relation: by a foreign key, or by `id`.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        let (table, column) = (self.table.as_deref()?, self.column.as_deref()?);
        let name = column.rsplit_once('.').map_or(column, |(_, name)| name);
        if name == "id" {
            Some(format!(
                "each row belongs to one of `{table}`: load these with the rows, `.preload(belongs_to::<..>())` for the model of `{table}`"
            ))
        } else if name.ends_with("_id") {
            Some(format!(
                "`{table}.{name}` points back to each row: load `{table}` with the rows, `.preload(has_many::<..>())` for the model of `{table}`"
            ))
        } else {
            Some(format!(
                "`{table}` is read by `{name}`, a key at a time: one statement can read it for all keys, with `.filter({name}.eq_any(keys))` or a relation `.by_key(..)`"
            ))
        }
    }
}

impl fmt::Display for NPlusOne {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "N+1: sent {} times from one place, with {} different keys:\n  {}",
            self.count, self.keys, self.statement
        )?;
        for (depth, place) in self.places.iter().take(PLACES).enumerate() {
            write!(f, "\n  {} {place}", if depth == 0 { "at" } else { "called from" })?;
        }
        match self.advice() {
            Some(advice) => write!(f, "\n  {advice}"),
            None => Ok(()),
        }
    }
}
