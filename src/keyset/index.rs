//! The index that serves an ordering.

use diesel::query_builder::QueryFragment;

use super::key::{Nulls, SeekKey};
use crate::backend::Dialect;
use crate::error::Result;
use crate::index::{Index, none};

/// `CREATE INDEX "posts_author_id_created_at_id_idx" ON "posts" ("author_id", "created_at" DESC, "id" DESC)`
pub(super) fn create<DB: Dialect>(keys: &[&dyn SeekKey<DB>], equal: &impl QueryFragment<DB>) -> Result<String> {
    let mut index = Index::of::<DB>(equal)?;
    let prefix = index.len();
    for key in keys {
        if key.is_aggregate() {
            return Err(none("an aggregate is known only after grouping"));
        }
        // What the expression's text has behind it are its values.
        let text = key.sql();
        let (sql, binds) = text.rsplit_once(" -- binds: ").unwrap_or((&text, "[]"));
        let part = index.read::<DB>(sql, binds)?;
        if index.has(&part) {
            continue;
        }
        let foreign = key.foreign_nulls();
        if foreign.is_some() && !DB::NULLS_IN_INDEX && index.len() > prefix {
            return Err(none("NULLs of a later key stand where no index of this database has them"));
        }
        let nulls = match foreign.filter(|_| DB::NULLS_IN_INDEX) {
            Some(Nulls::First) => " NULLS FIRST",
            Some(Nulls::Last) => " NULLS LAST",
            None => "",
        };
        let direction = if key.is_descending() { " DESC" } else { "" };
        index.push(part, &format!("{direction}{nulls}"));
        if key.is_declared_unique() && !key.is_nullable() {
            break;
        }
    }
    index.create::<DB>()
}
