//! A type of the program's own, which nobody made a key.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Integer;
use turbodiesel::prelude::*;

diesel::table! {
    accounts (id) {
        id -> Integer,
    }
}

diesel::table! {
    sessions (id) {
        id -> Integer,
        account_id -> Integer,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Integer)]
struct AccountId(i32);

impl<DB: Backend> FromSql<Integer, DB> for AccountId
where
    i32: FromSql<Integer, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        i32::from_sql(bytes).map(AccountId)
    }
}

impl<DB: Backend> ToSql<Integer, DB> for AccountId
where
    i32: ToSql<Integer, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

#[derive(Debug, Clone, Queryable, Selectable, Identifiable)]
struct Account {
    id: AccountId,
}

#[derive(Debug, Clone, Queryable, Selectable, Identifiable, Associations)]
#[diesel(belongs_to(Account))]
struct Session {
    id: i32,
    account_id: AccountId,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut SqliteConnection::establish(":memory:")?;
    let accounts = accounts::table.select(Account::as_select()).preload(has_many::<Session>()).load(conn)?;
    println!("{accounts:?}");
    Ok(())
}
