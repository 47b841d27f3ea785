//! The clauses of the user's query. Diesel's types of them are private, so this looks at the SQL.

use diesel::query_builder::{QueryBuilder, QueryFragment};

use crate::backend::Dialect;
use crate::error::{Error, ErrorKind};

/// What a query has that a page must know of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clauses {
    pub(super) having: bool,
}

/// Refuses a query that has a clause which a page must write itself, or that would change the meaning of what a page adds.
pub(super) fn check<DB: Dialect>(query: &impl QueryFragment<DB>) -> Result<Clauses, Error> {
    let mut sql = DB::QueryBuilder::default();
    query.to_sql(&mut sql, &DB::default())?;
    scan(&sql.finish()).map_err(|found| Error::new(ErrorKind::UnsupportedQuery, found.message()))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Forbidden {
    OrderBy,
    Distinct,
    Limit,
    Offset,
    Lock,
    BareOr,
}

impl Forbidden {
    fn message(self) -> &'static str {
        match self {
            Forbidden::OrderBy => "a query with ORDER BY cannot be paged: give the order to `.keyset(..)`",
            Forbidden::Distinct => {
                "a query with DISTINCT cannot be paged: a row must stand once in the result, so group or filter instead"
            }
            Forbidden::Limit => "a query with LIMIT cannot be paged: give the size to `.first(..)` or `.last(..)`",
            Forbidden::Offset => "a query with OFFSET cannot be paged: give the size to `.first(..)` or `.last(..)`",
            Forbidden::Lock => {
                "a query with FOR UPDATE or FOR SHARE cannot be paged: read the page, then lock its rows by their key"
            }
            Forbidden::BareOr => {
                "a query with a bare OR cannot be paged: the bounds of the page would belong to its last part alone; put \
                 parentheses around the SQL of the filter"
            }
        }
    }
}

/// Looks at the words outside of parentheses and quotes.
fn scan(sql: &str) -> Result<Clauses, Forbidden> {
    let mut clauses = Clauses { having: false };
    let (mut depth, mut quote, mut start, mut previous, mut filtered) = (0usize, None, None, "", false);
    for (i, byte) in sql.bytes().chain([b' ']).enumerate() {
        if quote.is_none() && (byte.is_ascii_alphanumeric() || byte == b'_') {
            start.get_or_insert(i);
            continue;
        }
        if let Some(word) = start.take().and_then(|start| sql.get(start..i))
            && depth == 0
        {
            let is = |name: &str| word.eq_ignore_ascii_case(name);
            let after = |name: &str| previous.eq_ignore_ascii_case(name);
            if after("ORDER") && is("BY") {
                return Err(Forbidden::OrderBy);
            } else if after("SELECT") && is("DISTINCT") {
                return Err(Forbidden::Distinct);
            } else if is("LIMIT") {
                return Err(Forbidden::Limit);
            } else if is("OFFSET") {
                return Err(Forbidden::Offset);
            } else if after("FOR") && (is("UPDATE") || is("SHARE") || is("NO") || is("KEY"))
                || after("LOCK") && is("IN")
            {
                return Err(Forbidden::Lock);
            } else if filtered && is("OR") {
                return Err(Forbidden::BareOr);
            }
            filtered |= is("WHERE") || is("HAVING");
            clauses.having |= is("HAVING");
            previous = word;
        }
        match (quote, byte) {
            (Some(open), byte) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'`' | b'\'') => quote = Some(byte),
            (None, b'(') => depth += 1,
            (None, b')') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(clauses)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_are_found_at_the_top_only() {
        let plain = Ok(Clauses { having: false });
        for (sql, found) in [
            ("SELECT a FROM t ORDER BY a", Err(Forbidden::OrderBy)),
            ("SELECT a FROM t LIMIT ?", Err(Forbidden::Limit)),
            ("SELECT a FROM t WHERE (a = ?)LIMIT ?", Err(Forbidden::Limit)),
            ("SELECT a FROM t OFFSET $1", Err(Forbidden::Offset)),
            ("SELECT DISTINCT a FROM t", Err(Forbidden::Distinct)),
            ("SELECT DISTINCT ON (a) a FROM t", Err(Forbidden::Distinct)),
            ("SELECT a FROM t FOR UPDATE", Err(Forbidden::Lock)),
            ("SELECT a FROM t FOR NO KEY UPDATE", Err(Forbidden::Lock)),
            ("SELECT a FROM t LOCK IN SHARE MODE", Err(Forbidden::Lock)),
            ("SELECT a FROM t WHERE a = 1 or b = 2", Err(Forbidden::BareOr)),
            ("SELECT a FROM t WHERE (a = 1) OR (b = 2)", Err(Forbidden::BareOr)),
            ("SELECT a FROM t WHERE (a = 1 OR b = 2)", plain),
            ("SELECT a FROM t GROUP BY a HAVING (count(*) > ?)", Ok(Clauses { having: true })),
            ("SELECT a FROM t WHERE (a IN (SELECT b FROM u ORDER BY b LIMIT ?))", plain),
            ("SELECT count(DISTINCT a) FROM t WHERE a = ' LIMIT ' AND `x ORDER BY y` = 'it''s OR'", plain),
            ("SELECT \"order\".\"limit\", t.floor FROM \"order\"", plain),
            ("\"posts\"", plain),
            ("", plain),
        ] {
            assert_eq!(scan(sql), found, "{sql}");
        }
    }
}
