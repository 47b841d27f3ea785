//! RETURNING, with the selection of a model.

use diesel::expression::Expression;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;
use diesel::result::QueryResult;

/// A statement that writes, followed by `RETURNING` and a selection.
///
/// Diesel has this clause for PostgreSQL, and for SQLite behind a feature; this one needs none and writes the same.
#[must_use = "statements do nothing unless run"]
#[derive(Debug, Clone, Copy)]
pub struct Returning<S, Selection> {
    statement: S,
    selection: Selection,
}

pub(crate) fn returning<S, Selection>(statement: S, selection: Selection) -> Returning<S, Selection> {
    Returning { statement, selection }
}

impl<S, Selection: Expression> Query for Returning<S, Selection> {
    type SqlType = Selection::SqlType;
}

impl<S, Selection, Conn> RunQueryDsl<Conn> for Returning<S, Selection> {}

impl<S: QueryId, Selection: QueryId> QueryId for Returning<S, Selection> {
    type QueryId = Returning<S::QueryId, Selection::QueryId>;
    const HAS_STATIC_QUERY_ID: bool = S::HAS_STATIC_QUERY_ID && Selection::HAS_STATIC_QUERY_ID;
}

// INSERT INTO "users" ("email", "name") VALUES ($1, $2) RETURNING "users"."id", "users"."email", ..
impl<S, Selection, DB> QueryFragment<DB> for Returning<S, Selection>
where
    DB: diesel::backend::Backend,
    S: QueryFragment<DB>,
    Selection: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.statement.walk_ast(out.reborrow())?;
        out.push_sql(" RETURNING ");
        self.selection.walk_ast(out)
    }
}
