//! The predicate "these columns are one of these keys".

use diesel::dsl::AssumeNotNull;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping};
use diesel::expression_methods::NullableExpressionMethods;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{Bool, SingleValue};

use super::home::Home;
use super::keys::Keys;
use crate::backend::{Dialect, KeyList};
use crate::preload::key::{Key, Pair, Single, Triple};

/// Columns that hold a key of so many columns, read as NOT NULL: a NULL is never one of the keys.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not as many columns as the key has",
    note = "a key of one column takes a column, a tuple of keys takes a tuple of columns"
)]
pub trait KeyColumns<Width> {
    /// The columns without `Nullable`.
    type NotNull;

    /// The columns without `Nullable`.
    fn not_null(self) -> Self::NotNull;
}

#[diagnostic::do_not_recommend]
impl<A: NullableExpressionMethods + Expression<SqlType: SingleValue>> KeyColumns<Single> for A {
    type NotNull = AssumeNotNull<A>;

    fn not_null(self) -> Self::NotNull {
        self.assume_not_null()
    }
}

impl<A: NullableExpressionMethods, B: NullableExpressionMethods> KeyColumns<Pair> for (A, B) {
    type NotNull = (AssumeNotNull<A>, AssumeNotNull<B>);

    fn not_null(self) -> Self::NotNull {
        (self.0.assume_not_null(), self.1.assume_not_null())
    }
}

impl<A: NullableExpressionMethods, B: NullableExpressionMethods, C: NullableExpressionMethods> KeyColumns<Triple>
    for (A, B, C)
{
    type NotNull = (AssumeNotNull<A>, AssumeNotNull<B>, AssumeNotNull<C>);

    fn not_null(self) -> Self::NotNull {
        (self.0.assume_not_null(), self.1.assume_not_null(), self.2.assume_not_null())
    }
}

/// The predicate "these columns are one of these keys"; its SQL is the backend's ([`KeyList`]).
#[derive(Debug)]
pub struct KeyIn<E, K> {
    columns: E,
    keys: Keys<K>,
    home: fn() -> Home,
}

impl<E, K> KeyIn<E, K> {
    pub(crate) fn new(columns: E, keys: Keys<K>, home: fn() -> Home) -> Self {
        KeyIn { columns, keys, home }
    }
}

impl<E: Expression, K> Expression for KeyIn<E, K> {
    type SqlType = Bool;
}
impl<E: AppearsOnTable<QS>, K, QS> AppearsOnTable<QS> for KeyIn<E, K> {}
impl<E: SelectableExpression<QS>, K, QS> SelectableExpression<QS> for KeyIn<E, K> {}
impl<E: ValidGrouping<GB>, K, GB> ValidGrouping<GB> for KeyIn<E, K> {
    type IsAggregate = E::IsAggregate;
}

// The text depends on the backend, and on MySQL on the length of the keys: it is cached by its text.
impl<E, K> QueryId for KeyIn<E, K> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<E, K, DB> QueryFragment<DB> for KeyIn<E, K>
where
    E: Expression + QueryFragment<DB>,
    K: Key,
    DB: Dialect + KeyList<K, E::SqlType>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        DB::push_key_list(&self.columns, &self.keys, self.home, out)
    }
}
