//! Snapshots of PostgreSQL: REPEATABLE READ, asked for inside the transaction.

use diesel::connection::LoadConnection;
use diesel::dsl::sql;
use diesel::pg::Pg;
use diesel::result::QueryResult;
use diesel::sql_types::Text;
use diesel::{RunQueryDsl, select};

use crate::backend::{Snapshots, Transaction};

impl Snapshots for Pg {
    const BEFORE_BEGIN: Option<&'static str> = None;
    const AFTER_BEGIN: Option<&'static str> = Some("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");

    /// A setting that is local to the transaction is gone at the next statement, unless a transaction is open. (Clocks tell
    /// too little: `now()` and `statement_timestamp()` differ within one statement of the extended protocol.)
    fn transaction<C: LoadConnection<Backend = Pg>>(conn: &mut C) -> QueryResult<Transaction> {
        select(sql::<Text>(SET)).get_result::<String>(conn)?;
        Ok(named(select(sql::<(Text, Text)>(ASKED)).get_result(conn)?))
    }

    #[cfg(feature = "async")]
    async fn transaction_async<C>(conn: &mut C) -> QueryResult<Transaction>
    where
        C: diesel_async::AsyncConnection<Backend = Pg>,
    {
        diesel_async::RunQueryDsl::get_result::<String>(select(sql::<Text>(SET)), conn).await?;
        Ok(named(diesel_async::RunQueryDsl::get_result(select(sql::<(Text, Text)>(ASKED)), conn).await?))
    }
}

const SET: &str = "set_config('turbodiesel.transaction', 'open', true)";
const ASKED: &str =
    "coalesce(current_setting('turbodiesel.transaction', true), ''), current_setting('transaction_isolation')";

fn named((open, isolation): (String, String)) -> Transaction {
    match (open.as_str(), isolation.as_str()) {
        ("open", "repeatable read" | "serializable") => Transaction::Snapshot,
        ("open", _) => Transaction::Weaker(isolation),
        _ => Transaction::None,
    }
}
