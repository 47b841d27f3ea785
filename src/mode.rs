//! Which driver a builder ends in: a type, fixed by the imported prelude.

/// Terminal methods block: [`load(conn)`](crate::preload::Preloading::load). Fixed by [`turbodiesel::prelude`](crate::prelude).
#[derive(Debug, Clone, Copy)]
pub struct Blocking;

/// Terminal methods return futures: [`load(conn).await`](crate::preload::Preloading::load). Fixed by
/// [`turbodiesel::async_prelude`](crate::async_prelude).
#[cfg(feature = "async")]
#[cfg_attr(docsrs, doc(cfg(feature = "async")))]
#[derive(Debug, Clone, Copy)]
pub struct Async;
