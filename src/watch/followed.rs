//! Statements of SQLite that are sent on one thread and run on another.

use std::error::Error;

use diesel::SqliteConnection;
use diesel_async::sync_connection_wrapper::{SpawnBlocking, SyncConnectionWrapper};
use futures_util::future::BoxFuture;

use super::marks::Marks;
use super::place;
use crate::one_load::{self, OneLoad};

/// Follows each statement to the thread on which it runs, so that a watcher knows the line that sent it, and to which load
/// and [`scope`](super::asynchronous::scope()) it belongs, and its `tracing` span stands in the one around it:
/// `SyncConnectionWrapper<SqliteConnection, Followed>`.
///
/// Each statement then costs a backtrace, as long as there is a [`Watcher`](super::Watcher). `S` runs it: the default is that of
/// `SyncConnectionWrapper`.
#[derive(Debug)]
pub struct Followed<S = Runtime>(S);

/// What `SyncConnectionWrapper` runs its statements with, if nobody says so.
pub type Runtime = <SyncConnectionWrapper<SqliteConnection> as Spawns>::Spawner;

/// A connection that runs its statements on another thread.
pub trait Spawns {
    /// What runs them.
    type Spawner: SpawnBlocking;
}

impl<C, S: SpawnBlocking> Spawns for SyncConnectionWrapper<C, S> {
    type Spawner = S;
}

impl<S: SpawnBlocking> SpawnBlocking for Followed<S> {
    fn spawn_blocking<'a, R>(
        &mut self,
        task: impl FnOnce() -> R + Send + 'static,
    ) -> BoxFuture<'a, Result<R, Box<dyn Error + Send + Sync + 'static>>>
    where
        R: Send + 'static,
    {
        let (marks, load, frames) = (Marks::of_this_thread(), one_load::current(), place::frames_if_watched());
        #[cfg(feature = "tracing")]
        let around = super::watcher::is_there_one().then(super::spans::Around::of_this_thread);
        self.0.spawn_blocking(move || {
            #[cfg(feature = "tracing")]
            let _around = around.map(super::spans::Around::enter);
            let _marks = marks.enter();
            let _load = load.map(OneLoad::enter);
            let _frames = place::Elsewhere::enter(frames);
            task()
        })
    }

    fn get_runtime() -> Self {
        Followed(S::get_runtime())
    }
}
