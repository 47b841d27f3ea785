//! What MySQL and MariaDB are asked for each parent. MariaDB knows no LATERAL, and neither takes a LIMIT inside IN: what
//! both read from an index are a scalar subquery, and a query for each parent in a UNION ALL.

use diesel::mysql::Mysql;
use diesel::mysql::sql_types::{Datetime, Unsigned};
use diesel::query_builder::AstPass;
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Double, Integer, SmallInt, TinyInt};

use super::keys::{json_columns, names, push_json_table};
use crate::backend::{Around, Extreme, KeyList, KeyTable, PerParentSql, TopN};
use crate::preload::Strategy;
use crate::preload::aggregate::measure::{numbers, ordered};
use crate::preload::key::Key;
use crate::preload::plumbing::keys::Keys;
use crate::preload::plumbing::spell::BindKey;

impl PerParentSql for Mysql {
    fn top_n(limit: u32, offset: u32, columns: usize) -> TopN {
        match (limit, offset, columns) {
            (1, 0, 1) => TopN::Single,
            _ => TopN::Union,
        }
    }

    fn knows(form: TopN) -> bool {
        matches!(form, TopN::Union | TopN::Single | TopN::Window)
    }

    const JOIN_ROWS: &'static str = " STRAIGHT_JOIN ";
    // MariaDB reads all rows of a parent for a MAX in a subquery.
    const EXTREME: Extreme = Extreme::FirstRow;
    const GROUPS_FROM: usize = usize::MAX;
    // AVG of integers is a DECIMAL with four digits.
    const AVERAGE: Around = ("AVG(", " + 0e0)");
    const BIG_SUM: Around = ("SUM(", ")");
}

numbers! {
    Unsigned<TinyInt> => Unsigned<BigInt>, Double, Plain;
    Unsigned<SmallInt> => Unsigned<BigInt>, Double, Plain;
    Unsigned<Integer> => Unsigned<BigInt>, Double, Plain;
    Unsigned<BigInt> => Unsigned<BigInt>, Double, Plain;
}
ordered! {
    Unsigned<TinyInt>, Unsigned<SmallInt>, Unsigned<Integer>, Unsigned<BigInt>, Datetime,
}

// JSON_TABLE(?, '$[*]' COLUMNS(id BIGINT PATH '$')) AS _k
// (SELECT ? AS id UNION ALL SELECT ?) AS _k
impl<K, ST> KeyTable<K, ST> for Mysql
where
    K: Key<Columns: BindKey<K, ST, Mysql>>,
{
    fn push_key_table<'b>(keys: &'b Keys<K>, mut out: AstPass<'_, 'b, Self>) -> QueryResult<()> {
        let types = <Self as KeyList<K, ST>>::types();
        if keys.strategy::<Self>(&types) != Strategy::Binds {
            return push_json_table::<K>(&types, keys, out, " AS _k");
        }
        for (i, key) in keys.shown().iter().enumerate() {
            out.push_sql(if i > 0 { " UNION ALL SELECT " } else { "(SELECT " });
            K::Columns::push_named(key, names(types.len()), out.reborrow())?;
        }
        out.push_sql(") AS _k");
        Ok(())
    }

    fn push_row_key(keys: &Keys<K>, mut out: AstPass<'_, '_, Self>) -> QueryResult<()> {
        let types = <Self as KeyList<K, ST>>::types();
        let listed = keys.strategy::<Self>(&types) != Strategy::Binds;
        out.push_sql(&json_columns(&types, "_k", listed));
        Ok(())
    }

    fn push_bound_key<'b>(key: &'b K, out: AstPass<'_, 'b, Self>) -> QueryResult<()> {
        K::Columns::push_key(key, out)
    }

    fn push_selected_key<'b>(key: &'b K, out: AstPass<'_, 'b, Self>) -> QueryResult<()> {
        K::Columns::push_named(key, names(<Self as KeyList<K, ST>>::types().len()), out)
    }
}
