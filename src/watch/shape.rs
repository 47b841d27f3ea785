//! What a statement is, whatever its values.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use super::tokens::{Token, tokens};

/// A statement without its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    /// Its text: values are `?`, lists of values `(..)`, spaces single.
    pub(super) fingerprint: String,
    pub(super) kind: Kind,
    /// The values by which it looks rows up, where it reads.
    pub(super) lookups: Vec<Lookup>,
    /// The first word, in capitals: `SELECT`.
    pub(super) operation: String,
    /// The table, if it names only one.
    pub(super) table: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Read,
    Write,
    /// What begins and ends transactions, sets up the session, asks for a plan or whether the server is there.
    Housekeeping,
    /// `SELECT 1` or `SELECT ?`: housekeeping that a pool sends when it hands out a connection.
    Ping,
}

/// A value that chooses rows by equality, or as a member of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lookup {
    /// The column, where one stands before the value.
    pub(super) column: Option<String>,
    pub(super) value: Value,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Bind(usize),
    Literal(u64),
}

impl Shape {
    pub(super) fn of(sql: &str) -> Self {
        let tokens = tokens(sql);
        let operation = tokens.first().map(|first| first.text().to_ascii_uppercase()).unwrap_or_default();
        let kind = kind(&operation, &tokens);
        Shape {
            fingerprint: fingerprint(&tokens),
            kind,
            lookups: if kind == Kind::Read { lookups(&tokens) } else { Vec::new() },
            table: only_table(&tokens),
            operation,
        }
    }

    /// `SELECT posts`: what OpenTelemetry calls the summary.
    #[cfg(feature = "tracing")]
    pub(super) fn summary(&self) -> String {
        match &self.table {
            Some(table) => format!("{} {table}", self.operation),
            None => self.operation.clone(),
        }
    }
}

fn kind(operation: &str, tokens: &[Token<'_>]) -> Kind {
    match operation {
        "" | "BEGIN" | "START" | "COMMIT" | "ROLLBACK" | "SAVEPOINT" | "RELEASE" | "END" | "ABORT" | "SET"
        | "RESET" | "SHOW" | "PRAGMA" | "EXPLAIN" | "ANALYZE" | "DISCARD" => Kind::Housekeeping,
        "SELECT" => match tokens {
            [_, Token::Literal("1") | Token::Bind(_)] => Kind::Ping,
            // How Diesel finds the numbers of PostgreSQL's own types.
            [_, Token::Word(first), ..] if first.trim_matches('"').starts_with("pg_type") => Kind::Housekeeping,
            _ => Kind::Read,
        },
        "WITH" if tokens.iter().any(|token| token.is("INSERT") || token.is("UPDATE") || token.is("DELETE")) => {
            Kind::Write
        }
        "WITH" | "VALUES" | "TABLE" | "(" => Kind::Read,
        _ => Kind::Write,
    }
}

/// The text without values; a run of equal parts of a UNION ALL is one.
fn fingerprint(tokens: &[Token<'_>]) -> String {
    let mut text = String::new();
    let mut at = 0;
    let mut tight = true;
    while let Some(&token) = tokens.get(at) {
        let word = token.text();
        let glued = tight || matches!(word, "," | ")" | "." | ";") || (word == "(" && glues(tokens, at));
        if !glued {
            text.push(' ');
        }
        tight = matches!(word, "(" | ".");
        if let Some(end) = list_end(tokens, at) {
            text.push_str("(..)");
            tight = false;
            at = end;
        } else {
            text.push_str(word);
        }
        at += 1;
    }
    const UNION: &str = " UNION ALL ";
    if !text.contains(UNION) {
        return text;
    }
    let mut arms: Vec<&str> = text.split(UNION).collect();
    arms.dedup();
    arms.join(UNION)
}

/// Whether a bracket belongs to the name before it: a function's.
fn glues(tokens: &[Token<'_>], at: usize) -> bool {
    const KEYWORDS: [&str; 14] =
        ["IN", "ANY", "AND", "OR", "NOT", "WHERE", "ON", "VALUES", "AS", "FROM", "SELECT", "BY", "EXISTS", "ALL"];
    match at.checked_sub(1).and_then(|before| tokens.get(before)) {
        Some(Token::Word(name)) => !KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(name)),
        _ => false,
    }
}

/// Where a list of values ends that starts at `at`: `(?, ?, ?)`, and further rows of the same after a comma.
fn list_end(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let mut end = one_list(tokens, at)?;
    while tokens.get(end + 1).is_some_and(|token| token.is(",")) {
        match one_list(tokens, end + 2) {
            Some(next) => end = next,
            None => break,
        }
    }
    Some(end)
}

fn one_list(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    if !tokens.get(at)?.is("(") || (at > 0 && glues(tokens, at)) {
        return None;
    }
    let mut end = at + 1;
    loop {
        if !tokens.get(end)?.is_value() && !tokens.get(end)?.is("DEFAULT") {
            return None;
        }
        match tokens.get(end + 1)? {
            token if token.is(",") => end += 2,
            token if token.is(")") => return Some(end + 1),
            _ => return None,
        }
    }
}

fn only_table(tokens: &[Token<'_>]) -> Option<String> {
    let mut tables = tokens.windows(2).enumerate().filter_map(|(at, pair)| {
        let [before, Token::Word(name)] = pair else { return None };
        let reads = before.is("FROM") || before.is("JOIN");
        // `FROM json_each(?)`; the columns of an INSERT stand in brackets too.
        let is_function = reads && tokens.get(at + 2).is_some_and(|after| after.is("("));
        let is_table = (reads && !is_function) || before.is("INTO") || before.is("UPDATE");
        is_table.then(|| name.replace(['"', '`'], ""))
    });
    let table = tables.next()?;
    tables.all(|other| other == table).then_some(table)
}

/// The values that say which rows are meant. Those that say where to go on or how far are none: they follow `<`, `>`,
/// LIMIT and the like, or are compared with a column that is also compared by `<` or `>`, as when pages are walked.
fn lookups(tokens: &[Token<'_>]) -> Vec<Lookup> {
    let mut found: Vec<Lookup> = Vec::new();
    let mut walked: Vec<String> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let value = match token {
            Token::Bind(number) => Value::Bind(*number),
            Token::Literal(text) => Value::Literal(hash_of(text)),
            _ => continue,
        };
        let (column, operator) = compared(tokens, at);
        match operator {
            Operator::Range => walked.extend(column),
            Operator::Size => {}
            Operator::Equal => found.push(Lookup { column, value }),
        }
    }
    found.retain(|lookup| lookup.column.as_ref().is_none_or(|column| !walked.contains(column)));
    found
}

enum Operator {
    Equal,
    Range,
    Size,
}

/// What the value at `at` is compared with, and how.
fn compared(tokens: &[Token<'_>], at: usize) -> (Option<String>, Operator) {
    // The operator stands before the value, or before the list in which the value stands.
    let mut before = at;
    let mut depth = 0;
    let operator = loop {
        let Some(token) = before.checked_sub(1).and_then(|before| tokens.get(before)) else {
            return (None, Operator::Equal);
        };
        before -= 1;
        match token {
            Token::Mark(")") => depth += 1,
            Token::Mark("(") if depth > 0 => depth -= 1,
            // `ANY(`, `json_each(`: the list of the operator before it.
            Token::Mark("(" | ",") => {}
            _ if depth > 0 => {}
            Token::Word(name) if name.eq_ignore_ascii_case("ANY") => {}
            Token::Bind(_) | Token::Literal(_) => {}
            token => break *token,
        }
    };
    let column = match before.checked_sub(1).and_then(|before| tokens.get(before)) {
        Some(Token::Word(name)) => Some(name.replace(['"', '`'], "")),
        _ => None,
    };
    match operator.text() {
        "<" | ">" | "<=" | ">=" | "<>" | "!=" => (column, Operator::Range),
        "=" => (column, Operator::Equal),
        word => match word.to_ascii_uppercase().as_str() {
            "BETWEEN" => (column, Operator::Range),
            // Of `BETWEEN ? AND ?`.
            "AND" => (None, Operator::Range),
            "LIMIT" | "OFFSET" | "FETCH" | "LIKE" | "ILIKE" | "ESCAPE" | "THEN" | "ELSE" | "SELECT" | "+" | "-"
            | "*" | "/" => (None, Operator::Size),
            "IN" => (column, Operator::Equal),
            _ => (None, Operator::Equal),
        },
    }
}

pub(super) fn hash_of(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sql: &str) -> String {
        Shape::of(sql).fingerprint
    }

    /// The columns of the lookups.
    fn columns(sql: &str) -> Vec<String> {
        Shape::of(sql).lookups.into_iter().map(|lookup| lookup.column.unwrap_or_default()).collect()
    }

    #[test]
    fn values_do_not_matter() {
        assert_eq!(of("SELECT a  FROM t WHERE (b = 1)"), "SELECT a FROM t WHERE (b = ?)");
        assert_eq!(of("SELECT a FROM t WHERE b IN (?, ?, ?)"), "SELECT a FROM t WHERE b IN (..)");
        assert_eq!(of("INSERT INTO t (a) VALUES (1, 'x'), (2, 'y')"), "INSERT INTO t(a) VALUES (..)");
        assert_eq!(of("SELECT count(*), t.* FROM t LIMIT $1"), "SELECT count(*), t.* FROM t LIMIT ?");
        assert_eq!(of("SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4"), "SELECT ?");
    }

    #[test]
    fn a_lookup_is_by_equality_or_by_a_list() {
        assert_eq!(columns(r#"SELECT 1 FROM "t" WHERE ("t"."a" = $1) LIMIT $2"#), ["t.a"]);
        assert_eq!(columns("SELECT b FROM t WHERE a IN (?, ?)"), ["a", "a"]);
        assert_eq!(columns("SELECT b FROM t WHERE a = ANY($1)"), ["a"]);
        assert_eq!(columns("SELECT b FROM t WHERE a IN (SELECT value FROM json_each(?))").len(), 1);
    }

    #[test]
    fn where_to_go_on_and_how_far_are_no_lookups() {
        for walk in [
            "SELECT a FROM t ORDER BY a LIMIT ? OFFSET ?",
            "SELECT a FROM t WHERE a > ? ORDER BY a LIMIT ?",
            "SELECT a FROM t WHERE (a, b) > (?, ?) LIMIT ?",
            "SELECT a FROM t WHERE (a > ? OR (a = ? AND b > ?)) LIMIT ?",
            "SELECT a FROM t WHERE a = ? AND b > ? UNION ALL SELECT a FROM t WHERE a > ?",
            "SELECT a FROM t WHERE a BETWEEN ? AND ?",
            "SELECT a FROM t WHERE a LIKE ?",
        ] {
            assert_eq!(columns(walk), [""; 0], "{walk}");
        }
        // The author stays, the position moves.
        assert_eq!(columns("SELECT a FROM t WHERE author = ? AND id > ? LIMIT ?"), ["author"]);
    }

    #[test]
    fn housekeeping_is_told_apart() {
        for (sql, kind) in [
            ("BEGIN IMMEDIATE", Kind::Housekeeping),
            ("SAVEPOINT diesel_savepoint_1", Kind::Housekeeping),
            ("/* for people */ EXPLAIN SELECT 1", Kind::Housekeeping),
            ("PRAGMA foreign_keys = ON", Kind::Housekeeping),
            (r#"SELECT "pg_type"."oid", "pg_type"."typarray" FROM "pg_type""#, Kind::Housekeeping),
            ("SELECT 1", Kind::Ping),
            ("SELECT 1 FROM t", Kind::Read),
            ("WITH x AS (SELECT 2) SELECT * FROM x", Kind::Read),
            ("WITH x AS (DELETE FROM t RETURNING a) SELECT * FROM x", Kind::Write),
            ("UPDATE t SET a = 1", Kind::Write),
        ] {
            assert_eq!(Shape::of(sql).kind, kind, "{sql}");
        }
    }

    #[test]
    fn a_single_table_is_named() {
        assert_eq!(Shape::of(r#"SELECT 1 FROM "posts" WHERE x = 1"#).table.as_deref(), Some("posts"));
        assert_eq!(Shape::of("SELECT 1 FROM a INNER JOIN b ON a.x = b.x").table, None);
        assert_eq!(
            Shape::of("SELECT 1 FROM a WHERE x IN (SELECT value FROM json_each(?))").table.as_deref(),
            Some("a")
        );
        assert_eq!(Shape::of("INSERT INTO a (x) VALUES (1)").table.as_deref(), Some("a"));
    }
}
