//! Every type that can be a key, on every backend: each key finds its children, and a NULL none.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types;

use crate::support::prelude::*;

/// `$name` is the SQL type of its column: on SQLite, PostgreSQL and MySQL.
macro_rules! key_types {
    ($($name:ident: $K:ty, [$($ST:tt)+], $sqlite:literal $postgres:literal $mysql:literal, $keys:expr;)+) => {$(
        mod $name {
            use super::*;

            diesel::table! { parents (id) { id -> $($ST)+, } }
            diesel::table! { children (id) { id -> Integer, parent_id -> Nullable<$($ST)+>, } }

            #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable)]
            #[diesel(table_name = parents)]
            struct Parent {
                id: $K,
            }

            #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable, Associations)]
            #[diesel(table_name = children, belongs_to(Parent))]
            struct Child {
                id: i32,
                parent_id: Option<$K>,
            }

            scenarios! {
                fn every_key_finds_its_children(db) {
                    let conn = db.conn();
                    go!(conn.batch_execute(&tables(BACKEND, [$sqlite, $postgres, $mysql])))?;
                    let keys: Vec<$K> = $keys;
                    for (n, key) in (0i32..).zip(&keys) {
                        go!(diesel::insert_into(parents::table).values(parents::id.eq(key)).execute(conn))?;
                        // The last key has no child.
                        for id in [2 * n, 2 * n + 1].into_iter().filter(|_| n as usize + 1 < keys.len()) {
                            go!(diesel::insert_into(children::table).values((children::id.eq(id), children::parent_id.eq(Some(key)))).execute(conn))?;
                        }
                    }
                    go!(diesel::insert_into(children::table).values((children::id.eq(1_000), children::parent_id.eq(None::<$K>))).execute(conn))?;

                    let rows: Vec<(Parent, Vec<Child>)> =
                        go!(parents::table.select(Parent::as_select()).preload(has_many::<Child>().order(children::id)).load(conn))?;
                    let found: Vec<(&$K, Vec<i32>)> = rows.iter().map(|(parent, children)| (&parent.id, children.iter().map(|child| child.id).collect())).collect();
                    check(&keys, &found);
                    let rows: Vec<(Parent, Option<Child>)> =
                        go!(parents::table.select(Parent::as_select()).preload(has_many::<Child>().latest(children::id.desc())).load(conn))?;
                    let latest: Vec<_> = rows.iter().map(|(_, child)| child.as_ref().map(|child| child.id)).collect();
                    assert_eq!(latest, found.iter().map(|(_, children)| children.last().copied()).collect::<Vec<_>>());
                    let rows: Vec<(Child, Option<Parent>)> =
                        go!(children::table.select(Child::as_select()).preload(belongs_to::<Parent>()).load(conn))?;
                    assert_eq!(rows.len(), 2 * keys.len() - 1);
                    assert!(rows.iter().all(|(child, parent)| child.parent_id.as_ref() == parent.as_ref().map(|parent| &parent.id)));
                }
            }
        }
    )+};
}

fn tables(backend: &str, column: [&str; 3]) -> String {
    let [sqlite, postgres, mysql] = column;
    let ty = match backend {
        "sqlite" => sqlite,
        "postgres" => postgres,
        _ => mysql,
    };
    format!(
        "CREATE TABLE parents (id {ty} NOT NULL PRIMARY KEY);
         CREATE TABLE children (id INTEGER NOT NULL PRIMARY KEY, parent_id {ty});"
    )
}

#[track_caller]
fn check<K: PartialEq + std::fmt::Debug>(keys: &[K], found: &[(&K, Vec<i32>)]) {
    assert_eq!(found.len(), keys.len());
    for (n, key) in (0i32..).zip(keys) {
        let children: Vec<i32> = if n as usize + 1 < keys.len() { vec![2 * n, 2 * n + 1] } else { vec![] };
        assert!(found.contains(&(key, children)), "{key:?}: {found:?}");
    }
}

fn time(text: &str) -> chrono::NaiveDateTime {
    text.parse().unwrap()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql_types::BigInt)]
struct AccountId(i64);
impl<DB: Backend> FromSql<sql_types::BigInt, DB> for AccountId
where
    i64: FromSql<sql_types::BigInt, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        i64::from_sql(value).map(AccountId)
    }
}
impl<DB: Backend> ToSql<sql_types::BigInt, DB> for AccountId
where
    i64: ToSql<sql_types::BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}
turbodiesel::key!(AccountId => |id| id.0);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql_types::Text)]
enum Level {
    Low,
    High,
    Unknown,
}
impl Level {
    fn name(self) -> &'static str {
        match self {
            Level::Low => "low",
            Level::High => "high",
            Level::Unknown => "?",
        }
    }
}
impl<DB: Backend> FromSql<sql_types::Text, DB> for Level
where
    String: FromSql<sql_types::Text, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let name = String::from_sql(value)?;
        [Level::Low, Level::High, Level::Unknown]
            .into_iter()
            .find(|level| level.name() == name)
            .ok_or("no level".into())
    }
}
impl<DB: Backend> ToSql<sql_types::Text, DB> for Level
where
    str: ToSql<sql_types::Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        str::to_sql(self.name(), out)
    }
}
turbodiesel::key!(Level);

/// What has no SQL type of its own on two of the backends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql_types::Binary)]
struct Token(uuid::Uuid);
impl<DB: Backend> FromSql<sql_types::Binary, DB> for Token
where
    Vec<u8>: FromSql<sql_types::Binary, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Token(uuid::Uuid::from_slice(&Vec::from_sql(value)?)?))
    }
}
impl<DB: Backend> ToSql<sql_types::Binary, DB> for Token
where
    [u8]: ToSql<sql_types::Binary, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        <[u8]>::to_sql(self.0.as_bytes(), out)
    }
}
turbodiesel::key!(Token => |token| &token.0.as_bytes()[..]);

key_types! {
    boolean: bool, [Bool], "BOOLEAN" "BOOLEAN" "BOOLEAN", vec![true, false];
    small: i16, [SmallInt], "SMALLINT" "SMALLINT" "SMALLINT", vec![i16::MIN, -1, 0, i16::MAX];
    integer: i32, [Integer], "INTEGER" "INTEGER" "INTEGER", vec![i32::MIN, -1, 0, i32::MAX];
    binary: Vec<u8>, [Binary], "BLOB" "BYTEA" "VARBINARY(300)", vec![vec![], vec![0], vec![0, 0], b"'\"\\".to_vec(), vec![0xff, 0x80], vec![7; 300], vec![1, 2]];
    date: chrono::NaiveDate, [Date], "DATE" "DATE" "DATE", ["1000-01-01", "2024-02-29", "9999-12-31"].map(|day| day.parse().unwrap()).into();
    clock: chrono::NaiveTime, [Time], "TIME" "TIME" "TIME(6)", ["00:00:00", "23:59:59.999999", "12:00:00.5"].map(|time| time.parse().unwrap()).into();
    timestamp: chrono::NaiveDateTime, [Timestamp], "TIMESTAMP" "TIMESTAMP" "DATETIME(6)",
        vec![time("1970-01-02T00:00:00"), time("2026-01-01T08:00:00"), time("2026-01-01T08:00:00.000001"), time("2026-01-01T08:00:00.5")];
    newtype: AccountId, [BigInt], "BIGINT" "BIGINT" "BIGINT", vec![AccountId(i64::MIN), AccountId(-1), AccountId(i64::MAX)];
    enumeration: Level, [Text], "TEXT" "TEXT" "VARCHAR(10)", vec![Level::Low, Level::High, Level::Unknown];
    token: Token, [Binary], "BLOB" "BYTEA" "BINARY(16)", vec![Token(uuid::Uuid::nil()), Token(uuid::Uuid::from_u128(0x0123_4567_89ab_cdef_0011_2233_4455_6677)), Token(uuid::Uuid::max())];
}
