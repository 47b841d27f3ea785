//! Loads that see the database at one moment.

use diesel::connection::{Connection, LoadConnection};
use diesel::dsl::Limit;
use diesel::query_builder::AsQuery;
use diesel::query_dsl::methods::{LimitDsl, LoadQuery};

use super::Preloading;
use super::plumbing::fetch::FetchAll;
use super::plumbing::snapshot;
use super::relation::{CountStatements, Relations, RootRow, Statements};
use crate::backend::Snapshots;
use crate::error::Result;
use crate::mode::Blocking;
use crate::one_load;

/// Questions to the server before a snapshot, at most: whether a transaction is open, and of which isolation.
const QUESTIONS: usize = 2;

/// A load from one snapshot: what [`Preloading::in_snapshot`] makes.
#[must_use = "nothing is sent before `.load(conn)`"]
#[derive(Debug, Clone, Copy)]
pub struct InSnapshot<L> {
    pub(super) load: L,
}

impl<Q, S: CountStatements, M> InSnapshot<Preloading<Q, S, M>> {
    /// How many statements are sent at most: those of the load, and two questions whether a transaction is open. The
    /// statements that begin and end a transaction are not counted.
    pub fn statements(&self) -> Statements {
        Statements::fixed_at(QUESTIONS) + self.load.statements()
    }
}

impl<Q, S> InSnapshot<Preloading<Q, S, Blocking>> {
    /// [`Preloading::load`], from one snapshot.
    ///
    /// # Errors
    ///
    /// As [`Preloading::load`]; an open transaction that gives no snapshot. No transaction is left open.
    #[track_caller]
    pub fn load<'q, Conn, R, Row>(self, conn: &mut Conn) -> Result<Vec<Row>>
    where
        Q: AsQuery<SqlType: RootRow<R>> + LoadQuery<'q, Conn, R>,
        S: Relations<R, <Q::SqlType as RootRow<R>>::Lens, Row = Row>,
        Conn: Connection<Backend: Snapshots> + LoadConnection + FetchAll<'q, S, R, <Q::SqlType as RootRow<R>>::Lens>,
    {
        let _load = one_load::begin();
        snapshot::in_snapshot(conn, |conn| self.load.load(conn))
    }

    /// [`Preloading::load_optional`], from one snapshot.
    ///
    /// # Errors
    ///
    /// As [`load`](InSnapshot::load).
    #[track_caller]
    pub fn load_optional<'q, Conn, R, Row>(self, conn: &mut Conn) -> Result<Option<Row>>
    where
        Q: LimitDsl,
        Limit<Q>: AsQuery<SqlType: RootRow<R>> + LoadQuery<'q, Conn, R>,
        S: Relations<R, <<Limit<Q> as AsQuery>::SqlType as RootRow<R>>::Lens, Row = Row>,
        Conn: Connection<Backend: Snapshots>
            + LoadConnection
            + FetchAll<'q, S, R, <<Limit<Q> as AsQuery>::SqlType as RootRow<R>>::Lens>,
    {
        let _load = one_load::begin();
        snapshot::in_snapshot(conn, |conn| self.load.load_optional(conn))
    }
}

/// Runs several loads on one snapshot of the database: pages, counts and trees that fit each other.
///
/// The transaction is that of [`Preloading::in_snapshot`], which is this function around one load: its own, read-only where the
/// database has such, and ended whatever happens, or the caller's if that gives a snapshot.
///
/// ```
/// # use diesel::prelude::*;
/// use blog::{models::{Comment, Post}, schema::posts};
/// use turbodiesel::prelude::*;
///
/// let conn = &mut blog::example()?;
/// let (posts, count) = in_snapshot(conn, |conn| {
///     let load = posts::table.select(Post::as_select()).preload(has_many::<Comment>()).load(conn)?;
///     let count: i64 = posts::table.count().get_result(conn)?;
///     Ok((load, count))
/// })?;
/// assert_eq!(posts.len() as i64, count);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// Those of the closure; an open transaction that gives no snapshot
/// ([`is_weak_isolation`](crate::Error::is_weak_isolation)).
pub fn in_snapshot<Conn, T>(conn: &mut Conn, f: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T>
where
    Conn: LoadConnection<Backend: Snapshots>,
{
    snapshot::in_snapshot(conn, f)
}
