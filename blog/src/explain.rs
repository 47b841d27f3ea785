//! Recorded statements, made ready for EXPLAIN. Pure: text in, text out.

#[cfg(any(feature = "mysql", test))]
pub(crate) mod values;

/// Begins what is only sent to see a plan: such statements are not recorded.
pub(crate) const MARK: &str = "/* explain */ ";

/// The largest n of PostgreSQL's placeholders `$n`.
#[cfg(any(feature = "postgres", test))]
pub(crate) fn numbered_placeholders(sql: &str) -> usize {
    let number = |text: &str| text.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default().parse().unwrap_or(0);
    unquoted(sql).flat_map(|text| text.split('$').skip(1)).map(number).max().unwrap_or(0)
}

/// The types that PREPARE is told: an array that stands in `unnest` has no type of its own, and every key here is an integer.
#[cfg(any(feature = "postgres", test))]
pub(crate) fn types_of_placeholders(sql: &str) -> Vec<&'static str> {
    let array = |n: usize| unquoted(sql).any(|text| text.contains(&format!("unnest(${n})")));
    (1..=numbered_placeholders(sql)).map(|n| if array(n) { "integer[]" } else { "unknown" }).collect()
}

/// The parts of a statement that stand outside of quotes.
#[cfg(any(feature = "postgres", test))]
fn unquoted(sql: &str) -> impl Iterator<Item = &str> {
    let mut quote = None;
    sql.split(move |c| match quote {
        None if matches!(c, '\'' | '"') => {
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
    use super::*;

    #[test]
    fn placeholders_are_counted_outside_of_quotes() {
        assert_eq!(numbered_placeholders("SELECT 1"), 0);
        assert_eq!(numbered_placeholders(r#"SELECT '$9', "a$8" FROM t WHERE a = $1 AND b > $12 LIMIT $2"#), 12);
    }

    #[test]
    fn an_array_of_keys_has_a_type() {
        assert_eq!(types_of_placeholders("SELECT 1"), [""; 0]);
        assert_eq!(
            types_of_placeholders("SELECT $1 FROM unnest($2) k WHERE a = $3"),
            ["unknown", "integer[]", "unknown"]
        );
    }
}
