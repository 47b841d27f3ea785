//! Where in a statement a byte stands: in quotes, in parentheses, or at the top.

/// What is open at a place of a statement. A quote that is doubled closes and opens again.
#[derive(Debug, Default)]
pub(crate) struct Nesting {
    parentheses: usize,
    quote: Option<u8>,
}

impl Nesting {
    /// Inside of quotes.
    pub(crate) fn is_quoted(&self) -> bool {
        self.quote.is_some()
    }

    /// Outside of parentheses; quotes may be open.
    pub(crate) fn is_flat(&self) -> bool {
        self.parentheses == 0
    }

    /// Goes behind the next byte.
    pub(crate) fn pass(&mut self, byte: u8) {
        match (self.quote, byte) {
            (Some(open), byte) if open == byte => self.quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'`' | b'\'') => self.quote = Some(byte),
            (None, b'(') => self.parentheses += 1,
            (None, b')') => self.parentheses = self.parentheses.saturating_sub(1),
            _ => {}
        }
    }
}
