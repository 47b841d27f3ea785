//! Where the rows of key columns are kept. Pure.

use std::any::TypeId;

use diesel::associations::HasTable;
use diesel::expression::Expression;
use diesel::query_builder::QueryFragment;
use diesel::query_source::{Column, Table};
use diesel::sql_types;

use crate::backend::Dialect;
use crate::preload::key::{Pair, Single, Triple};

/// Where the rows of the key columns are kept.
#[derive(Debug)]
pub struct Home {
    /// The table, in SQL.
    pub table: String,
    /// The first of the columns, in SQL.
    pub column: String,
    /// The primary key of the table, in SQL, where it is one integer.
    pub primary_key: Option<String>,
}

impl Home {
    /// Where nobody asks.
    pub(crate) fn unknown() -> Self {
        Home { table: String::new(), column: String::new(), primary_key: None }
    }
}

/// Columns of one table: that of the first.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a column of a table, or a tuple of them",
    note = "a relation is joined by columns: `posts::editor_id`, or `(reviews::post_id, reviews::language)`"
)]
pub trait InTable<Width, DB> {
    /// The table.
    fn home() -> Home;
}

impl<C, DB> InTable<Single, DB> for C
where
    DB: Dialect,
    C: Column + Default + QueryFragment<DB>,
    C::Table: HasTable<Table = C::Table> + QueryFragment<DB>,
    <C::Table as Table>::PrimaryKey: Expression<SqlType: 'static> + QueryFragment<DB>,
{
    fn home() -> Home {
        let table = <C::Table as HasTable>::table();
        let primary_key = table.primary_key();
        let integer = is_integer::<<<C::Table as Table>::PrimaryKey as Expression>::SqlType>();
        let primary_key = integer.then(|| sql::<DB>(&primary_key));
        Home { table: sql::<DB>(&table), column: sql::<DB>(&C::default()), primary_key }
    }
}

impl<A: InTable<Single, DB>, B, DB> InTable<Pair, DB> for (A, B) {
    fn home() -> Home {
        A::home()
    }
}

impl<A: InTable<Single, DB>, B, C, DB> InTable<Triple, DB> for (A, B, C) {
    fn home() -> Home {
        A::home()
    }
}

fn is_integer<ST: 'static>() -> bool {
    let integers =
        [TypeId::of::<sql_types::SmallInt>(), TypeId::of::<sql_types::Integer>(), TypeId::of::<sql_types::BigInt>()];
    integers.contains(&TypeId::of::<ST>())
}

/// The SQL of a fragment without binds.
pub(crate) fn sql<DB: Dialect>(fragment: &impl QueryFragment<DB>) -> String {
    let sql = diesel::debug_query::<DB, _>(fragment).to_string();
    sql.split(" -- binds").next().unwrap_or_default().to_owned()
}
