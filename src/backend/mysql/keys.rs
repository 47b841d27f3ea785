//! Key lists on MySQL and MariaDB: one JSON text, read as a table.

use diesel::mysql::Mysql;
use diesel::mysql::sql_types::Unsigned;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Integer, SmallInt, Text, TinyInt};

use crate::backend::KeyList;
use crate::preload::Key;
use crate::preload::plumbing::keys::Keys;

/// SQL types of key columns, and what JSON_TABLE must call them: it cuts text that is longer than its column and clamps
/// integers that are larger, both silently, so the column is never narrower than a key.
pub trait JsonColumn {
    /// The column type for keys of at most `longest` characters; few different ones, so that statements stay cached.
    fn column(longest: usize) -> &'static str;
}
macro_rules! json_columns {
    ($($ST:ty => $column:literal),* $(,)?) => {$(
        impl JsonColumn for $ST {
            fn column(_: usize) -> &'static str {
                $column
            }
        }
    )*};
}
json_columns! {
    TinyInt => "BIGINT", SmallInt => "BIGINT", Integer => "BIGINT", BigInt => "BIGINT",
    Unsigned<TinyInt> => "BIGINT UNSIGNED", Unsigned<SmallInt> => "BIGINT UNSIGNED",
    Unsigned<Integer> => "BIGINT UNSIGNED", Unsigned<BigInt> => "BIGINT UNSIGNED",
}
impl JsonColumn for Text {
    fn column(longest: usize) -> &'static str {
        match longest {
            0..=255 => "VARCHAR(255)",
            256..=16_000 => "VARCHAR(16000)",
            _ => "LONGTEXT",
        }
    }
}

// `posts`.`author_id` IN (SELECT k.id FROM JSON_TABLE(?, '$[*]' COLUMNS(id BIGINT PATH '$')) k)
impl<K, ST> KeyList<K, ST> for Mysql
where
    K: Key + ToSql<ST, Mysql>,
    ST: JsonColumn,
{
    fn push_key_list<'b, E: QueryFragment<Self>>(
        column: &'b E,
        keys: &'b Keys<K>,
        mut out: AstPass<'_, 'b, Self>,
    ) -> QueryResult<()> {
        column.walk_ast(out.reborrow())?;
        out.push_sql(" IN (SELECT k.id FROM JSON_TABLE(");
        out.push_bind_param::<Text, _>(keys.json())?;
        out.push_sql(", '$[*]' COLUMNS(id ");
        out.push_sql(ST::column(keys.longest()));
        out.push_sql(" PATH '$')) k)");
        Ok(())
    }
}
