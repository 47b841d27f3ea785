//! The pure half of a relation: one statement for all parents, and what its rows become.

use diesel::dsl::{AsSelect, Filter, Select};
use diesel::expression::{Expression, Selectable, SelectableHelper};
use diesel::query_builder::QueryFragment;
use diesel::query_dsl::methods::{FilterDsl, SelectDsl};

use super::keys::{Key, KeyIn, Keys};
use super::stitch::Misfit;
use crate::backend::Dialect;
use crate::error::{Error, ErrorKind, Result};
use crate::preload::relation::{Relation, Relations, Whole};

/// A relation in its pure steps: [`prepare`](Steps::prepare) before the fetch, [`stitch`](Steps::stitch) after it.
pub trait Steps<P, DB: Dialect>: Relation<P> + Sized {
    /// What joins parents and children.
    type Key: Key;
    /// A row of the statement, without its key.
    type Child;
    /// The statement: it selects `(Key, Child)`.
    type Statement;
    /// The relations of the children.
    type Nested: Relations<Self::Child, Whole>;
    /// What stitching needs to know of the parents.
    type Pending;

    /// Asks the parents for their keys and builds the statement for the distinct ones.
    fn prepare(self, parents: &[&P]) -> Prepared<Self::Statement, Self::Nested, Self::Pending>;

    /// Hands the children to the parents: one output for each, in their order.
    ///
    /// # Errors
    ///
    /// Where a child fits no parent, or a parent has fewer or more children than its relation allows.
    fn stitch(
        pending: Self::Pending,
        children: impl Iterator<Item = (Self::Key, <Self::Nested as Relations<Self::Child, Whole>>::Row)>,
    ) -> Result<Vec<Self::Output>>;
}

/// A level that is ready to be fetched.
#[derive(Debug)]
pub struct Prepared<Statement, Nested, Pending> {
    /// `None`: no parent has a key, nothing is sent.
    pub statement: Option<Statement>,
    /// The relations of the children.
    pub nested: Nested,
    /// What stitching needs to know of the parents.
    pub pending: Pending,
}

/// A child query that can be narrowed to keys: `SELECT key, child.* .. WHERE column IN (keys)`.
///
/// The one bound on a child query; Diesel's own bounds hide in its impl.
#[diagnostic::on_unimplemented(
    message = "this query cannot be loaded as the children `{C}`",
    note = "the key column and the columns of `{C}` must come from the tables of the query, and `{C}` needs `#[derive(Selectable)]`"
)]
pub trait Keyed<DB: Dialect, Column, K, KeyExpr, C> {
    /// The narrowed query.
    type Statement;

    /// Narrows the query.
    fn keyed(self, column: Column, keys: Keys<K>, key: KeyExpr) -> Self::Statement;
}

// SELECT "posts"."author_id", "posts"."id", .. FROM "posts" WHERE (.. the query's own ..) AND "posts"."author_id" = ANY($1)
impl<Q, DB, Column, K, KeyExpr, C> Keyed<DB, Column, K, KeyExpr, C> for Q
where
    DB: Dialect,
    C: Selectable<DB>,
    Q: FilterDsl<KeyIn<Column, K>>,
    (KeyExpr, AsSelect<C, DB>): Expression,
    Filter<Q, KeyIn<Column, K>>: SelectDsl<(KeyExpr, AsSelect<C, DB>)>,
{
    type Statement = Select<Filter<Q, KeyIn<Column, K>>, (KeyExpr, AsSelect<C, DB>)>;

    fn keyed(self, column: Column, keys: Keys<K>, key: KeyExpr) -> Self::Statement {
        SelectDsl::select(FilterDsl::filter(self, KeyIn::new(column, keys)), (key, C::as_select()))
    }
}

/// `posts.author_id`: the column as messages name it.
pub(crate) fn column_name<DB: Dialect>(column: &impl QueryFragment<DB>) -> String {
    let sql = diesel::debug_query::<DB, _>(column).to_string();
    sql.split(" -- binds").next().unwrap_or_default().replace(['"', '`'], "")
}

/// The error that a misfit is, in the words of the relation.
pub(crate) fn misfit<DB: Dialect, K: Key>(relation: &str, column: &impl QueryFragment<DB>, misfit: Misfit<K>) -> Error {
    let column = column_name::<DB>(column);
    match misfit {
        Misfit::Second(key) => Error::new(
            ErrorKind::SecondRow,
            format!("{relation}: two rows have the same key in {column}, where each parent has at most one"),
        )
        .with_key(&key),
        Misfit::Unmatched(key) => Error::new(
            ErrorKind::UnmatchedChild,
            format!(
                "{relation}: the database matched a row by {column} whose key equals that of no parent in Rust; \
                 a case-insensitive or padded collation does that"
            ),
        )
        .with_key(&key),
    }
}
