//! A loader of one's own, and relations of rows that came from elsewhere.

use std::fmt;
use std::marker::PhantomData;

use super::place::{At, Parent};
use super::plumbing::fetch::{FetchAll, Preload};
use super::relation::{CountStatements, Relation, Statements, Whole};
use crate::error::Result;
use crate::one_load;

/// A relation that a function of yours loads: what it gives for each parent, anywhere in a tree.
///
/// For what is not in this database, or not a query: another database, a service, a cache, a computation over all parents at
/// once. The function gets all parents of the level and the connection, and returns one output for each parent, in their
/// order; another number is an error ([`is_wrong_number_of_results`](crate::Error::is_wrong_number_of_results)).
/// It is called once, also when there are no parents. Failures that are not the database's are made with
/// [`Error::loader`](crate::Error::loader).
///
/// What it sends is its own, on every backend: it counts as one statement, or as what [`sends`](LoadWith::sends) says.
/// The [guide](crate::guide::own_loader) builds one over a second database.
///
/// ```
/// # use diesel::prelude::*;
/// use blog::{models::{Post, User}, schema::{posts, users}};
/// use turbodiesel::prelude::*;
///
/// let conn = &mut blog::example()?;
/// let rows: Vec<(User, usize)> = users::table
///     .select(User::as_select())
///     .preload(load_with(|users: &[&User], conn| {
///         let authors: Vec<i32> = posts::table.select(posts::author_id).load(conn)?;
///         Ok(users.iter().map(|user| authors.iter().filter(|id| **id == user.id).count()).collect())
///     }))
///     .load(conn)?;
/// assert!(rows.iter().any(|(_, posts)| *posts > 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn load_with<P, Conn, O, F>(load: F) -> LoadWith<P, Conn, O, F>
where
    F: FnOnce(&[&P], &mut Conn) -> Result<Vec<O>>,
{
    LoadWith::new(load)
}

/// The relation of [`load_with`].
#[must_use = "a relation is loaded by the query that it is given to"]
pub struct LoadWith<P, Conn, O, F> {
    load: F,
    sends: usize,
    marker: PhantomData<fn(&P, &mut Conn) -> O>,
}

impl<P, Conn, O, F> LoadWith<P, Conn, O, F> {
    pub(super) fn new(load: F) -> Self {
        LoadWith { load, sends: 1, marker: PhantomData }
    }

    /// The function.
    pub(super) fn into_function(self) -> F {
        self.load
    }

    /// How many statements the function sends at most on this connection; 1 if it is not said. It is counted by
    /// [`statements`](super::Preloading::statements).
    pub fn sends(self, statements: usize) -> Self {
        LoadWith { sends: statements, ..self }
    }
}

impl<P, Conn, O, F: Clone> Clone for LoadWith<P, Conn, O, F> {
    fn clone(&self) -> Self {
        LoadWith { load: self.load.clone(), ..*self }
    }
}

impl<P, Conn, O, F> fmt::Debug for LoadWith<P, Conn, O, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoadWith").field("sends", &self.sends).finish_non_exhaustive()
    }
}

impl<P, Conn, O, F> Relation<P> for LoadWith<P, Conn, O, F> {
    type Output = O;
}

impl<P, Conn, O, F> CountStatements for LoadWith<P, Conn, O, F> {
    fn statements(&self) -> Statements {
        Statements::fixed_at(self.sends)
    }
}

impl<P, Conn, O, F> Preload<'_, P, Conn> for LoadWith<P, Conn, O, F>
where
    F: FnOnce(&[&P], &mut Conn) -> Result<Vec<O>>,
{
    fn fetch(self, parents: &[&P], conn: &mut Conn) -> Result<Vec<O>> {
        self.into_function()(parents, conn)
    }
}

/// Loads a relation of rows that came from elsewhere: an INSERT that returned them, a cache, a query of another kind.
///
/// Every row with what the relation gives, in the order of the rows; the statements are those of the relation, none for no
/// rows.
///
/// ```sql
/// -- PostgreSQL; the others with their own list of keys, as has_many
/// SELECT "posts"."id", "posts"."author_id", .. FROM "posts" WHERE "posts"."author_id" = ANY($1)
/// SELECT "comments"."id", "comments"."post_id", .. FROM "comments" WHERE "comments"."post_id" = ANY($1)
/// ```
///
/// ```
/// # use diesel::prelude::*;
/// use blog::{models::{Comment, Post, User}, schema::users};
/// use turbodiesel::prelude::*;
///
/// let conn = &mut blog::example()?;
/// let found: Vec<User> = users::table.limit(3).select(User::as_select()).load(conn)?;
/// let authors: Vec<(User, Vec<(Post, Vec<Comment>)>)> =
///     preload_for(found, has_many::<Post>().preload(has_many::<Comment>()), conn)?;
/// assert_eq!(authors.len(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// The database's, and those of the relation.
#[track_caller]
pub fn preload_for<'q, P, R, Conn>(rows: Vec<P>, relation: R, conn: &mut Conn) -> Result<Vec<(P, R::Output)>>
where
    R: Preload<'q, P, Conn>,
{
    let _load = one_load::begin();
    FetchAll::<_, P, Whole>::fetch_all(conn, (At::<Parent, R>::new(relation),), rows)
}
