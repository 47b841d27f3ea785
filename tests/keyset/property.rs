//! What is true of every text that comes as a token; the fuzz target of `fuzz/` has it from here.

use turbodiesel::keyset::Cursor;

/// It is no cursor, or it is the one text of its cursor.
pub(crate) fn is_canonical_or_refused(token: &str) -> bool {
    match token.parse::<Cursor>() {
        Ok(cursor) => cursor.to_string() == token,
        Err(error) => error.to_string() == "invalid cursor",
    }
}
