//! Why a cursor is refused.

use std::fmt;

macro_rules! reasons {
    ($($(#[$doc:meta])+ $Reason:ident, $is:ident;)+) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(in crate::keyset) enum Reason {
            $($Reason,)+
        }

        /// One question for each reason.
        impl CursorError {
            $(
                $(#[$doc])+
                pub fn $is(&self) -> bool {
                    self.0 == Reason::$Reason
                }
            )+
        }
    };
}

reasons! {
    /// The text is no token: it was cut, changed or made up.
    Malformed, is_malformed;
    /// The text is longer than [`Cursor::MAX_LEN`](super::Cursor::MAX_LEN); it was not looked at.
    TooLong, is_too_long;
    /// The token was made by a version of this crate that this one does not know.
    UnsupportedVersion, is_unsupported_version;
    /// The cursor carries no signature where one is asked for.
    Unsigned, is_unsigned;
    /// The cursor carries a signature that no key of the secret made, for this context and this text; or one that nobody
    /// asked for.
    WrongSignature, is_wrong_signature;
    /// The cursor was made on another database system.
    WrongBackend, is_wrong_backend;
    /// The cursor was made by another ordering: other keys, directions or null placement.
    WrongOrdering, is_wrong_ordering;
    /// A value in the cursor cannot be a value of its key.
    WrongType, is_wrong_type;
}

/// Why a cursor is refused. Its message says one thing to clients, `invalid cursor`; the `is_*()` methods say more to the
/// program, for its log.
///
/// ```
/// use turbodiesel::keyset::Cursor;
///
/// let error = "no such thing".parse::<Cursor>().unwrap_err();
/// assert!(error.is_malformed());
/// assert_eq!(error.to_string(), "invalid cursor");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CursorError(pub(in crate::keyset) Reason);

impl fmt::Display for CursorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid cursor")
    }
}

impl std::error::Error for CursorError {}

impl From<Reason> for CursorError {
    fn from(reason: Reason) -> Self {
        CursorError(reason)
    }
}
