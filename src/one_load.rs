//! Tells a watcher that the statements of one load belong together: one load may send a statement in several pieces, and
//! that is no N+1. Nothing at all without the feature `watch`.

#[cfg(feature = "watch")]
pub(crate) use with_watch::{OneLoad, current};

/// Marks what this thread sends until the result is dropped as one load, asked for where this is called.
#[track_caller]
pub(crate) fn begin() -> OneLoad {
    OneLoad::begin()
}

/// A load that is awaited, asked for where this is called: what it sends, whichever thread it is on, is one load.
#[cfg(feature = "async")]
#[track_caller]
pub(crate) fn awaited<F: Future>(load: F) -> impl Future<Output = F::Output> {
    #[cfg(feature = "watch")]
    return with_watch::awaited(load);
    #[cfg(not(feature = "watch"))]
    load
}

#[cfg(not(feature = "watch"))]
pub(crate) struct OneLoad;

#[cfg(not(feature = "watch"))]
impl OneLoad {
    fn begin() -> Self {
        OneLoad
    }
}

#[cfg(feature = "watch")]
mod with_watch {
    use std::cell::RefCell;
    use std::panic::Location;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[cfg(all(feature = "tracing", feature = "async"))]
    use crate::watch::spans::SpansOfLoad;

    thread_local! {
        static CURRENT: RefCell<Option<Load>> = const { RefCell::new(None) };
    }

    /// A load that is under way.
    #[derive(Debug, Clone)]
    pub(crate) struct Load {
        pub(crate) number: u64,
        pub(crate) location: &'static Location<'static>,
        /// Of one that is awaited: it may be dropped before its statements end.
        #[cfg(all(feature = "tracing", feature = "async"))]
        pub(crate) spans: Option<std::sync::Arc<SpansOfLoad>>,
    }

    impl Load {
        #[track_caller]
        fn new() -> Self {
            static NUMBER: AtomicU64 = AtomicU64::new(0);
            Load {
                number: NUMBER.fetch_add(1, Ordering::Relaxed),
                location: Location::caller(),
                #[cfg(all(feature = "tracing", feature = "async"))]
                spans: None,
            }
        }
    }

    /// The thread has the mark while the load is polled, and only then: others are polled in between.
    #[cfg(feature = "async")]
    #[track_caller]
    pub(super) fn awaited<F: Future>(future: F) -> impl Future<Output = F::Output> {
        #[cfg_attr(not(feature = "tracing"), expect(unused_mut, reason = "there are no spans"))]
        let mut load = Load::new();
        #[cfg(feature = "tracing")]
        load.spans.get_or_insert_default();
        async move {
            let mut future = std::pin::pin!(future);
            std::future::poll_fn(|context| {
                let _load = OneLoad::enter(load.clone());
                future.as_mut().poll(context)
            })
            .await
        }
    }

    /// The load that is under way on this thread.
    pub(crate) fn current() -> Option<Load> {
        // A thread that ends has none.
        CURRENT.try_with(|current| current.borrow().clone()).ok().flatten()
    }

    /// The same from now on; gives what it was.
    fn replace(load: Option<Load>) -> Option<Load> {
        CURRENT.try_with(|current| current.replace(load)).ok().flatten()
    }

    /// Ends the load when dropped.
    pub(crate) struct OneLoad {
        outer: Option<Load>,
    }

    impl OneLoad {
        #[track_caller]
        pub(super) fn begin() -> Self {
            OneLoad::enter(Load::new())
        }

        /// A load within a load is a part of it.
        pub(crate) fn enter(load: Load) -> Self {
            let outer = current();
            replace(outer.clone().or(Some(load)));
            OneLoad { outer }
        }
    }

    impl Drop for OneLoad {
        fn drop(&mut self) {
            replace(self.outer.take());
        }
    }
}
