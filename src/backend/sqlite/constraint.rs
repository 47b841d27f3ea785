//! What SQLite says of a violated constraint: the columns of a unique one, the name of a check.

use crate::error::{Constraint, ConstraintKind};

pub(in crate::backend) fn constraint(kind: Option<ConstraintKind>, message: &str) -> Option<Constraint> {
    // A row that is still pointed to and may not be (RESTRICT): SQLite's code is that of a trigger, which Diesel passes on.
    let Some(kind) = kind else {
        return (message == "FOREIGN KEY constraint failed").then(|| Constraint::new(ConstraintKind::ForeignKey));
    };
    let (_, what) = message.split_once(" constraint failed: ")?;
    let found = Constraint::new(kind);
    Some(match kind {
        ConstraintKind::Check => found.name_is(Some(what)),
        // UNIQUE constraint failed: index 'users_lower_email_idx'
        _ if what.starts_with("index '") => {
            found.name_is(what.strip_prefix("index '").and_then(|name| name.strip_suffix('\'')))
        }
        // UNIQUE constraint failed: translations.post_id, translations.language
        _ => {
            let columns = what.split(", ").map(|column| column.split_once('.').unwrap_or(("", column)));
            let table = columns.clone().map(|(table, _)| table).next().filter(|table| !table.is_empty());
            found.table_is(table).columns_are(columns.map(|(_, column)| column))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form() {
        use ConstraintKind::{Check, NotNull, Unique};
        for (kind, message, shown) in [
            (Unique, "UNIQUE constraint failed: t.a, t.b", "unique constraint of t (a, b)"),
            (Unique, "UNIQUE constraint failed: index 'lower_idx'", "unique constraint lower_idx"),
            (Check, "CHECK constraint failed: price > 0", "check constraint price > 0"),
            (NotNull, "NOT NULL constraint failed: t.a", "not-null constraint of t (a)"),
        ] {
            assert_eq!(constraint(Some(kind), message).map(|found| found.to_string()).as_deref(), Some(shown));
        }
        assert_eq!(constraint(Some(ConstraintKind::ForeignKey), "FOREIGN KEY constraint failed"), None);
    }
}
