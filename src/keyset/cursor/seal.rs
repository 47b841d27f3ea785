//! Whether the cursors of a page are signed, and by whom.

use super::Cursor;
use super::error::Reason;
#[cfg(feature = "signing")]
use super::secret::CursorSecret;

/// The bytes of a signature: half of HMAC-SHA-256, which is as hard to guess as the key is meant to be.
pub(in crate::keyset) const TAG: usize = 16;

/// How cursors are signed, if they are.
#[derive(Debug, Clone, Default)]
pub(in crate::keyset) struct Seal {
    #[cfg(feature = "signing")]
    secret: Option<CursorSecret>,
}

impl Seal {
    #[cfg(feature = "signing")]
    pub(in crate::keyset) fn by(secret: CursorSecret) -> Self {
        Seal { secret: Some(secret) }
    }

    /// The same cursor with a signature, if there is a secret.
    #[cfg_attr(not(feature = "signing"), expect(unused_mut))]
    pub(in crate::keyset) fn close(&self, mut cursor: Cursor) -> Cursor {
        #[cfg(feature = "signing")]
        if let Some(secret) = &self.secret {
            cursor.tag = Some(secret.tag(&cursor.payload(true)));
        }
        cursor
    }

    /// Whether the cursor was made with this secret, or without one where there is none.
    pub(in crate::keyset) fn check(&self, cursor: &Cursor) -> Result<(), Reason> {
        #[cfg(feature = "signing")]
        if let Some(secret) = &self.secret {
            let tag = cursor.tag.as_ref().ok_or(Reason::Unsigned)?;
            return if secret.made(&cursor.payload(true), tag) { Ok(()) } else { Err(Reason::WrongSignature) };
        }
        // A signature that nobody can check is no proof, and without it this would be a second text of one position.
        if cursor.tag.is_some() { Err(Reason::WrongSignature) } else { Ok(()) }
    }
}
