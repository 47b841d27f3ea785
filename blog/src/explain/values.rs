//! The values of a statement, as Diesel shows them, written into its text as MySQL literals.

use crate::Statement;

/// The statement with its values in place of the placeholders.
pub(crate) fn with_values(statement: &Statement) -> String {
    let mut values = items(&statement.binds).into_iter();
    let mut quote = None;
    let mut text = String::with_capacity(statement.sql.len());
    for c in statement.sql.chars() {
        match quote {
            None if c == '?' => text.push_str(&values.next().map_or_else(|| "?".to_owned(), literal)),
            None if matches!(c, '\'' | '"' | '`') => {
                quote = Some(c);
                text.push(c);
            }
            open => {
                if open == Some(c) {
                    quote = None;
                }
                text.push(c);
            }
        }
    }
    text
}

/// The items of a list in the form of `{:?}`.
fn items(list: &str) -> Vec<&str> {
    let list = list.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or_default();
    let (mut items, mut start, mut depth) = (Vec::new(), 0, 0);
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in list.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(list[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    if !list.is_empty() {
        items.push(list[start..].trim());
    }
    items
}

/// One value: text, bytes, a number, a boolean, NULL; anything else, such as a date, as the text that it shows.
fn literal(shown: &str) -> String {
    if let Some(inner) = shown.strip_prefix("Some(").and_then(|rest| rest.strip_suffix(')')) {
        return literal(inner);
    }
    if shown == "None" {
        return "NULL".to_owned();
    }
    if matches!(shown, "true" | "false") || shown.parse::<f64>().is_ok_and(f64::is_finite) {
        return shown.to_owned();
    }
    if let Some(text) = shown.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return quoted(&unescaped(text));
    }
    if shown.starts_with('[') {
        let bytes = items(shown).into_iter().map(str::parse::<u8>).collect::<Result<Vec<_>, _>>();
        if let Ok(bytes) = bytes {
            return format!("X'{}'", bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>());
        }
    }
    quoted(shown)
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', "''"))
}

/// Text in the form of `{:?}`, without its quotes, as it was.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        match rest.next() {
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('t') => plain.push('\t'),
            Some('0') => plain.push('\0'),
            Some('u') => {
                let code: String = rest.by_ref().skip(1).take_while(|c| *c != '}').collect();
                plain.extend(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32));
            }
            Some(other) => plain.push(other),
            None => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_take_the_place_of_placeholders() {
        let statement = Statement {
            sql: "SELECT `a?` FROM t WHERE b = ? AND c = '?' AND d IN (?, ?, ?, ?) LIMIT ?".to_owned(),
            binds: r#"["it's \"1\", \\ 2\u{7f}", None, Some(2026-01-02T03:04:05.000006), [1, 255], true, 10]"#
                .to_owned(),
        };
        assert_eq!(
            with_values(&statement),
            "SELECT `a?` FROM t WHERE b = 'it''s \"1\", \\\\ 2\u{7f}' AND c = '?' \
             AND d IN (NULL, '2026-01-02T03:04:05.000006', X'01FF', true) LIMIT 10"
        );
    }

    #[test]
    fn a_list_without_values_has_no_items() {
        assert!(items("[]").is_empty() && items("").is_empty());
        assert_eq!(items("[-1, 2.5]"), ["-1", "2.5"]);
    }
}
