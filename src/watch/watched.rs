//! What can be watched.

use diesel::connection::{Connection, Instrumentation};
#[cfg(feature = "async")]
use diesel_async::AsyncConnection;

use crate::backend::Dialect;
#[cfg(feature = "async")]
use crate::mode::Async;
use crate::mode::Blocking;

/// A connection that can be watched: one that blocks, and with feature `async` one of diesel-async; of a pool too. `Mode`
/// says which; it is inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no connection that can be watched",
    note = "connections of Diesel can, and with feature `async` those of diesel-async; turn on the feature of the backend"
)]
pub trait Watched<Mode> {
    /// Its backend.
    type Backend: Dialect;

    /// Puts an instrumentation in the place of the one that it has.
    fn instrument(&mut self, instrumentation: impl Instrumentation);
}

impl<C: Connection<Backend: Dialect>> Watched<Blocking> for C {
    type Backend = C::Backend;

    fn instrument(&mut self, instrumentation: impl Instrumentation) {
        self.set_instrumentation(instrumentation);
    }
}

#[cfg(feature = "async")]
#[cfg_attr(docsrs, doc(cfg(feature = "async")))]
impl<C: AsyncConnection<Backend: Dialect>> Watched<Async> for C {
    type Backend = C::Backend;

    fn instrument(&mut self, instrumentation: impl Instrumentation) {
        self.set_instrumentation(instrumentation);
    }
}
