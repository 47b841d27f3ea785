//! The index that serves an ordering, from the SQL of its keys.

use std::collections::BTreeSet;

use diesel::query_builder::{QueryBuilder, QueryFragment};

use super::key::{Nulls, SeekKey};
use crate::backend::Dialect;
use crate::error::{Error, ErrorKind, Result};

/// The longest name that every database takes.
const LONGEST_NAME: usize = 63;

/// `CREATE INDEX "posts_author_id_created_at_id_idx" ON "posts" ("author_id", "created_at" DESC, "id" DESC)`
pub(super) fn create<DB: Dialect>(keys: &[&dyn SeekKey<DB>], equal: &impl QueryFragment<DB>) -> Result<String> {
    let mut tables = BTreeSet::new();
    let mut parts: Vec<Part> = Vec::new();
    let mut sql = DB::QueryBuilder::default();
    equal.to_sql(&mut sql, &DB::default())?;
    for column in split(&sql.finish()) {
        parts.push(Part::read::<DB>(column, "[]", &mut tables)?);
    }
    let prefix = parts.len();
    let mut columns: Vec<String> = parts.iter().map(|part| part.sql.clone()).collect();
    for key in keys {
        if key.is_aggregate() {
            return Err(none("an aggregate is known only after grouping"));
        }
        // What the expression's text has behind it are its values.
        let text = key.sql();
        let (sql, binds) = text.rsplit_once(" -- binds: ").unwrap_or((&text, "[]"));
        let part = Part::read::<DB>(sql, binds, &mut tables)?;
        if parts.iter().any(|earlier| earlier.sql == part.sql) {
            continue;
        }
        let foreign = key.foreign_nulls();
        if foreign.is_some() && !DB::NULLS_IN_INDEX && parts.len() > prefix {
            return Err(none("NULLs of a later key stand where no index of this database has them"));
        }
        let nulls = match foreign.filter(|_| DB::NULLS_IN_INDEX) {
            Some(Nulls::First) => " NULLS FIRST",
            Some(Nulls::Last) => " NULLS LAST",
            None => "",
        };
        let direction = if key.is_descending() { " DESC" } else { "" };
        columns.push(format!("{}{direction}{nulls}", part.sql));
        parts.push(part);
        if key.is_declared_unique() && !key.is_nullable() {
            break;
        }
    }
    let (Some(table), true) = (tables.first(), tables.len() == 1) else {
        return Err(none("its keys are not those of one table"));
    };
    let name = parts.iter().fold(words(table), |name, part| format!("{name}_{}", part.name));
    let name: String = name.chars().take(LONGEST_NAME - "_idx".len()).collect();
    let mut quoted = DB::QueryBuilder::default();
    quoted.push_identifier(&format!("{name}_idx"))?;
    Ok(format!("CREATE INDEX {} ON {table} ({})", quoted.finish(), columns.join(", ")))
}

fn none(why: &str) -> Error {
    Error::new(ErrorKind::NoIndex, format!("no index serves this ordering: {why}"))
}

/// A column of an index.
struct Part {
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
fn split(sql: &str) -> Vec<&str> {
    let (mut depth, mut quote, mut start, mut parts) = (0usize, None, 0, Vec::new());
    for (i, byte) in sql.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), byte) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'`' | b'\'') => quote = Some(byte),
            (None, b'(') => depth += 1,
            (None, b')') => depth = depth.saturating_sub(1),
            (None, b',') if depth == 0 => {
                parts.extend(sql.get(start..i));
                start = i + 1;
            }
            _ => {}
        }
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
        assert!(split("").is_empty());
    }
}
