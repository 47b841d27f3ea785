//! Which driver a builder ends in: a type, fixed by the imported prelude.

/// Terminal methods block: [`load(conn)`](crate::preload::Preloading::load). Fixed by [`turbodiesel::prelude`](crate::prelude).
#[derive(Debug, Clone, Copy)]
pub struct Blocking;
