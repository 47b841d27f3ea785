//! What the driver that awaits asks before and after a statement.

use std::future::Future;

use diesel::result::QueryResult;
use diesel_async::AsyncConnectionCore;

use super::batch::Probe;
use super::dangling::StillDangling;
use crate::driver::{Driver, Sends};

type Backend<D> = <D as AsyncConnectionCore>::Backend;

/// A connection that can be asked what a load must know of its keys.
pub trait AsksOfKeys: Driver {
    /// Asks for the highest key that there is.
    ///
    /// # Errors
    ///
    /// The database's.
    fn highest<'c>(conn: &mut Self::Lent<'c>, question: Probe)
    -> impl Future<Output = QueryResult<Option<i64>>> + Send;

    /// Asks whether a key dangles.
    ///
    /// # Errors
    ///
    /// The database's.
    fn still_dangling<'c>(
        conn: &mut Self::Lent<'c>,
        question: StillDangling<Self::Backend>,
    ) -> impl Future<Output = QueryResult<bool>> + Send;
}

impl<D> AsksOfKeys for D
where
    D: Driver,
    Probe: for<'q> Sends<'q, Backend<D>, Option<i64>>,
    StillDangling<Backend<D>>: for<'q> Sends<'q, Backend<D>, i32>,
{
    async fn highest<'c>(conn: &mut D::Lent<'c>, question: Probe) -> QueryResult<Option<i64>> {
        Ok(question.ask(conn).await?.into_iter().next().flatten())
    }

    async fn still_dangling<'c>(conn: &mut D::Lent<'c>, question: StillDangling<Backend<D>>) -> QueryResult<bool> {
        Ok(!question.ask(conn).await?.is_empty())
    }
}
