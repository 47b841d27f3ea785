//! Keyset pages: the law that the union of all pages is the unpaged list, and everything that is refused.

mod cursors;
mod laws;
mod pages;
mod refused;
