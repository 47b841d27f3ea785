//! The clauses of the user's query that a page must know of.

use diesel::query_builder::QueryFragment;

use crate::backend::Dialect;
use crate::clauses::{self, Clause};
use crate::error::{Error, ErrorKind};

/// What a query has that a page must know of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clauses {
    pub(super) having: bool,
}

/// Refuses a query that has a clause which a page must write itself, or that would change the meaning of what a page adds.
pub(super) fn check<DB: Dialect>(query: &impl QueryFragment<DB>) -> Result<Clauses, Error> {
    let found = clauses::of(query)?;
    match found.iter().find_map(|clause| refused(*clause)) {
        Some(message) => Err(Error::new(ErrorKind::UnsupportedQuery, message)),
        None => Ok(Clauses { having: found.contains(&Clause::Having) }),
    }
}

fn refused(clause: Clause) -> Option<&'static str> {
    Some(match clause {
        Clause::GroupBy | Clause::Having => return None,
        Clause::OrderBy => "a query with ORDER BY cannot be paged: give the order to `.keyset(..)`",
        Clause::Distinct => {
            "a query with DISTINCT cannot be paged: a row must stand once in the result, so group or filter instead"
        }
        Clause::Limit => "a query with LIMIT cannot be paged: give the size to `.first(..)` or `.last(..)`",
        Clause::Offset => "a query with OFFSET cannot be paged: give the size to `.first(..)` or `.last(..)`",
        Clause::Lock => {
            "a query with FOR UPDATE or FOR SHARE cannot be paged: read the page, then lock its rows by their key"
        }
        Clause::BareOr => {
            "a query with a bare OR cannot be paged: the bounds of the page would belong to its last part alone; put \
             parentheses around the SQL of the filter"
        }
    })
}
