//! What MySQL and MariaDB say of a violated constraint: one sentence each, with the value of the row in it.

use crate::error::{Constraint, ConstraintKind};

pub(in crate::backend) fn constraint(kind: Option<ConstraintKind>, message: &str) -> Option<Constraint> {
    match kind {
        // Duplicate entry 'a@b.c' for key 'users.users_email_idx' (MariaDB: without the table). The value is the user's.
        Some(kind @ ConstraintKind::Unique) => {
            let key = message.rsplit_once(" for key '")?.1.strip_suffix('\'')?;
            let (table, name) = key.split_once('.').map_or((None, key), |(table, name)| (Some(table), name));
            Some(Constraint::new(kind).name_is(Some(name)).table_is(table))
        }
        // .. fails (`db`.`profiles`, CONSTRAINT `profiles_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`))
        Some(kind @ ConstraintKind::ForeignKey) => {
            let (table, rest) = message.split_once(", CONSTRAINT `")?;
            let (name, rest) = rest.split_once("` FOREIGN KEY (")?;
            let table = table.rsplit('.').next()?.trim_matches('`');
            let columns = rest.split_once(')')?.0;
            Some(Constraint::new(kind).name_is(Some(name)).table_is(Some(table)).columns_are(columns.split(',')))
        }
        // Column 'email' cannot be null; Field 'email' doesn't have a default value
        Some(kind @ ConstraintKind::NotNull) => {
            let column = message.strip_prefix("Column '").or_else(|| message.strip_prefix("Field '"))?;
            Some(Constraint::new(kind).columns_are([column.split_once('\'')?.0]))
        }
        // Check constraint 'price_positive' is violated.
        Some(kind @ ConstraintKind::Check) => {
            let name = message.strip_prefix("Check constraint '")?.strip_suffix("' is violated.")?;
            Some(Constraint::new(kind).name_is(Some(name)))
        }
        // CONSTRAINT `price_positive` failed for `db`.`goods`: MariaDB, whose code Diesel does not know.
        None => {
            let (name, table) = message.strip_prefix("CONSTRAINT `")?.split_once("` failed for `")?;
            let table = table.rsplit('.').next()?.trim_matches('`');
            Some(Constraint::new(ConstraintKind::Check).name_is(Some(name)).table_is(Some(table)))
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form() {
        use ConstraintKind::{Check, ForeignKey, NotNull, Unique};
        for (kind, message, shown) in [
            (Some(Unique), "Duplicate entry 'a' for key 'x' for key 'email_idx'", "unique constraint email_idx"),
            (Some(Unique), "Duplicate entry '1' for key 'users.PRIMARY'", "unique constraint PRIMARY of users"),
            (
                Some(ForeignKey),
                "Cannot add or update a child row: a foreign key constraint fails (`db`.`p`, CONSTRAINT `p_fk` FOREIGN KEY (`a`, `b`) REFERENCES `u` (`a`, `b`))",
                "foreign key p_fk of p (a, b)",
            ),
            (Some(NotNull), "Column 'email' cannot be null", "not-null constraint (email)"),
            (Some(NotNull), "Field 'email' doesn't have a default value", "not-null constraint (email)"),
            (Some(Check), "Check constraint 'positive' is violated.", "check constraint positive"),
            (None, "CONSTRAINT `positive` failed for `db`.`goods`", "check constraint positive of goods"),
        ] {
            assert_eq!(constraint(kind, message).map(|found| found.to_string()).as_deref(), Some(shown));
        }
        assert_eq!(constraint(None, "Table 'db.t' doesn't exist"), None);
    }
}
