//! A plan is asked for on a connection that blocks.

use diesel::connection::LoadConnection;
use diesel::query_builder::QueryFragment;
use diesel::result::{Error as DieselError, QueryResult};

use super::script::{Question, Script, Sql, Then};
use super::{How, Plan};
use crate::backend::Dialect;
use crate::error::Result;

/// Asks for the plan of a statement.
pub(crate) fn plan<Conn>(statement: &dyn QueryFragment<Conn::Backend>, conn: &mut Conn, how: How) -> Result<Plan>
where
    Conn: LoadConnection<Backend: Dialect>,
{
    let sql = Sql::of(statement)?;
    let script = Conn::Backend::explain(how)?;
    let raw = if script.is_taken_back {
        taken_back(conn, |conn| run(&script, &sql, statement, conn))?
    } else {
        run(&script, &sql, statement, conn)?
    };
    Ok(Plan::parse::<Conn::Backend>(sql.text, raw))
}

fn run<Conn>(
    script: &Script,
    sql: &Sql,
    statement: &dyn QueryFragment<Conn::Backend>,
    conn: &mut Conn,
) -> QueryResult<String>
where
    Conn: LoadConnection<Backend: Dialect>,
{
    let ask = |question: Question, conn: &mut Conn| Conn::Backend::lines(sql.asked(question, || statement), conn);
    let first = match (script.first)(sql) {
        Some(question) => conn.transaction(|conn| ask(question, conn)).unwrap_or_default(),
        None => Vec::new(),
    };
    let Then { set_up, question, tear_down } = (script.then)(sql, first);
    for statement in set_up {
        conn.batch_execute(&statement)?;
    }
    let Some(tear_down) = tear_down else { return Ok(ask(question, conn)?.concat()) };
    let raw = conn.transaction(|conn| ask(question, conn));
    conn.batch_execute(&tear_down)?;
    Ok(raw?.concat())
}

/// Does something in a transaction, or a savepoint of the one that is open, and takes it back.
fn taken_back<Conn, T>(conn: &mut Conn, run: impl FnOnce(&mut Conn) -> QueryResult<T>) -> Result<T>
where
    Conn: LoadConnection,
{
    let mut outcome = None;
    let ended = conn.transaction::<(), DieselError, _>(|conn| {
        outcome = Some(run(conn)?);
        Err(DieselError::RollbackTransaction)
    });
    match (ended, outcome) {
        (Err(DieselError::RollbackTransaction), Some(outcome)) => Ok(outcome),
        (Err(error), _) => Err(error.into()),
        (Ok(()), _) => Err(DieselError::RollbackTransaction.into()),
    }
}
