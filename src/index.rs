//! CREATE INDEX, from the SQL of its columns.

use std::collections::BTreeSet;

use diesel::query_builder::{QueryBuilder, QueryFragment};

use crate::backend::Dialect;
use crate::error::{Error, ErrorKind, Result};
use crate::nesting::Nesting;

/// The longest name that every database takes.
const LONGEST_NAME: usize = 63;

/// The columns of an index, in its order.
#[derive(Debug, Default)]
pub(crate) struct Index {
    tables: BTreeSet<String>,
    parts: Vec<Part>,
    columns: Vec<String>,
}

impl Index {
    /// An index that begins with these columns, which are compared with `=`.
    pub(crate) fn of<DB: Dialect>(equal: &impl QueryFragment<DB>) -> Result<Self> {
        let mut sql = DB::QueryBuilder::default();
        equal.to_sql(&mut sql, &DB::default())?;
        let mut index = Index::default();
        for column in split(&sql.finish()) {
            let part = index.read::<DB>(column, "[]")?;
            index.push(part, "");
        }
        Ok(index)
    }

    /// How many columns there are.
    pub(crate) fn len(&self) -> usize {
        self.parts.len()
    }

    /// What is to be a column, of its SQL and its values.
    pub(crate) fn read<DB: Dialect>(&mut self, sql: &str, binds: &str) -> Result<Part> {
        Part::read::<DB>(sql, binds, &mut self.tables)
    }

    /// Whether it is a column already.
    pub(crate) fn has(&self, part: &Part) -> bool {
        self.parts.iter().any(|earlier| earlier.sql == part.sql)
    }

    /// The next column, with ` DESC` and the like after it.
    pub(crate) fn push(&mut self, part: Part, suffix: &str) {
        self.columns.push(format!("{}{suffix}", part.sql));
        self.parts.push(part);
    }

    /// `CREATE INDEX "posts_author_id_created_at_id_idx" ON "posts" ("author_id", "created_at" DESC, "id" DESC)`
    pub(crate) fn create<DB: Dialect>(&self) -> Result<String> {
        let (Some(table), true) = (self.tables.first(), self.tables.len() == 1) else {
            return Err(none("its keys are not those of one table"));
        };
        let name = self.parts.iter().fold(words(table), |name, part| format!("{name}_{}", part.name));
        let name: String = name.chars().take(LONGEST_NAME - "_idx".len()).collect();
        let mut quoted = DB::QueryBuilder::default();
        quoted.push_identifier(&format!("{name}_idx"))?;
        Ok(format!("CREATE INDEX {} ON {table} ({})", quoted.finish(), self.columns.join(", ")))
    }
}

/// Why there is none.
pub(crate) fn none(why: &str) -> Error {
    Error::new(ErrorKind::NoIndex, format!("no index serves this ordering: {why}"))
}

/// A column of an index.
#[derive(Debug)]
pub(crate) struct Part {
    sql: String,
    name: String,
}

impl Part {
    fn read<DB: Dialect>(sql: &str, binds: &str, tables: &mut BTreeSet<String>) -> Result<Self> {
        let sql = unqualified(sql.trim(), tables);
        let is_column = sql.strip_prefix(['"', '`']).is_some_and(|rest| {
            let end = rest.find(['"', '`']);
            end.is_some_and(|end| end + 1 == rest.len())
        });
        if is_column {
            let name = words(&sql);
            return Ok(Part { sql, name });
        }
        if !DB::EXPRESSIONS_IN_INDEX {
            return Err(none("this database indexes columns alone; store the expression in a generated one"));
        }
        if binds != "[]" {
            return Err(none("a key is an expression with a value of the program in it"));
        }
        if sql.to_ascii_uppercase().contains("SELECT") {
            return Err(none("a key is a subquery"));
        }
        let name = words(&sql);
        Ok(Part { sql: format!("({sql})"), name })
    }
}

/// Letters and digits, for a name.
fn words(sql: &str) -> String {
    let letters = sql.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' });
    letters.collect::<String>().split_whitespace().collect::<Vec<_>>().join("_")
}

/// The parts between the commas that are not inside of parentheses or quotes.
pub(crate) fn split(sql: &str) -> Vec<&str> {
    let (mut at, mut start, mut parts) = (Nesting::default(), 0, Vec::new());
    for (i, byte) in sql.bytes().enumerate() {
        if byte == b',' && at.is_flat() && !at.is_quoted() {
            parts.extend(sql.get(start..i));
            start = i + 1;
        }
        at.pass(byte);
    }
    parts.extend(sql.get(start..).filter(|rest| !rest.trim().is_empty()));
    parts
}

/// `"posts"."title"` without the table, which an index does not name; the tables are collected.
fn unqualified(sql: &str, tables: &mut BTreeSet<String>) -> String {
    let mut out = String::new();
    let mut qualifiers: Vec<&str> = Vec::new();
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let quoted = |quote: char| rest.get(1..).and_then(|inner| inner.find(quote)).map(|end| end + 2);
        let length = match c {
            '"' | '`' | '\'' => quoted(c).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        rest = after;
        if token.starts_with(['"', '`']) {
            if let Some(after) = rest.strip_prefix('.') {
                qualifiers.push(token);
                rest = after;
                continue;
            }
            if !qualifiers.is_empty() {
                tables.insert(std::mem::take(&mut qualifiers).join("."));
            }
        }
        out.push_str(token);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_taken_off() {
        let mut tables = BTreeSet::new();
        assert_eq!(
            unqualified(r#"lower("a"."posts"."title") || '"x"."y"'"#, &mut tables),
            r#"lower("title") || '"x"."y"'"#
        );
        assert_eq!(tables.into_iter().collect::<Vec<_>>(), [r#""a"."posts""#]);
    }

    #[test]
    fn commas_inside_are_no_commas() {
        assert_eq!(
            split(r#""a"."b", coalesce("c", 'x,y'), "d""#),
            [r#""a"."b""#, r#" coalesce("c", 'x,y')"#, r#" "d""#]
        );
        assert_eq!(split(r#""a"."x,y", f(1, 2) DESC, `b` "#), [r#""a"."x,y""#, " f(1, 2) DESC", " `b` "]);
        assert!(split("").is_empty());
    }
}
