//! Which scans a LIMIT can end. Pure.

use super::{Access, Database, Node, NodeKind};

/// Marks the scans that need not read all.
pub(super) fn mark(root: &mut Node, database: Database, sql: &str) {
    match database {
        Database::Postgres => below(root, false, false),
        Database::Sqlite => below(root, has_word(sql, "LIMIT"), has_word(sql, "WHERE") || has_word(sql, "JOIN")),
        Database::Mysql => below(root, has_word(sql, "LIMIT"), false),
    }
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
    let mut quote = None;
    let plain = sql.split(move |c| match quote {
        None if matches!(c, '\'' | '"' | '`') => {
            quote = Some(c);
            true
        }
        open if open == Some(c) => {
            quote = None;
            true
        }
        _ => false,
    });
    plain
        .step_by(2)
        .flat_map(|part| part.split(|c: char| !c.is_alphanumeric() && c != '_'))
        .any(|part| part.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::has_word;

    #[test]
    fn words_are_looked_for_outside_of_quotes() {
        assert!(has_word("SELECT a FROM (SELECT b limit ?) AS s0", "LIMIT"));
        assert!(!has_word("SELECT `limit`, \"limit\" FROM t WHERE a = ' LIMIT ' AND limits = 1", "LIMIT"));
    }
}
