//! The plans of statements whose values are known only while a tree of relations is loaded.
//!
//! A relation's statement needs the keys of its parents, so an explained tree is a load that also asks for the plan of
//! each statement before it is sent. What is collected stands in a thread-local, not in an argument: it would have to go
//! through every relation, and those of other crates.

use std::cell::RefCell;

use diesel::connection::LoadConnection;
use diesel::query_builder::QueryFragment;

use super::{How, Plan, Plans, sent};
use crate::backend::Dialect;
use crate::error::Result;

pub(super) struct Recording {
    pub(super) how: How,
    pub(super) plans: Vec<Plan>,
}

thread_local! {
    static RECORDING: RefCell<Option<Recording>> = const { RefCell::new(None) };
}

/// Replaces what is recorded on this thread.
pub(super) fn replace(recording: Option<Recording>) -> Option<Recording> {
    RECORDING.try_with(|current| current.replace(recording)).ok().flatten()
}

/// Whether something is recorded on this thread.
#[cfg(all(feature = "async", feature = "postgres"))]
pub(super) fn is_recording() -> bool {
    RECORDING.try_with(|current| current.borrow().is_some()).unwrap_or_default()
}

/// Puts back what was recorded before, also where a load panics.
struct Previous(Option<Recording>);

impl Drop for Previous {
    fn drop(&mut self) {
        replace(self.0.take());
    }
}

/// Runs a load that notes its statements: `plans` and those that were noted.
pub(crate) fn record(how: How, plans: Vec<Plan>, load: impl FnOnce() -> Result<()>) -> Result<Plans> {
    let previous = Previous(replace(Some(Recording { how, plans })));
    let loaded = load();
    let recording = replace(None);
    drop(previous);
    loaded?;
    Ok(recording.map(|recording| recording.plans).unwrap_or_default().into())
}

/// Asks for the plan of a statement that is about to be sent, if its load is explained.
pub(crate) fn note<Conn>(statement: &dyn QueryFragment<Conn::Backend>, conn: &mut Conn) -> Result<()>
where
    Conn: LoadConnection<Backend: Dialect>,
{
    // Taken out while the database is asked: nothing is noted twice.
    let Some(mut recording) = replace(None) else { return Ok(()) };
    let plan = sent::plan(statement, conn, recording.how);
    let noted = plan.map(|plan| recording.plans.push(plan));
    replace(Some(recording));
    noted
}
