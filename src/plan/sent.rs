//! How a plan is asked for: the statement with EXPLAIN before it, and transactions that leave nothing behind.

use std::fmt::Write;
use std::marker::PhantomData;

use diesel::backend::Backend;
#[cfg(any(feature = "postgres", feature = "mysql"))]
use diesel::connection::Connection;
use diesel::connection::LoadConnection;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;
use diesel::result::{Error as DieselError, QueryResult};

use super::{How, Plan};
use crate::backend::Dialect;
use crate::error::Result;

/// Asks for the plan of a statement.
pub(crate) fn plan<Conn>(statement: &dyn QueryFragment<Conn::Backend>, conn: &mut Conn, how: How) -> Result<Plan>
where
    Conn: LoadConnection<Backend: Dialect>,
{
    let statement = Statement::new(statement)?;
    let raw = <Conn::Backend as Dialect>::explain(&statement, conn, how)?;
    Ok(Plan::parse::<Conn::Backend>(statement.sql, raw))
}

/// A statement of which a plan is wanted.
pub struct Statement<'a, DB: Backend> {
    fragment: &'a dyn QueryFragment<DB>,
    /// What makes a bare table a statement.
    select: &'static str,
    sql: String,
}

impl<'a, DB: Dialect> Statement<'a, DB> {
    fn new(fragment: &'a dyn QueryFragment<DB>) -> Result<Self> {
        let mut shown = String::new();
        // Not `to_string`: it panics where the statement cannot be written.
        if write!(shown, "{}", diesel::debug_query::<DB, _>(&fragment)).is_err() {
            let message = "the statement cannot be written for this database".into();
            return Err(DieselError::QueryBuilderError(message).into());
        }
        let sql = shown.split_once(" -- binds: ").map_or(shown.as_str(), |(sql, _)| sql).trim_end();
        let select = if sql.starts_with(['"', '`']) { "SELECT * FROM " } else { "" };
        Ok(Statement { fragment, select, sql: format!("{select}{sql}") })
    }

    #[cfg(feature = "postgres")]
    /// The statement as text, with placeholders for its values.
    pub(crate) fn sql(&self) -> &str {
        &self.sql
    }

    /// The statement with its values, after `prefix`. `ST` is the type of the rows that it then gives.
    pub(crate) fn after<ST>(&self, prefix: &str) -> Prefixed<'_, DB, ST> {
        Prefixed { text: format!("{prefix}{}", self.select), fragment: self.fragment, end: "", row: PhantomData }
    }

    #[cfg(feature = "postgres")]
    /// Other text with the values of the statement, which is a comment behind it; `None` where it cannot be one.
    pub(crate) fn values_for<ST>(&self, text: &str) -> Option<Prefixed<'_, DB, ST>> {
        if self.sql.contains("/*") || self.sql.contains("*/") {
            return None;
        }
        Some(Prefixed { end: " */", ..self.after(&format!("{text} /* ")) })
    }
}

impl<DB: Backend> std::fmt::Debug for Statement<'_, DB> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Statement").field(&self.sql).finish()
    }
}

/// Text, a statement, text: `EXPLAIN (FORMAT JSON) SELECT ..`.
pub(crate) struct Prefixed<'a, DB: Backend, ST> {
    text: String,
    fragment: &'a dyn QueryFragment<DB>,
    end: &'static str,
    row: PhantomData<ST>,
}

#[cfg(any(feature = "postgres", feature = "mysql"))]
impl<DB: Backend, ST> Prefixed<'static, DB, ST> {
    /// Text alone.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Prefixed { text: text.into(), fragment: &(), end: "", row: PhantomData }
    }
}

impl<DB: Backend, ST> Query for Prefixed<'_, DB, ST> {
    type SqlType = ST;
}

impl<DB: Backend, ST> QueryId for Prefixed<'_, DB, ST> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<DB: Backend, ST, Conn> RunQueryDsl<Conn> for Prefixed<'_, DB, ST> {}

impl<DB: Backend, ST> QueryFragment<DB> for Prefixed<'_, DB, ST> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        // Asked for once: it would only take the place of a statement in the cache.
        out.unsafe_to_cache_prepared();
        out.push_sql(&self.text);
        self.fragment.walk_ast(out.reborrow())?;
        out.push_sql(self.end);
        Ok(())
    }
}

#[cfg(any(feature = "postgres", feature = "mysql"))]
/// Does something in a transaction, or a savepoint of the one that is open, and takes it back.
pub(crate) fn rolled_back<Conn, T>(conn: &mut Conn, run: impl FnOnce(&mut Conn) -> QueryResult<T>) -> Result<T>
where
    Conn: Connection,
{
    let mut outcome = None;
    let ended = conn.transaction::<(), DieselError, _>(|conn| {
        outcome = Some(run(conn)?);
        Err(DieselError::RollbackTransaction)
    });
    match (ended, outcome) {
        (Err(DieselError::RollbackTransaction), Some(outcome)) => Ok(outcome),
        (Err(error), _) => Err(error.into()),
        (Ok(()), _) => Err(DieselError::RollbackTransaction.into()),
    }
}
