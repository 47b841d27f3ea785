//! Loads that are awaited. With feature `async`.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use diesel::dsl::Limit;
use diesel::query_builder::AsQuery;
use diesel::query_dsl::methods::LimitDsl;
use diesel_async::AsyncConnectionCore;

use super::Preloading;
use super::by::Identified;
use super::for_keys::ForKeys;
use super::key::Key;
use super::level::Rank;
use super::load_with::LoadWith;
use super::many_to_many::{Entry, ManyToMany, entries};
use super::place::Nth;
use super::plumbing::fetch_async::{FetchAll, Preload};
use super::plumbing::placed::as_many;
use super::relation::{Relation, Relations, RootRow};
use super::tree::{Ancestors, Found, Node, Tree};
use super::tuple::{Append, AppendAt};
use crate::driver::{self, BackendOf, Connects, Driver, Sends, Task};
use crate::dsl;
use crate::error::Result;
use crate::mode::Async;

/// `.preload(relation)` on every Diesel query, for a load that is awaited.
///
/// The methods and their types are those of the blocking [`PreloadDsl`](super::PreloadDsl).
pub trait PreloadDsl: Sized {
    /// Loads a relation with the rows of this query.
    fn preload<R>(self, relation: R) -> dsl::Preload<Self, R, Async> {
        Preloading { query: self, relations: ().append(relation), mode: PhantomData }
    }

    /// Loads a relation with the rows of this query if `wanted`: [`Preloading::preload_if`].
    fn preload_if<R>(self, wanted: bool, relation: R) -> dsl::Preload<Self, Option<R>, Async> {
        self.preload(wanted.then_some(relation))
    }

    /// Loads a relation of another element of the rows: [`Preloading::preload_at`].
    fn preload_at<const N: usize, R>(self, _: Nth<N>, relation: R) -> dsl::PreloadAt<Self, N, R, Async> {
        Preloading { query: self, relations: ().append_at(relation), mode: PhantomData }
    }
}

impl<Q: AsQuery> PreloadDsl for Q {}

/// A load: the query, then its relations.
pub(super) struct Load<'q, Q, S, R, L> {
    pub(super) query: Q,
    pub(super) relations: S,
    pub(super) marker: PhantomData<fn(&'q ()) -> (R, L)>,
}

impl<'q, D, Q, S, R, L> Task<D> for Load<'q, Q, S, R, L>
where
    D: FetchAll<'q, S, R, L>,
    Q: Sends<'q, <D as AsyncConnectionCore>::Backend, R>,
    S: Relations<R, L, Row: Send> + Send,
    R: Send,
{
    type Output = Vec<S::Row>;

    async fn run<'c>(self, conn: &mut D::Lent<'c>) -> Result<Vec<S::Row>> {
        let rows = self.query.send(conn).await?;
        D::fetch_all(self.relations, rows, conn).await
    }
}

impl<Q, S> Preloading<Q, S, Async> {
    /// Sends the query and one statement for each relation, and gives every row what belongs to it.
    ///
    /// The statements and the errors are those of the [blocking](Preloading#method.load) load. On PostgreSQL relations that stand
    /// side by side are on their way together, on this one connection.
    ///
    /// # Errors
    ///
    /// As the blocking load; a connection that is [broken](crate::driver#cancellation).
    #[track_caller]
    pub fn load<'q, K, Conn, R, Row>(self, conn: &mut Conn) -> impl Future<Output = Result<Vec<Row>>> + Send
    where
        Conn: Connects<K, Driver: FetchAll<'q, S, R, <Q::SqlType as RootRow<R>>::Lens>>,
        Q: AsQuery<SqlType: RootRow<R>> + Sends<'q, BackendOf<Conn, K>, R>,
        S: Relations<R, <Q::SqlType as RootRow<R>>::Lens, Row = Row> + Send,
        R: Send,
        Row: Send,
    {
        driver::run(conn, Load { query: self.query, relations: self.relations, marker: PhantomData })
    }

    /// The first row with its relations, or `None` where there is none: then no relation is asked for.
    ///
    /// # Errors
    ///
    /// As [`load`](Preloading::load).
    #[track_caller]
    pub fn load_optional<'q, K, Conn, R, Row>(self, conn: &mut Conn) -> impl Future<Output = Result<Option<Row>>> + Send
    where
        Conn: Connects<K, Driver: FetchAll<'q, S, R, <<Limit<Q> as AsQuery>::SqlType as RootRow<R>>::Lens>>,
        Q: LimitDsl,
        Limit<Q>: AsQuery<SqlType: RootRow<R>> + Sends<'q, BackendOf<Conn, K>, R>,
        S: Relations<R, <<Limit<Q> as AsQuery>::SqlType as RootRow<R>>::Lens, Row = Row> + Send,
        R: Send,
        Row: Send,
    {
        let limited = Preloading { query: LimitDsl::limit(self.query, 1), relations: self.relations, mode: self.mode };
        let rows = limited.load(conn);
        async move { Ok(rows.await?.into_iter().next()) }
    }
}

/// [`preload_for`](super::preload_for), awaited.
///
/// # Errors
///
/// The database's, and those of the relation.
#[track_caller]
pub fn preload_for<'q, K, P, R, Conn>(
    rows: Vec<P>,
    relation: R,
    conn: &mut Conn,
) -> impl Future<Output = Result<Vec<(P, R::Output)>>> + Send
where
    P: Send + Sync,
    Conn: Connects<K>,
    R: Preload<'q, P, Conn::Driver>,
{
    driver::run(conn, OfRows { relation, rows, marker: PhantomData })
}

/// Relations of rows that are there.
struct OfRows<'q, P, R> {
    relation: R,
    rows: Vec<P>,
    marker: PhantomData<fn(&'q ())>,
}

impl<'q, D: Driver, P: Send + Sync, R: Preload<'q, P, D>> Task<D> for OfRows<'q, P, R> {
    type Output = Vec<(P, R::Output)>;

    async fn run<'c>(self, conn: &mut D::Lent<'c>) -> Result<Self::Output> {
        let parents: Vec<&P> = self.rows.iter().collect();
        let outputs = as_many(parents.len(), self.relation.fetch(&parents, conn).await?)?;
        Ok(self.rows.into_iter().zip(outputs).collect())
    }
}

/// [`load_for_keys`](super::load_for_keys), awaited: `load_for_keys::<User, _, _, _>(..)`.
///
/// # Errors
///
/// The database's, and those of the relation.
#[track_caller]
pub fn load_for_keys<'q, P, R, Conn, K>(
    keys: &[R::Key],
    relation: R,
    conn: &mut Conn,
) -> impl Future<Output = Result<HashMap<R::Key, <R::Relation as Relation<R::Key>>::Output>>> + Send
where
    R: ForKeys<P, Key: Key>,
    Conn: Connects<K>,
    R::Relation: Preload<'q, R::Key, Conn::Driver>,
{
    let mut seen = HashSet::with_capacity(keys.len());
    let keys: Vec<R::Key> = keys.iter().filter(|key| seen.insert(*key)).cloned().collect();
    let outputs = driver::run(conn, OfRows { relation: relation.for_keys(), rows: keys, marker: PhantomData });
    async move { Ok(outputs.await?.into_iter().collect()) }
}

/// What a function of yours returns to [`load_with`]: `Box::pin(async move { .. })`.
pub type Loading<'a, O> = Pin<Box<dyn Future<Output = Result<Vec<O>>> + Send + 'a>>;

/// [`load_with`](super::load_with()), with a function that is awaited.
///
/// It is lent the connection, whose type stands in the closure: [`Lent<'_, Conn>`](crate::driver::Lent), which on PostgreSQL
/// is a shared reference, as other statements may be on their way.
///
/// ```text
/// load_with(|users: &[&User], conn: &mut Lent<'_, AsyncPgConnection>| {
///     Box::pin(async move {
///         let authors: Vec<i32> = posts::table.select(posts::author_id).load(conn).await?;
///         Ok(users.iter().map(|user| authors.iter().filter(|id| **id == user.id).count()).collect())
///     })
/// })
/// ```
pub fn load_with<'f, P, D, O, F>(load: F) -> LoadWith<P, D, O, Loader<'f, P, D, O>>
where
    D: Driver,
    F: for<'a, 'c> Fn(&'a [&'a P], &'a mut D::Lent<'c>) -> Loading<'a, O> + Send + Sync + 'f,
{
    LoadWith::new(Arc::new(load))
}

/// A function of yours without its type, which the compiler cannot follow through the future of a load.
type Loader<'f, P, D, O> = Arc<dyn Loads<P, D, O> + 'f>;

/// What [`load_with`] takes.
pub trait Loads<P, D: Driver, O>: Send + Sync {
    /// Loads.
    fn load<'a, 'c>(&self, parents: &'a [&'a P], conn: &'a mut D::Lent<'c>) -> Loading<'a, O>;
}

impl<P, D, O, F> Loads<P, D, O> for F
where
    D: Driver,
    F: for<'a, 'c> Fn(&'a [&'a P], &'a mut D::Lent<'c>) -> Loading<'a, O> + Send + Sync,
{
    fn load<'a, 'c>(&self, parents: &'a [&'a P], conn: &'a mut D::Lent<'c>) -> Loading<'a, O> {
        self(parents, conn)
    }
}

impl<'f, P, D, O> Preload<'f, P, D> for LoadWith<P, D, O, Loader<'f, P, D, O>>
where
    P: Sync,
    D: Driver,
    O: Send,
{
    async fn fetch<'c>(self, parents: &[&P], conn: &mut D::Lent<'c>) -> Result<Vec<O>> {
        let load = self.into_function();
        load.load(parents, conn).await
    }
}

impl<'q, C, R, D> Preload<'q, C, D> for Tree<R>
where
    C: Identified + Clone + Send + Sync,
    D: Driver,
    R: Preload<'q, C, D, Output = Vec<C>> + Clone,
{
    async fn fetch<'c>(self, parents: &[&C], conn: &mut D::Lent<'c>) -> Result<Vec<Vec<Node<C>>>> {
        let mut found = Found::new(parents, self.depth)?;
        while let Some(level) = found.level(parents) {
            let answers = self.relation.clone().fetch(&level, conn).await?;
            found.answer(answers);
        }
        Ok(found.trees())
    }
}

impl<'q, C, R, D> Preload<'q, C, D> for Ancestors<R>
where
    C: Identified + Clone + Send + Sync,
    D: Driver,
    R: Preload<'q, C, D, Output = Option<C>> + Clone,
{
    async fn fetch<'c>(self, parents: &[&C], conn: &mut D::Lent<'c>) -> Result<Vec<Vec<C>>> {
        let mut found = Found::new(parents, self.depth)?;
        while let Some(level) = found.level(parents) {
            let answers = self.relation.clone().fetch(&level, conn).await?;
            found.answer(answers);
        }
        Ok(found.chains())
    }
}

impl<'q, P, D, Links, Targets, Kind, Link, Row> Preload<'q, P, D> for ManyToMany<Links, Targets, Kind>
where
    P: Sync,
    D: Driver,
    Links: Preload<'q, P, D, Output = Vec<Link>>,
    Targets: Preload<'q, Link, D, Output = Option<Rank<Row>>>,
    Kind: Entry<Row, Link, Entry: Send> + Send,
    Link: Send + Sync,
{
    fn fetch<'c>(
        self,
        parents: &[&P],
        conn: &mut D::Lent<'c>,
    ) -> impl Future<Output = Result<Vec<Self::Output>>> + Send {
        let ManyToMany { links, targets, sorted, .. } = self;
        async move {
            let links = links.fetch(parents, conn).await?;
            let flat: Vec<&Link> = links.iter().flatten().collect();
            let found = targets.fetch(&flat, conn).await?;
            Ok(entries::<Kind, _, _>(links, found, sorted))
        }
    }
}
