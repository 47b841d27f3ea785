//! A statement and the keys that it is written for, one chunk after the other. Pure.

use std::any::TypeId;
use std::ops::Range;
use std::sync::Arc;

use diesel::RunQueryDsl;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;

use super::keys::Keys;
use super::spell;
use crate::backend::Dialect;
use crate::error::{Error, ErrorKind, Result};
use crate::preload::key::Key;

/// A statement for all keys of a fetch.
#[derive(Debug)]
pub struct Batch<S, K> {
    /// The statement: it writes the keys of the chunk that is shown.
    statement: Arc<S>,
    /// The keys; the statement holds them too.
    keys: Keys<K>,
    types: Vec<TypeId>,
}

impl<S, K: Key> Batch<S, K> {
    /// A statement that looks these keys up in columns of these types.
    ///
    /// # Errors
    ///
    /// Where the backend cannot compare such keys exactly. `columns` names them.
    pub(crate) fn new<DB: Dialect>(statement: S, keys: Keys<K>, types: Vec<TypeId>, columns: &str) -> Result<Self> {
        refuse_inexact::<DB, K>(&types, columns)?;
        Ok(Batch { statement: Arc::new(statement), keys, types })
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
        Again(self.statement.clone())
    }
}

/// Refuses keys that the backend cannot compare exactly.
pub(crate) fn refuse_inexact<DB: Dialect, K: Key>(types: &[TypeId], columns: &str) -> Result<()> {
    let Some(reason) = spell::refused::<DB>(types) else { return Ok(()) };
    let (key, backend) = (std::any::type_name::<K>(), DB::NAME);
    let message = format!("keys of type `{key}` cannot be looked up in {columns} on {backend}: {reason}");
    Err(Error::new(ErrorKind::UnsupportedKey, message))
}

/// A statement that is sent several times: once for each chunk.
#[derive(Debug)]
pub struct Again<S>(Arc<S>);

impl<S: Query> Query for Again<S> {
    type SqlType = S::SqlType;
}
impl<S> QueryId for Again<S> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<S, Conn> RunQueryDsl<Conn> for Again<S> {}
impl<S: QueryFragment<DB>, DB: Dialect> QueryFragment<DB> for Again<S> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}
