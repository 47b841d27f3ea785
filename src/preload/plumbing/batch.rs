//! A statement and the keys that it is written for, one chunk after the other. Pure.

use std::any::TypeId;
use std::ops::Range;

use diesel::RunQueryDsl;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Nullable};

use super::again::{Again, Kept};
use super::home::Home;
use super::keys::Keys;
use super::spell;
use crate::backend::{Dialect, Spelling};
use crate::error::{Error, ErrorKind, Result};
use crate::preload::key::Key;
use crate::preload::strategy::Strategy;

/// A statement for all keys of a fetch.
#[derive(Debug)]
pub struct Batch<S, K> {
    /// The statement: it writes the keys of the chunk that is shown.
    statement: Kept<S>,
    /// The keys; the statement holds them too.
    keys: Keys<K>,
    types: Vec<TypeId>,
    /// `SELECT max(column) FROM table`, where the answer decides how the keys are sent.
    probe: Option<String>,
}

impl<S, K: Key> Batch<S, K> {
    /// A statement that looks these keys up in columns of these types, by this strategy.
    ///
    /// # Errors
    ///
    /// Where the backend cannot compare such keys exactly, or not by this strategy. `columns` names them.
    pub(crate) fn new<DB: Dialect>(
        statement: S,
        keys: Keys<K>,
        types: Vec<TypeId>,
        strategy: Strategy,
        columns: &str,
        home: fn() -> Home,
    ) -> Result<Self> {
        refuse_inexact::<DB, K>(&types, columns)?;
        refuse_strategy::<DB, K>(&keys, &types, strategy, columns, Some(home))?;
        let many = DB::PROBE_FROM.is_some_and(|from| keys.list().len() >= from);
        let asks = strategy == Strategy::Auto && many && types.len() == 1 && types.iter().all(is_number::<DB>);
        let run = keys.run(&types).is_some();
        let asks = asks && decides::<DB>(keys.list().len(), run) && spell::in_one_bind::<DB, K>(keys.list(), &types);
        let probe = asks.then(home).and_then(|Home { table, column, primary_key }| {
            // A run of the primary key is a piece of the table itself.
            let piece = run && primary_key.as_ref() == Some(&column);
            (!piece).then(|| format!("SELECT max({column}) FROM {table}"))
        });
        match strategy {
            Strategy::Auto if probe.is_none() && run => keys.choose(DB::choose(keys.list().len(), usize::MAX, run)),
            Strategy::Auto => {}
            strategy => keys.choose(strategy),
        }
        Ok(Batch { statement: Kept::new(statement), keys, types, probe })
    }

    /// What to ask before the statement is sent, where the answer decides how: the highest key in the column.
    pub(super) fn probe(&self) -> Option<Probe> {
        self.probe.clone().map(Probe)
    }

    /// The answer.
    pub(super) fn probed<DB: Dialect>(&self, highest: Option<i64>) {
        let highest = highest.and_then(|highest| usize::try_from(highest).ok()).filter(|highest| *highest > 0);
        let run = self.keys.run(&self.types).is_some();
        self.keys.choose(DB::choose(self.keys.list().len(), highest.unwrap_or(usize::MAX), run));
    }

    /// How many chunks there are.
    pub(crate) fn chunks<DB: Dialect>(&self) -> usize {
        self.keys.chunks::<DB>(&self.types)
    }

    /// From now on the statement is written for this chunk: the slots of its keys. A row of another slot is found by another
    /// chunk too.
    pub(crate) fn show(&self, chunk: usize) -> Range<usize> {
        self.keys.show(chunk)
    }

    /// The statement, to be sent once more.
    pub(crate) fn again(&self) -> Again<S> {
        self.statement.again()
    }
}

/// Refuses keys that the backend cannot compare exactly.
pub(crate) fn refuse_inexact<DB: Dialect, K: Key>(types: &[TypeId], columns: &str) -> Result<()> {
    let Some(reason) = spell::refused::<DB>(types) else { return Ok(()) };
    let (key, backend) = (std::any::type_name::<K>(), DB::NAME);
    let message = format!("keys of type `{key}` cannot be looked up in {columns} on {backend}: {reason}");
    Err(Error::new(ErrorKind::UnsupportedKey, message))
}

/// Whether it makes a difference for so many keys which the highest one is.
fn decides<DB: Dialect>(keys: usize, run: bool) -> bool {
    DB::choose(keys, keys, run) != DB::choose(keys, usize::MAX, run)
}

fn is_number<DB: Dialect>(column: &TypeId) -> bool {
    DB::spelling(*column) == Spelling::Number
}

/// Refuses a strategy that the backend does not know, or not for these keys. Without a home each parent is asked for, and the
/// rows are not searched for at all.
pub(crate) fn refuse_strategy<DB: Dialect, K: Key>(
    keys: &Keys<K>,
    types: &[TypeId],
    strategy: Strategy,
    columns: &str,
    home: Option<fn() -> Home>,
) -> Result<()> {
    let backend = DB::NAME;
    let reason = match strategy {
        Strategy::Auto | Strategy::Binds => return Ok(()),
        _ if !DB::STRATEGIES.contains(&strategy) => format!("{backend} has no strategy {strategy:?}"),
        _ if !spell::in_one_bind::<DB, K>(keys.list(), types) => {
            format!("the keys of {columns} can only be bound one by one on {backend}, not by {strategy:?}")
        }
        Strategy::RowOrder => match home {
            None => format!("{columns}: {strategy:?} finds all rows of all parents, and here each parent is asked for"),
            Some(home) if home().primary_key.is_none() => {
                format!("{strategy:?} needs a primary key of one integer, and the table of {columns} has none")
            }
            Some(_) => return Ok(()),
        },
        _ => return Ok(()),
    };
    Err(Error::new(ErrorKind::UnsupportedStrategy, reason))
}

// SELECT max(`posts`.`author_id`) FROM `posts`
/// The highest key in a column: one row of its index, and no fewer keys than there can be, where ids are counted up.
#[derive(Debug)]
pub struct Probe(String);

impl Query for Probe {
    type SqlType = Nullable<BigInt>;
}
impl QueryId for Probe {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<Conn> RunQueryDsl<Conn> for Probe {}
impl<DB: Dialect> QueryFragment<DB> for Probe {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(&self.0);
        Ok(())
    }
}
