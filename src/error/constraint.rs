//! Which constraint a database error is about.

use std::fmt;

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};

use super::Error;
use crate::backend;

/// A constraint that a statement violated, as far as the database says.
///
/// | | PostgreSQL | MySQL, MariaDB | SQLite |
/// |---|---|---|---|
/// | unique | name, table, columns | name | table and columns; of an index on an expression the name |
/// | foreign key | name, table, columns | name, table, columns | nothing |
/// | check | name, table | name | name, or the condition where it has none |
/// | not null | table, column | column | table, column |
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    kind: ConstraintKind,
    name: Option<String>,
    table: Option<String>,
    columns: Vec<String>,
}

/// What kind of constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConstraintKind {
    /// UNIQUE, PRIMARY KEY, a unique index.
    Unique,
    /// FOREIGN KEY, on either side.
    ForeignKey,
    /// CHECK.
    Check,
    /// NOT NULL.
    NotNull,
    /// EXCLUDE, of PostgreSQL.
    Exclusion,
}

// Without a backend nobody says more than the kind.
#[cfg_attr(not(any(feature = "sqlite", feature = "postgres", feature = "mysql")), allow(dead_code))]
impl Constraint {
    pub(crate) fn new(kind: ConstraintKind) -> Self {
        Constraint { kind, name: None, table: None, columns: Vec::new() }
    }

    pub(crate) fn name_is(mut self, name: Option<&str>) -> Self {
        self.name = name.map(Into::into);
        self
    }

    pub(crate) fn table_is(mut self, table: Option<&str>) -> Self {
        self.table = table.map(Into::into);
        self
    }

    pub(crate) fn columns_are<'a>(mut self, columns: impl IntoIterator<Item = &'a str>) -> Self {
        self.columns = columns.into_iter().map(|column| column.trim_matches([' ', '"', '`']).to_owned()).collect();
        self
    }

    /// What kind of constraint.
    pub fn kind(&self) -> ConstraintKind {
        self.kind
    }

    /// Its name.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The table that it is on.
    pub fn table(&self) -> Option<&str> {
        self.table.as_deref()
    }

    /// Its columns.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(String::as_str)
    }

    /// Whether this is the constraint of that name; where the database tells columns alone, whether it is the name that
    /// they have by custom.
    fn is(&self, name: &str) -> bool {
        if let Some(own) = &self.name {
            return own == name;
        }
        let columns = self.columns.join("_");
        let Some(table) = &self.table else { return self.kind == ConstraintKind::NotNull && name == columns };
        if columns.is_empty() {
            return false;
        }
        let by_custom = name
            .strip_prefix(table.as_str())
            .and_then(|rest| rest.strip_prefix('_'))
            .and_then(|rest| rest.strip_prefix(columns.as_str()))
            .is_some_and(|rest| ["", "_key", "_idx", "_index", "_unique", "_uniq", "_uq", "_pkey"].contains(&rest));
        by_custom || (self.kind == ConstraintKind::NotNull && name == columns)
    }
}

/// `unique constraint users_email_key of users (email)`
impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ConstraintKind::Unique => "unique constraint",
            ConstraintKind::ForeignKey => "foreign key",
            ConstraintKind::Check => "check constraint",
            ConstraintKind::NotNull => "not-null constraint",
            ConstraintKind::Exclusion => "exclusion constraint",
        })?;
        if let Some(name) = &self.name {
            write!(f, " {name}")?;
        }
        if let Some(table) = &self.table {
            write!(f, " of {table}")?;
        }
        if !self.columns.is_empty() {
            write!(f, " ({})", self.columns.join(", "))?;
        }
        Ok(())
    }
}

/// Constraints that were violated. They answer for an error of any statement, whether a repository sent it or not.
///
/// `.._of(name)` asks for one constraint. PostgreSQL, MySQL and MariaDB name it. SQLite names the columns of a unique
/// constraint and not the constraint itself: there a name fits if it is `{table}_{columns}`, alone or followed by one of
/// `_key`, `_idx`, `_index`, `_unique`, `_uniq`, `_uq`, `_pkey`, as PostgreSQL and most people name them. SQLite tells nothing
/// of a foreign key, so that [`is_foreign_key_violation_of`](Error::is_foreign_key_violation_of) is false there.
///
/// ```
/// use blog::models::{NewUser, User};
/// use turbodiesel::prelude::*;
///
/// let conn = &mut blog::example()?;
/// let ada = NewUser { email: "ada@lovelace.uk", name: "Ada" };
/// conn.repo::<User>().create(&ada)?;
/// let error = conn.repo::<User>().create(&ada).unwrap_err();
/// assert!(error.is_unique_violation_of("users_email_idx"));
/// assert_eq!(error.to_string(), "unique constraint of users (email) is violated");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Error {
    /// The constraint that was violated, if it was one.
    pub fn constraint(&self) -> Option<Constraint> {
        self.as_diesel().and_then(read)
    }

    fn violates(&self, kind: ConstraintKind, name: Option<&str>) -> bool {
        self.constraint().is_some_and(|found| found.kind == kind && name.is_none_or(|name| found.is(name)))
    }

    /// A unique constraint, a unique index or a primary key.
    pub fn is_unique_violation(&self) -> bool {
        self.violates(ConstraintKind::Unique, None)
    }

    /// The unique constraint, index or primary key of this name. MySQL and MariaDB call every primary key `PRIMARY`.
    pub fn is_unique_violation_of(&self, name: &str) -> bool {
        self.violates(ConstraintKind::Unique, Some(name))
    }

    /// A foreign key, on either side.
    pub fn is_foreign_key_violation(&self) -> bool {
        self.violates(ConstraintKind::ForeignKey, None)
    }

    /// The foreign key of this name. Never on SQLite, which does not say which.
    pub fn is_foreign_key_violation_of(&self, name: &str) -> bool {
        self.violates(ConstraintKind::ForeignKey, Some(name))
    }

    /// A check constraint.
    pub fn is_check_violation(&self) -> bool {
        self.violates(ConstraintKind::Check, None)
    }

    /// The check constraint of this name.
    pub fn is_check_violation_of(&self, name: &str) -> bool {
        self.violates(ConstraintKind::Check, Some(name))
    }

    /// A column that must not be NULL; on MySQL and MariaDB also one that has no default and no value.
    pub fn is_not_null_violation(&self) -> bool {
        self.violates(ConstraintKind::NotNull, None)
    }

    /// The column of this name must not be NULL.
    pub fn is_not_null_violation_of(&self, column: &str) -> bool {
        self.violates(ConstraintKind::NotNull, Some(column))
    }
}

/// The message of an error: that of a constraint without the values of the row, which are people's data.
pub(super) fn message(error: &DieselError) -> String {
    match read(error) {
        Some(constraint) => format!("{constraint} is violated"),
        None => error.to_string(),
    }
}

fn read(error: &DieselError) -> Option<Constraint> {
    let DieselError::DatabaseError(kind, information) = error else { return None };
    let information: &dyn DatabaseErrorInformation = &**information;
    let kind = match kind {
        DatabaseErrorKind::UniqueViolation => Some(ConstraintKind::Unique),
        DatabaseErrorKind::ForeignKeyViolation | DatabaseErrorKind::RestrictViolation => {
            Some(ConstraintKind::ForeignKey)
        }
        DatabaseErrorKind::CheckViolation => Some(ConstraintKind::Check),
        DatabaseErrorKind::NotNullViolation => Some(ConstraintKind::NotNull),
        DatabaseErrorKind::ExclusionViolation => Some(ConstraintKind::Exclusion),
        // Diesel does not know MariaDB's code of a check constraint.
        DatabaseErrorKind::Unknown => None,
        _ => return None,
    };
    backend::constraint(kind, information).or_else(|| kind.map(Constraint::new))
}
