//! Tells a watcher that the statements of one load belong together: one load may send a statement in several pieces, and
//! that is no N+1. Nothing at all without the feature `watch`.

#[cfg(feature = "watch")]
pub(crate) use with_watch::{OneLoad, current};

/// Marks what this thread sends until the result is dropped as one load, asked for where this is called.
#[track_caller]
pub(crate) fn begin() -> OneLoad {
    OneLoad::begin()
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
    use std::cell::Cell;
    use std::panic::Location;
    use std::sync::atomic::{AtomicU64, Ordering};

    thread_local! {
        static CURRENT: Cell<Option<Load>> = const { Cell::new(None) };
    }

    /// A load that is under way.
    #[derive(Debug, Clone, Copy)]
    pub(crate) struct Load {
        pub(crate) number: u64,
        pub(crate) location: &'static Location<'static>,
    }

    /// The load that is under way on this thread.
    pub(crate) fn current() -> Option<Load> {
        CURRENT.get()
    }

    /// Ends the load when dropped.
    pub(crate) struct OneLoad {
        outer: Option<Load>,
    }

    impl OneLoad {
        #[track_caller]
        pub(super) fn begin() -> Self {
            static NUMBER: AtomicU64 = AtomicU64::new(0);
            let outer = CURRENT.get();
            let location = Location::caller();
            // A load within a load is a part of it.
            let load = outer.unwrap_or_else(|| Load { number: NUMBER.fetch_add(1, Ordering::Relaxed), location });
            CURRENT.set(Some(load));
            OneLoad { outer }
        }
    }

    impl Drop for OneLoad {
        fn drop(&mut self) {
            CURRENT.set(self.outer);
        }
    }
}
