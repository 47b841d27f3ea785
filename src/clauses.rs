//! The clauses of a query. Diesel's types of them are private, so this looks at the SQL.

use diesel::query_builder::{QueryBuilder, QueryFragment};
use diesel::result::QueryResult;

use crate::backend::Dialect;
use crate::nesting::Nesting;

/// A clause that changes which rows a query has, or how what is added to it is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clause {
    OrderBy,
    Distinct,
    GroupBy,
    Having,
    Limit,
    Offset,
    Lock,
    /// An OR outside of parentheses: what is AND-ed to it belongs to its last part alone.
    BareOr,
}

/// The clauses of a query, in their order.
pub(crate) fn of<DB: Dialect>(query: &impl QueryFragment<DB>) -> QueryResult<Vec<Clause>> {
    let mut sql = DB::QueryBuilder::default();
    query.to_sql(&mut sql, &DB::default())?;
    Ok(scan(&sql.finish()))
}

/// Looks at the words outside of parentheses and quotes.
fn scan(sql: &str) -> Vec<Clause> {
    let mut clauses = Vec::new();
    let (mut at, mut start, mut previous, mut filtered) = (Nesting::default(), None, "", false);
    for (i, byte) in sql.bytes().chain([b' ']).enumerate() {
        if !at.is_quoted() && (byte.is_ascii_alphanumeric() || byte == b'_') {
            start.get_or_insert(i);
            continue;
        }
        if let Some(word) = start.take().and_then(|start| sql.get(start..i))
            && at.is_flat()
        {
            let is = |name: &str| word.eq_ignore_ascii_case(name);
            let after = |name: &str| previous.eq_ignore_ascii_case(name);
            let locks = is("UPDATE") || is("SHARE") || is("NO") || is("KEY");
            let found = [
                (after("ORDER") && is("BY"), Clause::OrderBy),
                (after("SELECT") && is("DISTINCT"), Clause::Distinct),
                (after("GROUP") && is("BY"), Clause::GroupBy),
                (is("HAVING"), Clause::Having),
                (is("LIMIT"), Clause::Limit),
                (is("OFFSET"), Clause::Offset),
                (after("FOR") && locks || after("LOCK") && is("IN"), Clause::Lock),
                (filtered && is("OR"), Clause::BareOr),
            ];
            clauses.extend(found.into_iter().filter(|(found, _)| *found).map(|(_, clause)| clause));
            filtered |= is("WHERE") || is("HAVING");
            previous = word;
        }
        at.pass(byte);
    }
    clauses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_are_found_at_the_top_only() {
        let none: &[Clause] = &[];
        for (sql, found) in [
            ("SELECT a FROM t ORDER BY a", &[Clause::OrderBy][..]),
            ("SELECT a FROM t LIMIT ?", &[Clause::Limit][..]),
            ("SELECT a FROM t WHERE (a = ?)LIMIT ?", &[Clause::Limit][..]),
            ("SELECT a FROM t OFFSET $1", &[Clause::Offset][..]),
            ("SELECT DISTINCT a FROM t", &[Clause::Distinct][..]),
            ("SELECT DISTINCT ON (a) a FROM t", &[Clause::Distinct][..]),
            ("SELECT a FROM t FOR UPDATE", &[Clause::Lock][..]),
            ("SELECT a FROM t FOR NO KEY UPDATE", &[Clause::Lock][..]),
            ("SELECT a FROM t LOCK IN SHARE MODE", &[Clause::Lock][..]),
            ("SELECT a FROM t WHERE a = 1 or b = 2", &[Clause::BareOr][..]),
            ("SELECT a FROM t WHERE (a = 1) OR (b = 2)", &[Clause::BareOr][..]),
            ("SELECT a FROM t WHERE (a = 1 OR b = 2)", none),
            ("SELECT a FROM t GROUP BY a HAVING (count(*) > ?)", &[Clause::GroupBy, Clause::Having][..]),
            ("SELECT a FROM t WHERE (a IN (SELECT b FROM u ORDER BY b LIMIT ?))", none),
            ("SELECT count(DISTINCT a) FROM t WHERE a = ' LIMIT ' AND `x ORDER BY y` = 'it''s OR'", none),
            ("SELECT \"order\".\"limit\", t.floor FROM \"order\"", none),
            ("\"posts\"", none),
            ("", none),
        ] {
            assert_eq!(scan(sql), found, "{sql}");
        }
    }
}
