//! Snapshots of MySQL and MariaDB: REPEATABLE READ, asked for before the transaction begins.

use diesel::connection::LoadConnection;
use diesel::dsl::sql;
use diesel::mysql::Mysql;
use diesel::result::{DatabaseErrorInformation, Error, QueryResult};
use diesel::sql_types::Text;
use diesel::{RunQueryDsl, select};

use crate::backend::{Snapshots, Transaction};

impl Snapshots for Mysql {
    // Of the next transaction alone.
    const BEFORE_BEGIN: Option<&'static str> = Some("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    const AFTER_BEGIN: Option<&'static str> = None;

    /// MariaDB has a variable that says whether a transaction is open; for MySQL the comment is one. The isolation is that
    /// of the session: the servers hide a level that `SET TRANSACTION` chose for one transaction.
    fn transaction<C: LoadConnection<Backend = Mysql>>(conn: &mut C) -> QueryResult<Transaction> {
        let open = select(sql::<Text>(OPEN)).get_result::<String>(conn)?;
        let holds = open.is_empty() && holds_savepoints(conn)?;
        let Some(variable) = isolation(&open, holds) else { return Ok(Transaction::None) };
        Ok(named(select(sql::<Text>(variable)).get_result(conn)?))
    }

    #[cfg(feature = "async")]
    async fn transaction_async<C>(conn: &mut C) -> QueryResult<Transaction>
    where
        C: diesel_async::AsyncConnection<Backend = Mysql>,
    {
        let open = diesel_async::RunQueryDsl::get_result::<String>(select(sql::<Text>(OPEN)), conn).await?;
        let holds = open.is_empty() && {
            conn.batch_execute(SAVEPOINT).await?;
            held(conn.batch_execute(RELEASE).await)?
        };
        let Some(variable) = isolation(&open, holds) else { return Ok(Transaction::None) };
        Ok(named(diesel_async::RunQueryDsl::get_result(select(sql::<Text>(variable)), conn).await?))
    }
}

const OPEN: &str = "concat(''/*M!, @@in_transaction*/)";

/// The variable that names the isolation of the transaction that is open, if one is.
fn isolation(open: &str, holds_savepoints: bool) -> Option<&'static str> {
    match open {
        "0" => None,
        "" => holds_savepoints.then_some("@@transaction_isolation"),
        _ => Some("@@tx_isolation"),
    }
}

fn named(isolation: String) -> Transaction {
    match isolation.as_str() {
        "REPEATABLE-READ" | "SERIALIZABLE" => Transaction::Snapshot,
        _ => Transaction::Weaker(isolation),
    }
}

const SAVEPOINT: &str = "SAVEPOINT turbodiesel_transaction";
const RELEASE: &str = "RELEASE SAVEPOINT turbodiesel_transaction";

/// Whether a transaction is open, on a server without a variable for it: outside of one a savepoint is gone at once.
fn holds_savepoints<C: LoadConnection<Backend = Mysql>>(conn: &mut C) -> QueryResult<bool> {
    conn.batch_execute(SAVEPOINT)?;
    held(conn.batch_execute(RELEASE))
}

fn held(released: QueryResult<()>) -> QueryResult<bool> {
    match released {
        Ok(()) => Ok(true),
        Err(Error::DatabaseError(_, said)) if is_no_savepoint(&*said) => Ok(false),
        Err(error) => Err(error),
    }
}

/// `ER_SP_DOES_NOT_EXIST`: "SAVEPOINT turbodiesel_transaction does not exist". The number is not handed out, the name is in
/// every language.
fn is_no_savepoint(said: &(dyn DatabaseErrorInformation + Send + Sync)) -> bool {
    said.message().contains("turbodiesel_transaction")
}

#[cfg(test)]
mod tests {
    use super::*;
    use diesel::connection::SimpleConnection;
    use diesel::prelude::*;

    /// MariaDB never gets there by itself.
    #[test]
    #[ignore = "needs a server; scripts/test-all runs it"]
    fn a_savepoint_tells_whether_a_transaction_is_open() -> Result<(), Box<dyn std::error::Error>> {
        let conn = &mut MysqlConnection::establish(&std::env::var("TURBODIESEL_MYSQL_URL")?)?;
        assert!(!holds_savepoints(conn)?);
        conn.batch_execute("START TRANSACTION")?;
        assert!(holds_savepoints(conn)?);
        conn.batch_execute("ROLLBACK")?;
        assert!(!holds_savepoints(conn)?);
        Ok(())
    }
}
