//! Where databases differ, and nowhere else.
//!
//! [`Dialect`] lists every point where the SQL of this crate depends on the database; [`KeyList`] and [`StoredKey`] are
//! its two methods that also depend on the SQL type of a column. One file a backend holds its answers.
//!
//! | point | PostgreSQL | SQLite | MySQL, MariaDB |
//! |---|---|---|---|
//! | key list | `= ANY($1)`, one array | `IN (SELECT value FROM json_each(?))`, one bind | `IN (SELECT k.id FROM JSON_TABLE(?, ..) k)`, one bind |
//! | many keys | its planner knows how many | most of the table: scan; else rows in their order | most of the table: scan |
//! | seek, one direction | `(a, b) > ($1, $2)` | UNION ALL of ranges | `a > ? OR (a = ? AND b > ?)` |
//! | seek, mixed directions or nullable keys | UNION ALL of ranges | UNION ALL of ranges | the OR chain |
//! | seek, a chosen place of NULLs | UNION ALL of ranges | UNION ALL of ranges | UNION ALL of ranges |
//! | a range of NULLs | `a IS NULL` | `a IS NULL` | `(a IS NULL OR a < NULL)` |
//! | first children of each parent | `unnest` and LATERAL; of keys, above ten | `json_each`, the limited query as a JSON array of keys | UNION ALL, 64 parents a statement; a scalar subquery for one child |
//! | aggregates of each parent | scalar subqueries; sums from 1,000 keys on, GROUP BY | scalar subqueries | scalar subqueries, MAX as `ORDER BY .. LIMIT 1` |
//! | a decimal as a bind | as it is | keys of it are refused | `CAST(? AS DECIMAL(65, 30))`, as text is compared as a double |
//! | NULL in an ascending order | last | first | first |
//! | snapshot | REPEATABLE READ, READ ONLY | any transaction | REPEATABLE READ, READ ONLY, said before BEGIN |
//!
//! Each was picked by what the databases read, not by taste: a row value makes MariaDB walk its whole index and SQLite all
//! rows that tie with the cursor, and an OR chain makes PostgreSQL walk its whole index.

use diesel::backend::Backend;
#[cfg(feature = "migrations")]
use diesel::connection::Connection;
use diesel::connection::LoadConnection;
use diesel::deserialize;
use diesel::query_builder::AstPass;
#[cfg(feature = "plan")]
use diesel::query_builder::QueryFragment;
use diesel::result::{DatabaseErrorInformation, QueryResult};

#[cfg(feature = "plan")]
use crate::error::Result;
use crate::error::{Constraint, ConstraintKind};
use crate::keyset::stored::{Stored, WireType};
#[cfg(feature = "plan")]
use crate::plan::script::{Asked, Script};
#[cfg(feature = "plan")]
use crate::plan::{Database, How, Node};

pub(crate) mod keys;
#[cfg(feature = "mysql")]
mod mysql;
mod per_parent;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

pub use keys::{KeyList, KeySql, Spelling};
pub use per_parent::{AggregateForm, Around, Extreme, KeyTable, PerParentSql, TopN};

/// A database whose SQL this crate knows: [`Pg`](diesel::pg::Pg), [`Sqlite`](diesel::sqlite::Sqlite) or
/// [`Mysql`](diesel::mysql::Mysql), which speaks for MySQL and MariaDB alike.
///
/// Turn them on with the features `postgres`, `sqlite` and `mysql`.
#[diagnostic::on_unimplemented(
    message = "turbodiesel does not know the SQL of `{Self}`",
    note = "turn on its feature: `sqlite`, `postgres` or `mysql`",
    note = "`#[derive(MultiConnection)]` is not supported: use one connection type"
)]
pub trait Dialect: Backend<QueryBuilder: Default> + KeySql + PerParentSql + Default + 'static {
    /// What a cursor calls this backend: part of every token, so it never changes.
    const TAG: u8;
    /// How a position is compared when all keys are NOT NULL and go in one direction.
    const UNIFORM_SEEK: SeekForm;
    /// How a position is compared otherwise.
    const MIXED_SEEK: SeekForm;
    /// How a position is compared where NULLs stand in another place than the database's own.
    const FOREIGN_NULLS_SEEK: SeekForm;
    /// Where NULLs stand if nobody says so: the place that an index of this database serves.
    const NULLS_SORT: NullsSort;
    /// Whether ORDER BY knows NULLS FIRST and NULLS LAST.
    const NULLS_SYNTAX: bool;
    /// The name of the database in messages.
    const NAME: &'static str;
    /// What OpenTelemetry calls this database.
    const SYSTEM: &'static str;
    /// Whether `IS NULL` is taken for a lookup and not for a range: then what follows it in an index is sorted once more.
    const NULL_IS_A_LOOKUP: bool;
    /// Whether an index can have NULLs in another place than the database's own.
    const NULLS_IN_INDEX: bool;
    /// Whether an index can have an expression.
    const EXPRESSIONS_IN_INDEX: bool;
    /// Whether a SELECT with ORDER BY and LIMIT joins a UNION in parentheses; elsewhere it is a subquery.
    const UNION_OF_PARENTHESES: bool;

    /// Reads a key as it is stored.
    fn read_stored(value: Option<Self::RawValue<'_>>) -> deserialize::Result<(Stored, WireType)>;

    /// Whether a connection of diesel-async is of use after a statement was dropped on its way.
    #[cfg(feature = "async")]
    const SURVIVES_CANCELLATION: bool;

    /// The type of the rows of an answer.
    #[cfg(feature = "plan")]
    type PlanRow: 'static;
    /// What plans call this database.
    #[cfg(feature = "plan")]
    const DATABASE: Database;

    /// How it is asked for a plan, in its words.
    #[cfg(feature = "plan")]
    fn explain(how: How) -> Result<Script>;

    /// The lines of an answer.
    #[cfg(feature = "plan")]
    fn lines<Conn, S>(asked: Asked<S, Self::PlanRow>, conn: &mut Conn) -> QueryResult<Vec<String>>
    where
        Conn: LoadConnection<Backend = Self>,
        S: QueryFragment<Self>;

    /// The same, awaited.
    #[cfg(all(feature = "plan", feature = "async"))]
    fn lines_awaited<V, S>(
        asked: Asked<S, Self::PlanRow>,
        conn: &mut V,
    ) -> impl Future<Output = QueryResult<Vec<String>>> + Send
    where
        V: diesel_async::AsyncConnectionCore<Backend = Self>,
        S: QueryFragment<Self> + Send;

    /// Reads these words, of a statement. Pure; it knows an answer to any text.
    #[cfg(feature = "plan")]
    fn read_plan(raw: &str, sql: &str) -> Node;
}

/// How a database gives back the row that a statement wrote.
#[cfg(feature = "repository")]
pub trait Writes: Dialect {
    /// Whether INSERT and UPDATE have a RETURNING clause. MariaDB has one for INSERT, MySQL has none.
    const RETURNING: bool;
}

/// How a database gives one snapshot to several statements.
pub trait Snapshots: Dialect {
    /// Sent before the transaction begins.
    const BEFORE_BEGIN: Option<&'static str>;
    /// Sent as the first statement of the transaction.
    const AFTER_BEGIN: Option<&'static str>;

    /// Asks the server what is open. Diesel does not say, and knows nothing of a transaction that SQL of the caller's own
    /// began.
    ///
    /// # Errors
    ///
    /// The database's.
    fn transaction<C: LoadConnection<Backend = Self>>(conn: &mut C) -> QueryResult<Transaction>;

    /// The same questions, awaited.
    ///
    /// # Errors
    ///
    /// The database's.
    #[cfg(feature = "async")]
    fn transaction_async<C>(conn: &mut C) -> impl Future<Output = QueryResult<Transaction>> + Send
    where
        C: diesel_async::AsyncConnection<Backend = Self>;
}

/// The transaction that a connection is in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transaction {
    /// None.
    None,
    /// One whose statements see one snapshot.
    Snapshot,
    /// One whose statements may see what others commit in between; its isolation, as the server calls it.
    Weaker(String),
}

/// What migrating needs of a database.
#[cfg(feature = "migrations")]
pub trait Migrates: Backend {
    /// Whether DDL is undone with the transaction that it runs in.
    const DDL_IN_TRANSACTION: bool;
    /// The lock of a session; `None` where a transaction that writes is the lock.
    const LOCK: Option<SessionLock>;
    /// How long a connection waits for other writers, where that is a setting of the connection.
    const BUSY_TIMEOUT: Option<BusyTimeout> = None;
    /// Which of the tables that record migrations there are: their names, and anything.
    const TABLES: &'static str;

    /// The rows of a query of two texts.
    ///
    /// # Errors
    ///
    /// The database's.
    fn pairs<C>(conn: &mut C, sql: &str) -> QueryResult<Vec<(String, String)>>
    where
        C: LoadConnection<Backend = Self>;

    /// Sends a statement with texts in the places of its `?`.
    ///
    /// # Errors
    ///
    /// The database's.
    fn send<C>(conn: &mut C, sql: &str, binds: &[&str]) -> QueryResult<usize>
    where
        C: Connection<Backend = Self>;
}

/// A lock that a session holds until it gives it back or ends: three queries that return two texts.
#[cfg(feature = "migrations")]
#[derive(Debug, Clone, Copy)]
pub struct SessionLock {
    /// The name of the lock.
    pub name: &'static str,
    /// Takes it if it is free, and then returns `1`. The name goes in the place of `?`.
    pub take: &'static str,
    /// Gives it back.
    pub release: &'static str,
}

/// The time that a connection waits: read as the first of two texts, and set, both in milliseconds.
#[cfg(feature = "migrations")]
#[derive(Debug, Clone, Copy)]
pub struct BusyTimeout {
    /// The query that reads it.
    pub read: &'static str,
    /// The statement that sets it, up to the number.
    pub set: &'static str,
}

/// `Migrates::pairs` and `send`, which name the backend and are else the same: written once, for each.
#[cfg(feature = "migrations")]
#[allow(unused_macros)] // no backend is on
macro_rules! sends_texts {
    (|$sql:ident| $placeholders:expr) => {
        fn pairs<C>(conn: &mut C, sql: &str) -> diesel::QueryResult<Vec<(String, String)>>
        where
            C: diesel::connection::LoadConnection<Backend = Self>,
        {
            use diesel::sql_types::Text;
            diesel::RunQueryDsl::load(diesel::dsl::sql::<(Text, Text)>(sql), conn)
        }

        fn send<C>(conn: &mut C, $sql: &str, binds: &[&str]) -> diesel::QueryResult<usize>
        where
            C: diesel::Connection<Backend = Self>,
        {
            let mut statement = diesel::sql_query($placeholders).into_boxed::<Self>();
            for bind in binds {
                statement = statement.bind::<diesel::sql_types::Text, _>((*bind).to_owned());
            }
            diesel::RunQueryDsl::execute(statement, conn)
        }
    };
}
#[cfg(feature = "migrations")]
#[allow(unused_imports)] // the same
pub(crate) use sends_texts;

/// `Dialect::lines`, which name the backend and the type of its rows: written once, for each.
#[cfg(feature = "plan")]
#[allow(unused_macros)] // no backend is on
macro_rules! lines {
    ($SqlType:ty, $Row:ty, |$row:pat_param| $line:expr) => {
        type PlanRow = $SqlType;

        fn lines<Conn, S>(
            asked: crate::plan::script::Asked<S, $SqlType>,
            conn: &mut Conn,
        ) -> diesel::QueryResult<Vec<String>>
        where
            Conn: diesel::connection::LoadConnection<Backend = Self>,
            S: diesel::query_builder::QueryFragment<Self>,
        {
            let rows: Vec<$Row> = diesel::RunQueryDsl::load(asked, conn)?;
            Ok(rows.into_iter().map(|$row| $line).collect())
        }

        #[cfg(feature = "async")]
        async fn lines_awaited<V, S>(
            asked: crate::plan::script::Asked<S, $SqlType>,
            conn: &mut V,
        ) -> diesel::QueryResult<Vec<String>>
        where
            V: diesel_async::AsyncConnectionCore<Backend = Self>,
            S: diesel::query_builder::QueryFragment<Self> + Send,
        {
            let rows: Vec<$Row> = crate::driver::Sends::ask(asked, conn).await?;
            Ok(rows.into_iter().map(|$row| $line).collect())
        }
    };
}
#[cfg(feature = "plan")]
#[allow(unused_imports)] // the same
pub(crate) use lines;

/// The constraint that an error is about, in the words of the database: none of the three speaks like another.
pub(crate) fn constraint(kind: Option<ConstraintKind>, said: &dyn DatabaseErrorInformation) -> Option<Constraint> {
    let found = None::<Constraint>;
    #[cfg(feature = "postgres")]
    let found = found.or_else(|| postgres::constraint::constraint(kind?, said));
    #[cfg(feature = "sqlite")]
    let found = found.or_else(|| sqlite::constraint::constraint(kind, said.message()));
    #[cfg(feature = "mysql")]
    let found = found.or_else(|| mysql::constraint::constraint(kind, said.message()));
    let _ = (kind, said); // no backend is on
    found
}

/// A form of the predicate "strictly after this position".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SeekForm {
    /// `(a, b) > (?, ?)`
    RowValue,
    /// `a > ? OR (a = ? AND b > ?)`
    OrChain,
    /// One range a key, each ordered and limited: `.. WHERE a = ? AND b > ? .. UNION ALL .. WHERE a > ? ..`
    Segments,
}

/// Whether a database takes NULL for the smallest or the largest of all values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NullsSort {
    /// First when ascending: SQLite, MySQL, MariaDB.
    Smallest,
    /// Last when ascending: PostgreSQL.
    Largest,
}

/// A key of SQL type `ST`, as this database stores it: read beside each row, bound again by the next page.
pub trait StoredKey<ST>: Dialect {
    /// Gives a value that is not NULL the one form that it has as a key of type `ST`; `None` where it cannot be one.
    ///
    /// Of values that are equal in every ordering (`-0.0` and `0.0`, `1.0` and `1.00`) one form is kept, so that a position
    /// has one cursor. The key of a row is brought into it; nothing that came from outside is bound unless it is in it.
    fn canonical(value: Stored) -> Option<Stored>;

    /// Why a key of that type on the wire, read as `ST`, sorts otherwise than its values compare, where that is so.
    fn misfit(_wire: WireType) -> Option<&'static str> {
        None
    }

    /// The type that a value of the program is cast to, where the value alone would not be compared exactly.
    fn cast_given() -> Option<String> {
        None
    }

    /// Writes the value as a bind.
    fn push_stored<'b>(value: &'b Stored, out: AstPass<'_, 'b, Self>) -> QueryResult<()>;
}
