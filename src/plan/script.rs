//! What is sent to be told a plan, and in which order. Pure: who sends it, and waits or awaits, is elsewhere.

use std::fmt::Write;
use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;
use diesel::result::{Error as DieselError, QueryResult};

use crate::backend::Dialect;
use crate::error::Result;

/// The text of a statement of which a plan is wanted.
#[derive(Debug)]
pub(crate) struct Sql {
    /// With placeholders for its values.
    pub(crate) text: String,
    /// What makes a bare table a statement.
    select: &'static str,
}

impl Sql {
    pub(super) fn of<DB: Dialect>(fragment: &dyn QueryFragment<DB>) -> Result<Self> {
        let mut shown = String::new();
        // Not `to_string`: it panics where the statement cannot be written.
        if write!(shown, "{}", diesel::debug_query::<DB, _>(&fragment)).is_err() {
            let message = "the statement cannot be written for this database".into();
            return Err(DieselError::QueryBuilderError(message).into());
        }
        let sql = shown.split_once(" -- binds: ").map_or(shown.as_str(), |(sql, _)| sql).trim_end();
        let select = if sql.starts_with(['"', '`']) { "SELECT * FROM " } else { "" };
        Ok(Sql { select, text: format!("{select}{sql}") })
    }

    /// The question with the statement, where it has one.
    pub(super) fn asked<S, ST>(&self, question: Question, statement: impl FnOnce() -> S) -> Asked<S, ST> {
        let Question { text, with } = question;
        let (text, statement, end) = match with {
            With::Statement => (format!("{text}{}", self.select), Some(statement()), ""),
            With::Values => (format!("{text} /* "), Some(statement()), " */"),
            With::Nothing => (text, None, ""),
        };
        Asked { text, statement, end, row: PhantomData }
    }

    /// Whether it can stand in a comment.
    #[cfg(feature = "postgres")]
    pub(crate) fn fits_a_comment(&self) -> bool {
        !self.text.contains("/*") && !self.text.contains("*/")
    }
}

/// How a database is asked for a plan.
#[derive(Debug)]
pub struct Script {
    /// In a transaction that is taken back, or a savepoint of the one that is open.
    pub(crate) is_taken_back: bool,
    /// What has to be known first, if anything. It may fail: then nothing is known.
    pub(crate) first: fn(&Sql) -> Option<Question>,
    /// What is asked then, by the lines of the first answer.
    pub(crate) then: fn(&Sql, Vec<String>) -> Then,
}

impl Script {
    /// One question.
    pub(crate) fn of(then: fn(&Sql, Vec<String>) -> Then) -> Self {
        Script { is_taken_back: false, first: |_| None, then }
    }
}

/// What is asked, what is sent before, and what is sent after it whether it failed or not.
#[derive(Debug)]
pub(crate) struct Then {
    pub(crate) set_up: Vec<String>,
    pub(crate) question: Question,
    pub(crate) tear_down: Option<String>,
}

impl From<Question> for Then {
    fn from(question: Question) -> Self {
        Then { set_up: Vec::new(), question, tear_down: None }
    }
}

/// A question of which the answer is lines.
#[derive(Debug)]
pub(crate) struct Question {
    text: String,
    with: With,
}

#[derive(Debug)]
enum With {
    Statement,
    #[cfg_attr(not(feature = "postgres"), allow(dead_code))]
    Values,
    #[cfg_attr(not(any(feature = "postgres", feature = "mysql")), allow(dead_code))]
    Nothing,
}

impl Question {
    /// Of the statement, which stands behind the text.
    pub(crate) fn of_statement(text: impl Into<String>) -> Self {
        Question { text: text.into(), with: With::Statement }
    }

    /// Of the values of the statement, which is a comment behind the text.
    #[cfg(feature = "postgres")]
    pub(crate) fn of_values(text: impl Into<String>) -> Self {
        Question { text: text.into(), with: With::Values }
    }

    /// Of nothing else.
    #[cfg(any(feature = "postgres", feature = "mysql"))]
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Question { text: text.into(), with: With::Nothing }
    }
}

/// Text, a statement, text: `EXPLAIN (FORMAT JSON) SELECT ..`. `ST` is the type of the rows that it then gives.
#[derive(Debug)]
pub struct Asked<S, ST> {
    text: String,
    statement: Option<S>,
    end: &'static str,
    row: PhantomData<fn() -> ST>,
}

impl<S, ST> Query for Asked<S, ST> {
    type SqlType = ST;
}

impl<S, ST> QueryId for Asked<S, ST> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<S, ST, Conn> RunQueryDsl<Conn> for Asked<S, ST> {}

impl<DB: Backend, S: QueryFragment<DB>, ST> QueryFragment<DB> for Asked<S, ST> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        // Asked for once: it would only take the place of a statement in the cache.
        out.unsafe_to_cache_prepared();
        out.push_sql(&self.text);
        if let Some(statement) = &self.statement {
            statement.walk_ast(out.reborrow())?;
        }
        out.push_sql(self.end);
        Ok(())
    }
}
