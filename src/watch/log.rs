//! What was sent, to be asked.

use std::fmt;
use std::time::Duration;

use super::journal::{Entry, Journal};
use super::n_plus_one::NPlusOne;

/// The statements that were sent: how often, how long, from where.
///
/// It knows no value that was bound. What begins and ends transactions, sets up the session, asks for a plan or whether
/// the server is still there is counted as [`housekeeping`](Log::housekeeping), not as a statement.
#[derive(Clone)]
pub struct Log {
    journal: Journal,
    threshold: usize,
}

impl Log {
    pub(super) fn new(journal: Journal, threshold: usize) -> Self {
        Log { journal, threshold }
    }

    /// The different statements, in the order in which they were first sent.
    pub fn statements(&self) -> impl Iterator<Item = Statement<'_>> {
        self.journal.entries.iter().map(Statement)
    }

    /// How many statements were sent, each as often as it was.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.statements().map(|statement| statement.count()).sum()
    }

    /// Whether no statement was sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many of them failed.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.statements().map(|statement| statement.failures()).sum()
    }

    /// How long all of them took.
    #[must_use]
    pub fn total_time(&self) -> Duration {
        self.statements().map(|statement| statement.total_time()).sum()
    }

    /// How many transactions there were, and how they ended.
    #[must_use]
    pub fn transactions(&self) -> Transactions {
        self.journal.transactions
    }

    /// How much was sent that is no statement of its own: BEGIN, COMMIT, SET, PRAGMA, EXPLAIN, pings.
    #[must_use]
    pub fn housekeeping(&self) -> u64 {
        self.journal.housekeeping
    }

    /// The reasons given to [`allow`](super::allow), each with the number of reads that it covered.
    pub fn allowed(&self) -> impl Iterator<Item = (&str, u64)> {
        self.journal.allowed.iter().map(|(reason, count)| (&**reason, *count))
    }

    /// The reads that were repeated with other keys from one place, the most frequent first.
    #[must_use]
    pub fn n_plus_ones(&self) -> Vec<NPlusOne> {
        self.journal.repeated(self.threshold).iter().map(NPlusOne::new).collect()
    }

    /// The same log, with another number of times that make an N+1. See
    /// [`WatcherBuilder::threshold`](super::WatcherBuilder::threshold).
    #[must_use]
    pub fn threshold(mut self, times: usize) -> Self {
        self.threshold = times.max(2);
        self
    }

    /// # Panics
    ///
    /// When not exactly `n` statements were sent. The message lists them.
    #[track_caller]
    pub fn assert_statements(&self, n: u64) {
        assert!(self.len() == n, "expected {n} statements, {self}");
    }

    /// # Panics
    ///
    /// When more than `n` statements were sent. The message lists them.
    #[track_caller]
    pub fn assert_at_most(&self, n: u64) {
        assert!(self.len() <= n, "expected at most {n} statements, {self}");
    }

    /// # Panics
    ///
    /// When a read was repeated with other keys from one place. The message names statement, count, place, and the
    /// relation to load instead.
    #[track_caller]
    pub fn assert_no_n_plus_one(&self) {
        let found = self.n_plus_ones();
        let text: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert!(found.is_empty(), "{}", text.join("\n"));
    }
}

/// The number of statements, then each with its count, its failures, its total and its longest time.
impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} were sent", self.len())?;
        for statement in self.statements() {
            write!(f, "\n  {statement}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.statements()).finish()
    }
}

/// One statement of a [`Log`], however often it was sent.
#[derive(Clone, Copy)]
pub struct Statement<'a>(&'a Entry);

impl<'a> Statement<'a> {
    /// Its text without values: `SELECT a FROM t WHERE b = ? AND c IN (..)`. The same for every number of values.
    #[must_use]
    pub fn fingerprint(&self) -> &'a str {
        &self.0.shape.fingerprint
    }

    /// How often it was sent.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.count
    }

    /// How often it failed.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.0.failures
    }

    /// How often it was sent with values with which it had been sent before: polling, retries, or a missing cache.
    #[must_use]
    pub fn duplicates(&self) -> u64 {
        self.0.duplicates
    }

    /// How long all runs took. On SQLite that goes until the last row was read, or the rows were dropped.
    #[must_use]
    pub fn total_time(&self) -> Duration {
        self.0.total
    }

    /// How long the longest run took.
    #[must_use]
    pub fn max_time(&self) -> Duration {
        self.0.longest
    }
}

impl fmt::Display for Statement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} x {}", self.count(), self.fingerprint())?;
        if self.failures() > 0 {
            write!(f, " ({} failed)", self.failures())?;
        }
        write!(f, " [{:.1?}, longest {:.1?}]", self.total_time(), self.max_time())
    }
}

impl fmt::Debug for Statement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How many transactions there were; a savepoint is one too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Transactions {
    pub(super) begun: u64,
    pub(super) committed: u64,
    pub(super) rolled_back: u64,
}

impl Transactions {
    /// How many began.
    #[must_use]
    pub fn begun(&self) -> u64 {
        self.begun
    }

    /// How many were committed.
    #[must_use]
    pub fn committed(&self) -> u64 {
        self.committed
    }

    /// How many were rolled back.
    #[must_use]
    pub fn rolled_back(&self) -> u64 {
        self.rolled_back
    }
}
