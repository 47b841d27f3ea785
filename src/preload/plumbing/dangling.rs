//! Whether a key that found no row dangles, or was changed while the load ran: the question that is asked after a miss.

use std::fmt;

use diesel::expression::Expression;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_source::QuerySource;
use diesel::result::QueryResult;
use diesel::sql_types::Integer;

use super::home::Home;
use super::keys::Keys;
use crate::backend::keys::push_columns;
use crate::backend::{Dialect, KeyList};
use crate::error::Error;
use crate::preload::Key;

/// Why children could not be handed out, and what to ask before it is said.
#[derive(Debug)]
pub struct Unstitched<DB> {
    /// What was found.
    pub error: Error,
    /// Whether the key that dangles does so now, too. `None` where there is nothing to ask.
    pub doubt: Option<StillDangling<DB>>,
}

impl<DB> From<Error> for Unstitched<DB> {
    fn from(error: Error) -> Self {
        Unstitched { error, doubt: None }
    }
}

impl<DB> From<Unstitched<DB>> for Error {
    fn from(unstitched: Unstitched<DB>) -> Self {
        unstitched.error
    }
}

/// One row if one of the keys points to nothing now. Both tables in one statement, so that it sees them at one moment.
///
/// Its type does not name the relation, so that it is checked once for each backend.
pub struct StillDangling<DB>(Box<dyn QueryFragment<DB> + Send>);

impl<DB: Dialect> StillDangling<DB> {
    /// Of the keys in the column `from` of one table, which point to the column `to` of another.
    pub(crate) fn new<A, B, E1, E2, K>(from: (A, E1), to: (B, E2), keys: Keys<K>) -> Self
    where
        A: QuerySource<FromClause: QueryFragment<DB> + Send + 'static>,
        B: QuerySource<FromClause: QueryFragment<DB> + Send + 'static>,
        E1: Expression + QueryFragment<DB> + Send + 'static,
        E2: Expression + QueryFragment<DB> + Send + 'static,
        K: Key,
        DB: KeyList<K, E1::SqlType> + KeyList<K, E2::SqlType>,
    {
        StillDangling(Box::new(Question { from: (from.0.from_clause(), from.1), to: (to.0.from_clause(), to.1), keys }))
    }
}

impl<DB> fmt::Debug for StillDangling<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StillDangling")
    }
}

// The text depends on the relation.
impl<DB> QueryId for StillDangling<DB> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<DB> Query for StillDangling<DB> {
    type SqlType = Integer;
}

impl<DB, Conn> diesel::RunQueryDsl<Conn> for StillDangling<DB> {}

impl<DB: Dialect> QueryFragment<DB> for StillDangling<DB> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}

struct Question<A, E1, B, E2, K> {
    from: (A, E1),
    to: (B, E2),
    keys: Keys<K>,
}

// SELECT 1 FROM "posts" WHERE "posts"."author_id" = ANY($1)
//  AND "posts"."author_id" NOT IN (SELECT "users"."id" FROM "users" WHERE "users"."id" = ANY($2)) LIMIT 1
impl<A, E1, B, E2, K, DB> QueryFragment<DB> for Question<A, E1, B, E2, K>
where
    A: QueryFragment<DB>,
    B: QueryFragment<DB>,
    E1: Expression + QueryFragment<DB>,
    E2: Expression + QueryFragment<DB>,
    K: Key,
    DB: Dialect + KeyList<K, E1::SqlType> + KeyList<K, E2::SqlType>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql("SELECT 1 FROM ");
        self.from.0.walk_ast(out.reborrow())?;
        out.push_sql(" WHERE ");
        <DB as KeyList<K, E1::SqlType>>::push_key_list(&self.from.1, &self.keys, Home::unknown, out.reborrow())?;
        out.push_sql(" AND ");
        push_columns::<K, DB>(&self.from.1, out.reborrow())?;
        out.push_sql(" NOT IN (SELECT ");
        self.to.1.walk_ast(out.reborrow())?;
        out.push_sql(" FROM ");
        self.to.0.walk_ast(out.reborrow())?;
        out.push_sql(" WHERE ");
        <DB as KeyList<K, E2::SqlType>>::push_key_list(&self.to.1, &self.keys, Home::unknown, out.reborrow())?;
        out.push_sql(") LIMIT 1");
        Ok(())
    }
}
