//! What PostgreSQL says of a violated constraint: fields of its own, and the columns in the detail.

use diesel::result::DatabaseErrorInformation;

use crate::error::{Constraint, ConstraintKind};

pub(in crate::backend) fn constraint(kind: ConstraintKind, said: &dyn DatabaseErrorInformation) -> Option<Constraint> {
    said.table_name()?;
    // Key (user_id, language)=(7, de) is not present in table "users".
    let key = said.details().and_then(|details| details.strip_prefix("Key ("));
    let key = key.and_then(|key| key.split_once(")=(")).map(|(columns, _)| columns);
    let columns = said.column_name().into_iter().chain(key.into_iter().flat_map(|key| key.split(',')));
    Some(Constraint::new(kind).name_is(said.constraint_name()).table_is(said.table_name()).columns_are(columns))
}
