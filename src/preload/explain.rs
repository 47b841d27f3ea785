//! The plans of a load with relations.

use diesel::connection::LoadConnection;
use diesel::query_builder::{AsQuery, QueryFragment};
use diesel::query_dsl::RunQueryDsl;
use diesel::query_dsl::methods::LoadQuery;

use super::Preloading;
use super::plumbing::fetch::FetchAll;
use super::relation::{Relations, RootRow};
use crate::backend::Dialect;
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::mode::Blocking;
#[cfg(doc)]
use crate::plan::ExplainDsl;
use crate::plan::{How, Plans, record, sent};

/// The plan of each statement of this load, the query's own first. With feature `plan`.
///
/// A relation's statement holds the keys of its parents, so these methods **load** the rows, statement by statement, and
/// ask for the plan of each before it is sent, with its real keys. Where no parent is found, there is no statement for its
/// children, and no plan: explain against data.
impl<Q, S> Preloading<Q, S, Blocking> {
    /// What the database does with each statement and its values: [`ExplainDsl::explain`].
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::*, schema::*};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let feed = users::table.find(1).select(User::as_select()).preload(has_many::<Post>().preload(has_many::<Comment>()));
    /// let plans = feed.explain(conn)?;
    /// assert_eq!(plans.len(), feed.statements().fixed());
    /// plans.assert_no_full_scan().assert_uses_index("posts_author_id_idx").assert_uses_index("comments_post_id_idx");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`load`](Preloading::load).
    pub fn explain<'q, Conn, R>(self, conn: &mut Conn) -> Result<Plans>
    where
        Q: AsQuery<Query: LoadQuery<'q, Conn, R> + QueryFragment<Conn::Backend>, SqlType: RootRow<R>>,
        S: Relations<R, <Q::SqlType as RootRow<R>>::Lens>,
        Conn: LoadConnection<Backend: Dialect> + FetchAll<'q, S, R, <Q::SqlType as RootRow<R>>::Lens>,
    {
        self.explain_as(How::Values, conn)
    }

    /// What the database does for values that it does not know: [`ExplainDsl::explain_generic`].
    ///
    /// # Errors
    ///
    /// Those of [`load`](Preloading::load).
    pub fn explain_generic<'q, Conn, R>(self, conn: &mut Conn) -> Result<Plans>
    where
        Q: AsQuery<Query: LoadQuery<'q, Conn, R> + QueryFragment<Conn::Backend>, SqlType: RootRow<R>>,
        S: Relations<R, <Q::SqlType as RootRow<R>>::Lens>,
        Conn: LoadConnection<Backend: Dialect> + FetchAll<'q, S, R, <Q::SqlType as RootRow<R>>::Lens>,
    {
        self.explain_as(How::Generic, conn)
    }

    /// What each statement did, counted: [`ExplainDsl::explain_analyze`]. Each runs twice, once to be counted.
    ///
    /// # Errors
    ///
    /// Those of [`load`](Preloading::load); [`is_no_analyze`](Error::is_no_analyze) on SQLite.
    pub fn explain_analyze<'q, Conn, R>(self, conn: &mut Conn) -> Result<Plans>
    where
        Q: AsQuery<Query: LoadQuery<'q, Conn, R> + QueryFragment<Conn::Backend>, SqlType: RootRow<R>>,
        S: Relations<R, <Q::SqlType as RootRow<R>>::Lens>,
        Conn: LoadConnection<Backend: Dialect> + FetchAll<'q, S, R, <Q::SqlType as RootRow<R>>::Lens>,
    {
        self.explain_as(How::Analyze, conn)
    }

    fn explain_as<'q, Conn, R>(self, how: How, conn: &mut Conn) -> Result<Plans>
    where
        Q: AsQuery<Query: LoadQuery<'q, Conn, R> + QueryFragment<Conn::Backend>, SqlType: RootRow<R>>,
        S: Relations<R, <Q::SqlType as RootRow<R>>::Lens>,
        Conn: LoadConnection<Backend: Dialect> + FetchAll<'q, S, R, <Q::SqlType as RootRow<R>>::Lens>,
    {
        let query = self.query.as_query();
        let plan = sent::plan(&query, conn, how)?;
        let rows = RunQueryDsl::load::<R>(query, conn)?;
        record::record(how, vec![plan], || conn.fetch_all(self.relations, rows).map(drop))
    }
}
