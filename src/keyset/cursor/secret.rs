//! Keys that sign cursors.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::seal::TAG;
use crate::error::{Error, ErrorKind, Result};

/// Signed before everything else, so that no signature of another purpose made with the same key is one of a cursor.
const DOMAIN: &[u8] = b"turbodiesel cursor 1";

/// A secret that signs cursors: HMAC-SHA-256 over the token and over a context of the program's own.
///
/// A page that is [`signed`](crate::keyset::Keyset::signed) makes tokens that nobody can make or change without the key. Any
/// change, another context or no signature is an error of `load`, and nothing is sent. The values of the keys are still
/// readable in the token.
///
/// The **context** is what the token must not be carried between: the tenant, the route, the filter. It is signed but not
/// in the token, so the next request has to come with the same.
///
/// ```
/// # use diesel::prelude::*;
/// use blog::{models::Post, schema::posts};
/// use turbodiesel::keyset::{CursorError, CursorSecret};
/// use turbodiesel::prelude::*;
///
/// let conn = &mut blog::example()?;
/// let secret = CursorSecret::new(b"32 bytes or more from a random generator")?;
/// let page_of = |tenant: &str| {
///     posts::table.select(Post::as_select()).keyset(posts::id.asc()).first(2).signed(&secret.bound_to([tenant, "/posts"]))
/// };
/// let token = page_of("acme").load(conn)?.next_cursor().ok_or("one page only")?.to_string();
///
/// assert_eq!(page_of("acme").after_token(Some(&token)).load(conn)?.len(), 2);
/// let stolen = page_of("globex").after_token(Some(&token)).load(conn).unwrap_err();
/// assert!(stolen.as_cursor().is_some_and(CursorError::is_wrong_signature));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Rotation
///
/// The new key signs, the [previous](CursorSecret::and_previous) ones are still accepted. Give up an old key when no client
/// can hold a token of it any more.
#[derive(Clone)]
#[must_use]
pub struct CursorSecret {
    /// The first one signs.
    keys: Vec<Hmac<Sha256>>,
    context: Vec<u8>,
}

impl CursorSecret {
    /// The fewest bytes of a key.
    pub const MIN_KEY_LEN: usize = 32;

    /// A secret of one key.
    ///
    /// # Errors
    ///
    /// The key is shorter than [`MIN_KEY_LEN`](Self::MIN_KEY_LEN) ([`is_short_key`](Error::is_short_key)).
    pub fn new(key: impl AsRef<[u8]>) -> Result<Self> {
        Ok(CursorSecret { keys: vec![keyed(key.as_ref())?], context: Vec::new() })
    }

    /// The same secret, which also accepts what this older key has signed.
    ///
    /// # Errors
    ///
    /// The key is shorter than [`MIN_KEY_LEN`](Self::MIN_KEY_LEN) ([`is_short_key`](Error::is_short_key)).
    pub fn and_previous(mut self, key: impl AsRef<[u8]>) -> Result<Self> {
        self.keys.push(keyed(key.as_ref())?);
        Ok(self)
    }

    /// The same secret for one context: tenant, route, filter, whatever a token must not be carried between.
    ///
    /// The parts are kept apart, `["ab", "c"]` is not `["a", "bc"]`; bound twice it has the parts of both.
    pub fn bound_to<P: AsRef<[u8]>>(&self, context: impl IntoIterator<Item = P>) -> Self {
        let mut bound = self.clone();
        for part in context {
            let part = part.as_ref();
            bound.context.push(1);
            bound.context.extend((part.len() as u64).to_be_bytes());
            bound.context.extend(part);
        }
        bound
    }

    /// The signature of a token by the current key.
    pub(super) fn tag(&self, payload: &[u8]) -> [u8; TAG] {
        let mut tag = [0; TAG];
        if let Some(key) = self.keys.first() {
            let full = self.fed(key, payload).finalize().into_bytes();
            tag.iter_mut().zip(full).for_each(|(to, from)| *to = from);
        }
        tag
    }

    /// Whether one of the keys made this signature. The comparison takes the same time wherever they differ.
    pub(super) fn made(&self, payload: &[u8], tag: &[u8; TAG]) -> bool {
        self.keys.iter().any(|key| self.fed(key, payload).verify_truncated_left(tag).is_ok())
    }

    fn fed(&self, key: &Hmac<Sha256>, payload: &[u8]) -> Hmac<Sha256> {
        // A part of the context begins with 1, what comes after the last one with 0.
        key.clone().chain_update(DOMAIN).chain_update(&self.context).chain_update([0]).chain_update(payload)
    }
}

fn keyed(key: &[u8]) -> Result<Hmac<Sha256>> {
    let short = || {
        let least = CursorSecret::MIN_KEY_LEN;
        Error::new(
            ErrorKind::ShortKey,
            format!("a key of {} bytes cannot sign cursors: {least} is the least", key.len()),
        )
    };
    if key.len() < CursorSecret::MIN_KEY_LEN {
        return Err(short());
    }
    Hmac::new_from_slice(key).map_err(|_| short())
}

// Keys and contexts do not go to a log.
impl fmt::Debug for CursorSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CursorSecret").field("keys", &self.keys.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"a key of exactly thirty-two byte";

    #[test]
    fn short_keys_are_refused() {
        assert!(CursorSecret::new(&KEY[..31]).unwrap_err().is_short_key());
        assert!(CursorSecret::new(KEY).unwrap().and_previous("").unwrap_err().is_short_key());
    }

    #[test]
    fn nothing_of_a_secret_is_shown() {
        let secret = CursorSecret::new(KEY).unwrap().bound_to(["tenant"]);
        assert_eq!(format!("{secret:?}"), "CursorSecret { keys: 1, .. }");
    }

    #[test]
    fn parts_of_a_context_do_not_run_together() {
        let secret = CursorSecret::new(KEY).unwrap();
        let tag = |context: &[&str]| secret.bound_to(context).tag(b"payload");
        assert_ne!(tag(&["ab", "c"]), tag(&["a", "bc"]));
        assert_ne!(tag(&[""]), tag(&[]));
        assert_eq!(secret.bound_to(["a"]).bound_to(["b"]).tag(b"payload"), tag(&["a", "b"]));
    }

    #[test]
    fn a_previous_key_is_accepted_and_signs_nothing() {
        let old = CursorSecret::new([1; 32]).unwrap();
        let new = CursorSecret::new([2; 32]).unwrap();
        let both = CursorSecret::new([2; 32]).unwrap().and_previous([1; 32]).unwrap();
        assert!(both.made(b"payload", &old.tag(b"payload")) && !new.made(b"payload", &old.tag(b"payload")));
        assert_eq!(both.tag(b"payload"), new.tag(b"payload"));
    }
}
