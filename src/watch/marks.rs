//! What a thread says of the statements it is about to send.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

thread_local! {
    static SCOPE: Cell<Option<u64>> = const { Cell::new(None) };
    static ALLOWED: RefCell<Vec<Arc<str>>> = const { RefCell::new(Vec::new()) };
}

/// Runs `f`, and takes none of what this thread sends meanwhile for an N+1. The reason stands in the [`Log`](super::Log).
///
/// ```
/// use diesel::prelude::*;
/// use turbodiesel::watch::{allow, watch};
/// use blog::schema::posts;
///
/// let conn = &mut blog::example()?;
/// let (_, log) = watch(conn, |conn| {
///     allow("three posts at most, and the cache is warm", || {
///         (1..=3).try_for_each(|id| posts::table.find(id).select(posts::title).execute(conn).map(drop))
///     })
/// })?;
/// log.assert_no_n_plus_one();
/// assert_eq!(log.allowed().next(), Some(("three posts at most, and the cache is warm", 3)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn allow<T>(reason: &str, f: impl FnOnce() -> T) -> T {
    let _allowed = Allowed::enter(reason.into());
    f()
}

/// A reason, until this is dropped.
pub(super) struct Allowed;

impl Allowed {
    pub(super) fn enter(reason: Arc<str>) -> Self {
        ALLOWED.with_borrow_mut(|reasons| reasons.push(reason));
        Allowed
    }
}

impl Drop for Allowed {
    fn drop(&mut self) {
        ALLOWED.with_borrow_mut(|reasons| reasons.pop());
    }
}

/// Runs `f` as a unit of its own, such as a request: what repeats is counted within it, and never across two of them.
///
/// [`watch`](super::watch()) is such a unit. A [`Watcher`](super::Watcher) over a whole application needs to be told: call
/// this in the middleware. In a pool, the check of a connection at its check-out begins a new one by itself.
///
/// ```
/// use diesel::prelude::*;
/// use turbodiesel::watch::{Watcher, scope};
/// use blog::schema::posts;
///
/// let conn = &mut blog::example()?;
/// let watcher = Watcher::new();
/// watcher.install(conn);
/// for id in 1..=10 {
///     // The same statement ten times, in ten requests.
///     scope(|| posts::table.find(id).select(posts::title).execute(conn))?;
/// }
/// watcher.log().assert_no_n_plus_one();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn scope<T>(f: impl FnOnce() -> T) -> T {
    let _scope = Scope::enter(new_scope());
    f()
}

/// A scope, until this is dropped.
pub(super) struct Scope {
    outer: Option<u64>,
}

impl Scope {
    pub(super) fn enter(number: u64) -> Self {
        Scope { outer: SCOPE.replace(Some(number)) }
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        SCOPE.set(self.outer);
    }
}

/// What this thread says, for another one.
#[cfg(all(feature = "async", feature = "sqlite"))]
pub(super) struct Marks {
    scope: Option<u64>,
    allowed: Option<Arc<str>>,
}

#[cfg(all(feature = "async", feature = "sqlite"))]
impl Marks {
    pub(super) fn of_this_thread() -> Self {
        Marks { scope: current_scope(), allowed: allowed() }
    }

    pub(super) fn enter(self) -> (Option<Scope>, Option<Allowed>) {
        (self.scope.map(Scope::enter), self.allowed.map(Allowed::enter))
    }
}

/// The innermost reason of this thread to allow repeats.
pub(super) fn allowed() -> Option<Arc<str>> {
    ALLOWED.with_borrow(|reasons| reasons.last().cloned())
}

/// The scope of this thread.
pub(super) fn current_scope() -> Option<u64> {
    SCOPE.get()
}

pub(super) fn new_scope() -> u64 {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    NUMBER.fetch_add(1, Ordering::Relaxed)
}
