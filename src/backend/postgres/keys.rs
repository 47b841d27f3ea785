//! Key lists on PostgreSQL: one array for each column.

use std::any::TypeId;

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{Array, HasSqlType};

use super::blanks;
use crate::backend::keys::{push_binds, push_columns, push_run};
use crate::backend::{KeyList, KeySql, Spelling};
use crate::preload::Strategy;
use crate::preload::key::{Key, Pair, Single, Triple, Width};
use crate::preload::plumbing::home::Home;
use crate::preload::plumbing::keys::Keys;
use crate::preload::plumbing::spell::BindKey;

impl KeySql for Pg {
    const LONGEST_LIST: Option<usize> = None;
    const STRATEGIES: &'static [Strategy] = &[Strategy::Search, Strategy::Scan, Strategy::Binds];
    // Its planner sees how many keys there are.
    const PROBE_FROM: Option<usize> = None;

    fn choose(_: usize, _: usize, _: bool) -> Strategy {
        Strategy::Search
    }

    fn spelling(_: TypeId) -> Spelling {
        Spelling::Array
    }
}

/// A key of type `K` in columns of SQL type `ST`, bound as an array for each column.
#[diagnostic::on_unimplemented(
    message = "keys of type `{K}` cannot be looked up in a column of type `{ST}` on this backend",
    note = "the key's Rust type must be the column's: `i32` for `Integer`, `i64` for `BigInt`, `String` for `Text`"
)]
pub trait Arrays<K, ST> {
    /// Writes `$1`, or `$1, $2`.
    fn push_arrays<'b>(keys: &'b Keys<K>, out: AstPass<'_, 'b, Pg>) -> QueryResult<()>;
}

#[diagnostic::do_not_recommend]
impl<K: Key, ST: 'static> Arrays<K, ST> for Single
where
    Vec<K>: ToSql<Array<ST>, Pg>,
    Pg: HasSqlType<Array<ST>>,
{
    fn push_arrays<'b>(keys: &'b Keys<K>, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_bind_param::<Array<ST>, _>(keys.list())
    }
}

macro_rules! arrays {
    ($Width:ident: $($K:ident $ST:ident $i:tt),+) => {
        #[diagnostic::do_not_recommend]
        impl<$($K: Key, $ST: 'static),+> Arrays<($($K,)+), ($($ST,)+)> for $Width
        where
            ($($K,)+): Key,
            $(Vec<$K>: ToSql<Array<$ST>, Pg>, Pg: HasSqlType<Array<$ST>>,)+
        {
            fn push_arrays<'b>(keys: &'b Keys<($($K,)+)>, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
                let columns = |keys: &[($($K,)+)]| ($(keys.iter().map(|key| key.$i.clone()).collect::<Vec<$K>>(),)+);
                if let Some(columns) = keys.arrays(columns) {
                    $(
                        if $i > 0 {
                            out.push_sql(", ");
                        }
                        out.push_bind_param::<Array<$ST>, _>(&columns.$i)?;
                    )+
                }
                Ok(())
            }
        }
    };
}
arrays!(Pair: A SA 0, B SB 1);
arrays!(Triple: A SA 0, B SB 1, C SC 2);

// "posts"."author_id" = ANY($1)
// "posts"."author_id" BETWEEN $1 AND $2
// ("a", "b") IN (SELECT * FROM unnest($1, $2))
impl<K, ST> KeyList<K, ST> for Pg
where
    K: Key<Columns: Arrays<K, ST> + BindKey<K, ST, Pg>>,
{
    fn types() -> Vec<TypeId> {
        K::Columns::types()
    }

    fn push_key_list<'b, E: QueryFragment<Self>>(
        columns: &'b E,
        keys: &'b Keys<K>,
        _: fn() -> Home,
        mut out: AstPass<'_, 'b, Self>,
    ) -> QueryResult<()> {
        let types = K::Columns::types();
        let strategy = keys.strategy::<Self>(&types);
        let value = |i| format!("_b.{}", name(i, types.len()));
        if let Some(values) = blanks::compared(columns, keys.list(), &types, value) {
            return push_compared::<K, ST, E>(columns, keys, strategy, &values, out);
        }
        if strategy == Strategy::Binds {
            return push_binds::<K, ST, Self>(columns, keys, out);
        }
        if let Some(run) = keys.run(&types) {
            return push_run::<K, ST, Self>(columns, run, out);
        }
        push_columns::<K, Self>(columns, out.reborrow())?;
        // The rows of a subquery are hashed where no index is; of an array, a generic plan compares each row with each key.
        if K::Columns::COUNT == 1 && strategy == Strategy::Search {
            out.push_sql(" = ANY(");
            K::Columns::push_arrays(keys, out.reborrow())?;
            out.push_sql(")");
        } else {
            out.push_sql(" IN (SELECT * FROM unnest(");
            K::Columns::push_arrays(keys, out.reborrow())?;
            out.push_sql("))");
        }
        Ok(())
    }
}

// "books"."shelf_code" = ANY(ARRAY(SELECT rtrim(_b.v, ..) FROM unnest($1) AS _b(v)))
// ("a", "b") IN (SELECT rtrim(_b.v0, ..), _b.v1 FROM unnest($1, $2) AS _b(v0, v1))
fn push_compared<'b, K, ST, E: QueryFragment<Pg>>(
    columns: &'b E,
    keys: &'b Keys<K>,
    strategy: Strategy,
    values: &str,
    mut out: AstPass<'_, 'b, Pg>,
) -> QueryResult<()>
where
    K: Key<Columns: Arrays<K, ST> + BindKey<K, ST, Pg>>,
{
    let searched = K::Columns::COUNT == 1 && strategy == Strategy::Search;
    push_columns::<K, Pg>(columns, out.reborrow())?;
    out.push_sql(if searched { " = ANY(ARRAY(SELECT " } else { " IN (SELECT " });
    out.push_sql(values);
    out.push_sql(" FROM ");
    if strategy == Strategy::Binds {
        push_values::<K, ST>(keys.padded(), out.reborrow())?;
    } else {
        out.push_sql("unnest(");
        K::Columns::push_arrays(keys, out.reborrow())?;
        out.push_sql(")");
    }
    out.push_sql(" AS _b(");
    out.push_sql(&names(K::Columns::COUNT, ""));
    out.push_sql(if searched { ")))" } else { "))" });
    Ok(())
}

/// Writes `(VALUES ($1), ($2))`.
pub(super) fn push_values<'b, K, ST>(keys: impl Iterator<Item = &'b K>, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()>
where
    K: Key<Columns: BindKey<K, ST, Pg>>,
{
    let (before, after) = if K::Columns::COUNT > 1 { ("", "") } else { ("(", ")") };
    out.push_sql("(VALUES ");
    for (i, key) in keys.enumerate() {
        out.push_sql(if i > 0 { ", " } else { "" });
        out.push_sql(before);
        K::Columns::push_key(key, out.reborrow())?;
        out.push_sql(after);
    }
    out.push_sql(")");
    Ok(())
}

/// The names of the columns of a table of keys, behind the name of the table.
pub(super) fn names(columns: usize, table: &str) -> String {
    (0..columns).map(|i| format!("{table}{}", name(i, columns))).collect::<Vec<_>>().join(", ")
}

/// `v`; `v0`, `v1` where there are several.
pub(super) fn name(i: usize, columns: usize) -> String {
    if columns == 1 { "v".into() } else { format!("v{i}") }
}
