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
        let set = "set_config('turbodiesel.transaction', 'open', true)";
        select(sql::<Text>(set)).get_result::<String>(conn)?;
        let asked = "coalesce(current_setting('turbodiesel.transaction', true), ''), \
                     current_setting('transaction_isolation')";
        let (open, isolation) = select(sql::<(Text, Text)>(asked)).get_result::<(String, String)>(conn)?;
        Ok(match (open.as_str(), isolation.as_str()) {
            ("open", "repeatable read" | "serializable") => Transaction::Snapshot,
            ("open", _) => Transaction::Weaker(isolation),
            _ => Transaction::None,
        })
    }
}
