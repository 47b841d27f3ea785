//! The clauses that cannot stand in the query of a relation. Pure.

use diesel::query_builder::QueryFragment;

use crate::backend::Dialect;
use crate::clauses::{self, Clause};
use crate::error::{Error, ErrorKind, Result};

/// Refuses a query with a clause that would be about the children of all parents together, or that would be replaced.
pub(crate) fn refuse<DB: Dialect>(query: &impl QueryFragment<DB>, columns: &str) -> Result<()> {
    let found = clauses::of(query)?;
    let Some((clause, instead)) = found.into_iter().find_map(refused) else { return Ok(()) };
    let message = format!("the query of the relation by {columns} has {clause}: {instead}");
    Err(Error::new(ErrorKind::UnsupportedQuery, message))
}

fn refused(clause: Clause) -> Option<(&'static str, &'static str)> {
    Some(match clause {
        Clause::Having | Clause::Lock => return None,
        Clause::OrderBy => ("ORDER BY", "give the order to `.order(..)` of the relation"),
        Clause::Limit => {
            ("LIMIT", "it would count the children of all parents; `.limit_per_parent(n)` counts those of each")
        }
        Clause::Offset => (
            "OFFSET",
            "it would leave out children of the first parents alone; `.offset_per_parent(n)` does so for each",
        ),
        Clause::Distinct => {
            ("DISTINCT", "rows of a model differ by their key; keep a join from repeating them with a filter on EXISTS")
        }
        Clause::GroupBy => {
            ("GROUP BY", "the children are grouped by their parents; filter them by a subquery that groups")
        }
        Clause::BareOr => (
            "a bare OR",
            "the keys of the parents would belong to its last part alone; put parentheses around the SQL of the filter",
        ),
    })
}
