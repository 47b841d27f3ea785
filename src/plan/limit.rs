//! Which scans a LIMIT can end. Pure.

use super::{Access, Database, Node, NodeKind};

/// Marks the scans that need not read all.
pub(super) fn mark(root: &mut Node, database: Database, sql: &str) {
    if skips(sql) {
        return; // what an OFFSET skips is read: how much that is, no plan says
    }
    match database {
        Database::Postgres => below(root, false, false),
        Database::Sqlite => below(root, has_word(sql, "LIMIT"), has_word(sql, "WHERE") || has_word(sql, "JOIN")),
        Database::Mysql => below(root, has_word(sql, "LIMIT"), false),
    }
}

/// Whether the statement skips rows: `OFFSET ?`, or MySQL's `LIMIT ?, ?`.
pub(super) fn skips(sql: &str) -> bool {
    has_word(sql, "OFFSET") || unquoted(sql, QUOTES).any(two_after_limit)
}

fn two_after_limit(part: &str) -> bool {
    let part = part.to_ascii_uppercase();
    part.match_indices("LIMIT").any(|(at, word)| {
        let alone = part.get(..at).is_some_and(|before| !before.ends_with(in_word));
        let first = part.get(at + word.len()..).filter(|rest| alone && rest.starts_with(char::is_whitespace));
        let after = first.map(|rest| rest.trim_start().trim_start_matches(|c: char| in_word(c) || c == '?'));
        after.is_some_and(|rest| rest.trim_start().starts_with(','))
    })
}

/// `limited`: a LIMIT stands above, with nothing in between that needs all rows first. `filtered`: a table may be filtered
/// although its scan does not show it.
fn below(node: &mut Node, limited: bool, filtered: bool) {
    let limited = match node.kind {
        NodeKind::Limit => true,
        NodeKind::Sort | NodeKind::Hash | NodeKind::Temporary | NodeKind::Aggregate | NodeKind::Modify => false,
        _ => limited,
    };
    node.stops_early = limited
        && match node.access {
            // Rows that are thrown away do not count towards the limit: in search of a rare one it may read all.
            Some(Access::FullTable) => !filtered && node.filter.is_none(),
            // The same could be said here, but whoever walks an index does so for its order.
            Some(Access::FullIndex) => true,
            _ => false,
        };
    // SQLite says what it sorts beside the scan, not above it.
    let gathered = node
        .children
        .iter()
        .any(|child| matches!(child.kind, NodeKind::Sort | NodeKind::Temporary) && child.children.is_empty());
    // What is read inside of another scan begins anew each time: of a join, only the first table can be left early.
    let outer = node.children.iter().position(|child| !matches!(child.kind, NodeKind::Query | NodeKind::Temporary));
    let only = outer.filter(|_| node.kind == NodeKind::Join);
    for (at, child) in node.children.iter_mut().enumerate() {
        below(child, limited && !gathered && only.is_none_or(|only| only == at), filtered);
    }
}

/// Whether a word stands in a statement, outside of quotes.
fn has_word(sql: &str, word: &str) -> bool {
    unquoted(sql, QUOTES).flat_map(|part| part.split(|c: char| !in_word(c))).any(|part| part.eq_ignore_ascii_case(word))
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What quotes in some database.
const QUOTES: &[char] = &['\'', '"', '`'];

/// The parts of a statement that stand outside of these quotes.
pub(crate) fn unquoted<'a>(sql: &'a str, quotes: &'static [char]) -> impl Iterator<Item = &'a str> {
    let mut quote = None;
    sql.split(move |c| match quote {
        None if quotes.contains(&c) => {
            quote = Some(c);
            true
        }
        open if open == Some(c) => {
            quote = None;
            true
        }
        _ => false,
    })
    .step_by(2)
}

#[cfg(test)]
mod tests {
    use super::{has_word, skips};

    #[test]
    fn words_are_looked_for_outside_of_quotes() {
        assert!(has_word("SELECT a FROM (SELECT b limit ?) AS s0", "LIMIT"));
        assert!(!has_word("SELECT `limit`, \"limit\" FROM t WHERE a = ' LIMIT ' AND limits = 1", "LIMIT"));
    }

    #[test]
    fn an_offset_is_seen_in_either_form() {
        for sql in [
            "SELECT a FROM t LIMIT ? OFFSET ?",
            "SELECT a FROM t offset $2",
            "SELECT a FROM t LIMIT ?, ?",
            "LIMIT 5 ,10",
        ] {
            assert!(skips(sql), "{sql}");
        }
        for sql in [
            "SELECT a FROM t LIMIT ?",
            "SELECT my_limit a, b FROM t",
            "SELECT (SELECT a LIMIT 1), b",
            "SELECT \"offset\"",
        ] {
            assert!(!skips(sql), "{sql}");
        }
    }
}
