//! Query plans as values: what the database will do with a statement, on three databases in the same words.
//!
//! ```
//! # use diesel::prelude::*;
//! use blog::schema::posts;
//! use turbodiesel::prelude::*;
//!
//! let conn = &mut blog::example()?;
//! let plan = posts::table.filter(posts::author_id.eq(1)).explain(conn)?;
//! assert!(plan.uses_index("posts_author_id_idx") && plan.full_scans().is_empty() && plan.sorts().is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`ExplainDsl`] is on every Diesel query; preloads and keyset pages give the plan of each of their statements, [`Plans`].
//! How to insist on a plan in a test, and what to know about planners: [a page of the guide](crate::guide::index_is_used).
//!
#![cfg_attr(feature = "async", doc = "[`asynchronous`] has what is awaited.")]
#![cfg_attr(feature = "async", doc = "")]
//! # What to ask
//!
//! | question | answer |
//! |---|---|
//! | [`full_scans`](Plan::full_scans) | scans from end to end, indexes made for one statement |
//! | [`sorts`](Plan::sorts), [`temporary_tables`](Plan::temporary_tables) | orders that no index gives, rows that are written down in between |
//! | [`skips_rows`](Plan::skips_rows) | whether an OFFSET skips rows, which are read all the same |
//! | [`uses_index`](Plan::uses_index) | whether an index is used |
//! | [`estimated_rows`](Plan::estimated_rows) | what the database expects; never known on SQLite |
//! | [`rows_read`](Plan::rows_read) | what it really read: the plan of [`explain_analyze`](ExplainDsl::explain_analyze), not on SQLite |
//! | [`nodes`](Plan::nodes) | every step, with its table, index, condition and rows |
//!
//! Each has an assertion: `assert_no_full_scan`, `assert_no_full_scan_of`, `assert_no_sort`, `assert_no_temporary_table`,
//! `assert_no_offset`, `assert_uses_index`, `assert_rows_read_at_most`. [`Plan::compare`] prints two ways to the same rows
//! side by side.
#![cfg_attr(not(any(feature = "sqlite", feature = "postgres", feature = "mysql")), allow(dead_code, unused_imports))]

#[cfg(feature = "async")]
pub mod asynchronous;
mod compare;
mod display;
mod dsl;
pub(crate) mod limit;
mod node;
mod plans;
mod questions;
pub(crate) mod record;
pub(crate) mod script;
pub(crate) mod sent;

use crate::backend::Dialect;

pub use compare::{Comparison, Explained};
pub use dsl::ExplainDsl;
pub use node::{Access, Actual, Node, NodeKind, Nodes};
pub use plans::Plans;

/// Which database a plan is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Database {
    /// SQLite, by EXPLAIN QUERY PLAN.
    Sqlite,
    /// PostgreSQL, by EXPLAIN (FORMAT JSON).
    Postgres,
    /// MySQL or MariaDB, by EXPLAIN FORMAT=JSON.
    Mysql,
}

/// How to ask for a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum How {
    /// The plan for these values: `explain`.
    Values,
    /// The plan for any values: `explain_generic`.
    Generic,
    /// The plan, with what was counted while the statement ran: `explain_analyze`.
    Analyze,
}

/// What a database does for one statement.
///
/// Of [`ExplainDsl::explain`] and its kind, or of text that was kept elsewhere: [`Plan::parse`]. `Display` draws the tree
/// as the database itself does.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    database: Database,
    sql: String,
    raw: String,
    root: Node,
}

impl Plan {
    /// Reads what EXPLAIN gave: the JSON of PostgreSQL, MySQL and MariaDB, or the rows of SQLite's EXPLAIN QUERY PLAN,
    /// one a line, as `id|parent|notused|detail`.
    ///
    /// It always succeeds: a step that is not known is an [`Other`](NodeKind::Other), and so is text that is no plan.
    ///
    #[cfg_attr(feature = "sqlite", doc = "```")]
    #[cfg_attr(not(feature = "sqlite"), doc = "```ignore")]
    /// use diesel::sqlite::Sqlite;
    /// use turbodiesel::plan::Plan;
    ///
    /// let plan = Plan::parse::<Sqlite>("SELECT * FROM t", "2|0|0|SCAN t\n");
    /// assert_eq!(plan.full_scans().len(), 1);
    /// ```
    pub fn parse<DB: Dialect>(sql: impl Into<String>, raw: impl Into<String>) -> Self {
        let (sql, raw) = (sql.into(), raw.into());
        let mut root = DB::read_plan(&raw, &sql);
        limit::mark(&mut root, DB::DATABASE, &sql);
        Plan { database: DB::DATABASE, sql, raw, root }
    }

    /// Which database it is of.
    pub fn database(&self) -> Database {
        self.database
    }

    /// The statement, without the values of its binds.
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// What the database said, word for word.
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// The step that gives the result. SQLite has no such step: there it stands for the whole query.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// All steps, each before its children.
    pub fn nodes(&self) -> Nodes<'_> {
        self.root.iter()
    }

    /// Two ways to the same rows, side by side: statements, rows, scans, sorts, and the plans of both.
    pub fn compare<'a>(naive: &'a impl Explained, eager: &'a impl Explained) -> Comparison<'a> {
        Comparison::new(naive.plans(), eager.plans())
    }
}
