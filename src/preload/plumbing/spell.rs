//! Keys as text and as binds. Pure.

use std::any::TypeId;
use std::fmt::{Debug, Write};

use diesel::query_builder::AstPass;
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::HasSqlType;

use crate::backend::keys::push_cast;
use crate::backend::{Dialect, Spelling};
use crate::preload::key::{Key, KeyValue, Pair, Single, Triple, Width};

/// A key of type `K` in columns of SQL type `ST` (a tuple where there are several), bound as Diesel binds it.
#[diagnostic::on_unimplemented(
    message = "keys of type `{K}` cannot be looked up in a column of type `{ST}` on this backend",
    note = "the key's Rust type must be the column's: `i32` for `Integer`, `i64` for `BigInt`, `String` for `Text`"
)]
pub trait BindKey<K, ST, DB: Dialect>: Debug {
    /// The SQL type of each column.
    fn types() -> Vec<TypeId>;

    /// Writes `?`, or `(?, ?)`.
    fn push_key<'b>(key: &'b K, out: AstPass<'_, 'b, DB>) -> QueryResult<()>;

    /// Writes `? AS a, ? AS b`.
    fn push_named<'b>(key: &'b K, names: &[&str], out: AstPass<'_, 'b, DB>) -> QueryResult<()>;
}

#[diagnostic::do_not_recommend]
impl<K, ST: 'static, DB> BindKey<K, ST, DB> for Single
where
    DB: Dialect + HasSqlType<ST>,
    K: Key + ToSql<ST, DB>,
{
    fn types() -> Vec<TypeId> {
        vec![TypeId::of::<ST>()]
    }

    fn push_key<'b>(key: &'b K, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        push_part::<K, ST, DB>(key, &mut out)
    }

    fn push_named<'b>(key: &'b K, names: &[&str], mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        push_part::<K, ST, DB>(key, &mut out)?;
        push_name(names, 0, &mut out);
        Ok(())
    }
}

/// Writes the key of one column: `?`, or `CAST(? AS ..)`.
fn push_part<'b, K, ST: 'static, DB>(key: &'b K, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()>
where
    DB: Dialect + HasSqlType<ST>,
    K: Key + ToSql<ST, DB>,
{
    match DB::cast(TypeId::of::<ST>(), key.value()) {
        Some(ty) => push_cast(&ty, out.reborrow(), |mut out| out.push_bind_param::<ST, _>(key)),
        None => out.push_bind_param::<ST, _>(key),
    }
}

fn push_name<DB: Dialect>(names: &[&str], i: usize, out: &mut AstPass<'_, '_, DB>) {
    out.push_sql(" AS ");
    out.push_sql(names.get(i).copied().unwrap_or("k"));
}

macro_rules! bind_several {
    ($Width:ident: $($K:ident $ST:ident $i:tt),+) => {
        #[diagnostic::do_not_recommend]
        impl<DB, $($K, $ST: 'static),+> BindKey<($($K,)+), ($($ST,)+), DB> for $Width
        where
            DB: Dialect $(+ HasSqlType<$ST>)+,
            $($K: Key + ToSql<$ST, DB>,)+
        {
            fn types() -> Vec<TypeId> {
                vec![$(TypeId::of::<$ST>()),+]
            }

            fn push_key<'b>(key: &'b ($($K,)+), mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
                out.push_sql("(");
                $(
                    if $i > 0 {
                        out.push_sql(", ");
                    }
                    push_part::<$K, $ST, DB>(&key.$i, &mut out)?;
                )+
                out.push_sql(")");
                Ok(())
            }

            fn push_named<'b>(key: &'b ($($K,)+), names: &[&str], mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
                $(
                    if $i > 0 {
                        out.push_sql(", ");
                    }
                    push_part::<$K, $ST, DB>(&key.$i, &mut out)?;
                    push_name(names, $i, &mut out);
                )+
                Ok(())
            }
        }
    };
}
bind_several!(Pair: A SA 0, B SB 1);
bind_several!(Triple: A SA 0, B SB 1, C SC 2);

/// Why a backend refuses columns of these types, if it does.
pub(crate) fn refused<DB: Dialect>(types: &[TypeId]) -> Option<&'static str> {
    types.iter().find_map(|ty| match DB::spelling(*ty) {
        Spelling::Refused(reason) => Some(reason),
        _ => None,
    })
}

/// Whether these keys can be one bind in columns of these types: the types decide, and every key must be of the form that
/// its column is spelled in.
pub(crate) fn in_one_bind<DB: Dialect, K: Key>(keys: &[K], types: &[TypeId]) -> bool {
    let spellings: Vec<Spelling> = types.iter().map(|ty| DB::spelling(*ty)).collect();
    spellings.iter().all(|spelling| *spelling == Spelling::Array) || keys.iter().all(|key| fits(key, &spellings))
}

fn fits<K: Key>(key: &K, spellings: &[Spelling]) -> bool {
    let mut columns = spellings.iter();
    let mut fits = true;
    key.parts(|part| {
        fits &= match columns.next() {
            Some(Spelling::Array) => true,
            Some(Spelling::Number) => matches!(part, KeyValue::Int(_) | KeyValue::Unsigned(_)),
            Some(Spelling::Text) => matches!(part, KeyValue::Text(_)),
            Some(Spelling::Hex) => matches!(part, KeyValue::Bytes(_)),
            Some(Spelling::Each | Spelling::Refused(_)) | None => false,
        };
    });
    fits
}

/// Keys as a JSON array; keys of several columns as arrays in it.
pub(crate) fn json<K: Key>(keys: &[K]) -> String {
    let mut json = String::with_capacity(keys.len() * 8 + 2);
    json.push('[');
    for key in keys {
        push_json(&mut json, key);
        json.push(',');
    }
    if !keys.is_empty() {
        json.pop();
    }
    json.push(']');
    json
}

/// Where a list of keys is cut, so that no part of it is longer than this as JSON; what has no boundary in it is not cut.
pub(crate) fn cut<K: Key>(keys: &[K], longest: usize, boundary: impl Fn(usize) -> bool) -> Vec<usize> {
    let (mut cuts, mut start, mut length, mut one) = (Vec::new(), 0, 2, String::new());
    for (i, key) in keys.iter().enumerate() {
        one.clear();
        push_json(&mut one, key);
        if i > start && length + one.len() + 1 > longest && boundary(i) {
            cuts.push(i);
            (start, length) = (i, 2);
        }
        length += one.len() + 1;
    }
    cuts
}

fn push_json<K: Key>(json: &mut String, key: &K) {
    let several = K::Columns::COUNT > 1;
    if several {
        json.push('[');
    }
    key.parts(|part| {
        push_value(json, part);
        json.push(',');
    });
    json.pop();
    if several {
        json.push(']');
    }
}

fn push_value(json: &mut String, value: KeyValue<'_>) {
    match value {
        KeyValue::Int(int) => push_integer(json, int.unsigned_abs(), int < 0),
        KeyValue::Unsigned(int) => push_integer(json, int, false),
        KeyValue::Text(text) => {
            json.push('"');
            for c in text.chars() {
                match c {
                    '"' | '\\' => json.extend(['\\', c]),
                    '\0'..='\u{1f}' => {
                        // Writing to a `String` cannot fail.
                        let _ = write!(json, "\\u{:04x}", u32::from(c));
                    }
                    c => json.push(c),
                }
            }
            json.push('"');
        }
        KeyValue::Bytes(bytes) => {
            json.push('"');
            for byte in bytes {
                let _ = write!(json, "{byte:02x}");
            }
            json.push('"');
        }
        // Never listed.
        _ => json.push_str("null"),
    }
}

/// Decimal digits; `fmt` is most of what a list of integers costs.
fn push_integer(json: &mut String, mut int: u64, negative: bool) {
    let mut digits = ['0'; 20];
    let mut used = 0;
    for digit in &mut digits {
        *digit = char::from(b'0' + (int % 10) as u8);
        used += 1;
        int /= 10;
        if int == 0 {
            break;
        }
    }
    if negative {
        json.push('-');
    }
    json.extend(digits.iter().take(used).rev());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_every_text() {
        let texts = ["a\"b\\c\u{1}\n1e3é😀".to_owned(), "1".to_owned()];
        assert_eq!(json(&texts), "[\"a\\\"b\\\\c\\u0001\\u000a1e3é😀\",\"1\"]");
    }

    #[test]
    fn json_keeps_the_largest_integers() {
        assert_eq!(json(&[i64::MIN, 0, -1, i64::MAX]), "[-9223372036854775808,0,-1,9223372036854775807]");
        assert_eq!(json(&[u64::MAX]), "[18446744073709551615]");
    }

    #[test]
    fn keys_of_several_columns_are_arrays() {
        assert_eq!(json(&[(1, "a".to_owned()), (2, "b".to_owned())]), "[[1,\"a\"],[2,\"b\"]]");
        assert_eq!(json(&[(1u8, -1i64, vec![0u8, 255])]), "[[1,-1,\"00ff\"]]");
    }

    #[test]
    fn a_list_is_cut_where_its_text_is_too_long() {
        assert_eq!(cut(&[10, 11, 12, 13], 8, |_| true), [2]);
        assert_eq!(cut(&[10, 11, 12, 13], 8, |at| at == 3), [3]);
        assert_eq!(cut(&["x".repeat(50), "y".to_owned()], 10, |_| true), [1]);
        let keys: Vec<i32> = (0..1000).collect();
        let cuts = cut(&keys, 100, |_| true);
        for (start, end) in std::iter::once(0).chain(cuts.clone()).zip(cuts.iter().copied().chain([keys.len()])) {
            assert!(json(&keys[start..end]).len() <= 100);
        }
    }
}
