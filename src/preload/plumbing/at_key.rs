//! The predicate "the child of this one parent", for statements that ask for each parent.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::Bool;

use super::home::Home;
use super::keys::Keys;
use crate::backend::keys::push_columns;
use crate::backend::{Dialect, KeyTable};
use crate::preload::key::{Key, Width};

/// How a query that is written for one parent names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// By the row of the keys' table: `= _k.v`.
    Row,
    /// By a bind: the query is written once for each parent.
    Bind,
    /// All parents at once: the list of keys.
    List,
}

/// The parent that a query asks for.
#[derive(Debug)]
pub struct Parent<K> {
    asked: Asked,
    keys: Keys<K>,
    /// Which of the keys the query is being written for. Only the statement that owns the query sets it.
    at: AtomicUsize,
}

impl<K> Parent<K> {
    pub(crate) fn new(asked: Asked, keys: Keys<K>) -> Arc<Self> {
        Arc::new(Parent { asked, keys, at: AtomicUsize::new(0) })
    }

    pub(crate) fn keys(&self) -> &Keys<K> {
        &self.keys
    }

    /// Has the query ask for the parent of this number from here on; for the last one, where there are fewer.
    pub(crate) fn ask(&self, number: usize) {
        self.at.store(number, Ordering::Relaxed);
    }
}

impl<K: Key> Parent<K> {
    /// The key that is asked for where it is a bind.
    pub(crate) fn asked(&self) -> Option<&K> {
        let keys = self.keys.list();
        keys.get(self.at.load(Ordering::Relaxed)).or(keys.last())
    }
}

/// The predicate: `"posts"."author_id" = _k.v`.
#[derive(Debug)]
pub struct AtKey<E, K> {
    columns: E,
    parent: Arc<Parent<K>>,
}

impl<E, K> AtKey<E, K> {
    pub(crate) fn new(columns: E, parent: Arc<Parent<K>>) -> Self {
        AtKey { columns, parent }
    }
}

impl<E: Expression, K> Expression for AtKey<E, K> {
    type SqlType = Bool;
}
impl<E: AppearsOnTable<QS>, K, QS> AppearsOnTable<QS> for AtKey<E, K> {}
impl<E: SelectableExpression<QS>, K, QS> SelectableExpression<QS> for AtKey<E, K> {}
impl<E: ValidGrouping<GB>, K, GB> ValidGrouping<GB> for AtKey<E, K> {
    type IsAggregate = E::IsAggregate;
}

// The text depends on how the parent is named.
impl<E, K> QueryId for AtKey<E, K> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<E, K, DB> QueryFragment<DB> for AtKey<E, K>
where
    E: Expression + QueryFragment<DB>,
    K: Key,
    DB: Dialect + KeyTable<K, E::SqlType>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let Parent { asked, keys, .. } = &*self.parent;
        if *asked == Asked::List {
            return DB::push_key_list(&self.columns, keys, Home::unknown, out);
        }
        push_columns::<K, DB>(&self.columns, out.reborrow())?;
        out.push_sql(" = ");
        match asked {
            Asked::Bind => self.parent.asked().map_or(Ok(()), |key| DB::push_bound_key(key, out)),
            _ => {
                let several = K::Columns::COUNT > 1;
                out.push_sql(if several { "(" } else { "" });
                DB::push_compared_key(&self.columns, keys, out.reborrow())?;
                out.push_sql(if several { ")" } else { "" });
                Ok(())
            }
        }
    }
}
