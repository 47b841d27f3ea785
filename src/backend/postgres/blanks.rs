//! Keys of CHAR(n): PostgreSQL reads them with their padding and compares them without it, so that the key of a row, bound as
//! it was read, equals nothing.
//!
//! Diesel calls such a column `Text`, and so nobody knows of it but the server, which is asked within the statement.

use std::any::TypeId;

use diesel::pg::Pg;
use diesel::query_builder::QueryFragment;
use diesel::sql_types::Text;

use crate::preload::key::{Key, KeyValue};
use crate::preload::per_parent::plan::columns_of;

/// For each column of the key: whether it makes a difference if it is a CHAR(n). It does where a key of text ends in blanks,
/// and where a key cannot be looked at.
fn in_doubt<K: Key>(keys: &[K], types: &[TypeId]) -> Vec<bool> {
    let text: Vec<bool> = types.iter().map(|ty| *ty == TypeId::of::<Text>()).collect();
    let mut doubt = vec![false; types.len()];
    if !text.contains(&true) {
        return doubt;
    }
    for key in keys {
        let mut columns = doubt.iter_mut().zip(&text);
        key.parts(|part| {
            if let Some((doubt, true)) = columns.next() {
                *doubt |= match part {
                    KeyValue::Text(text) => text.ends_with(' '),
                    KeyValue::Bound => true,
                    _ => false,
                };
            }
        });
    }
    doubt
}

/// The values of a key as they are compared with these columns: those of a CHAR(n) without their blanks, which is
/// `rtrim(value, ' ')` where the column is one and `rtrim(value, '')` where it is not. `None` where they are what they are.
pub(super) fn compared<K: Key>(
    columns: &impl QueryFragment<Pg>,
    keys: &[K],
    types: &[TypeId],
    value: impl Fn(usize) -> String,
) -> Option<String> {
    let doubt = in_doubt(keys, types);
    if !doubt.contains(&true) {
        return None;
    }
    let columns = columns_of::<Pg>(columns);
    let values = doubt.into_iter().zip(&columns).enumerate().map(|(i, (doubt, column))| {
        let value = value(i);
        match column.rsplit_once('.') {
            Some((table, _)) if doubt => format!(
                "rtrim({value}, CASE WHEN pg_typeof((SELECT {column} FROM {table} WHERE FALSE)) = 'character'::regtype \
                 THEN ' ' ELSE '' END)"
            ),
            _ => value,
        }
    });
    Some(values.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_that_ends_in_blanks_or_is_unseen_is_in_doubt() {
        let [text, int] = [TypeId::of::<Text>(), TypeId::of::<diesel::sql_types::Integer>()];
        assert_eq!(in_doubt(&["oak".to_owned(), "pi ne".into()], &[text]), [false]);
        assert_eq!(in_doubt(&["oak".to_owned(), "pine ".into()], &[text]), [true]);
        assert_eq!(in_doubt(&[("oak ".to_owned(), 1), ("oak".into(), 2)], &[text, int]), [true, false]);
        assert_eq!(in_doubt(&[("oak".to_owned(), "oak ".to_owned())], &[text, text]), [false, true]);
        assert_eq!(in_doubt(&[crate::preload::Bound(1)], &[int]), [false]);
        assert_eq!(in_doubt(&[crate::preload::Bound("oak".to_owned())], &[text]), [true]);
    }
}
