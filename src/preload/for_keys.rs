//! Relations of keys alone: the parents are not at hand.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::marker::PhantomData;

use super::belongs_to::{BelongsTo, Filtered};
use super::by::{Doubt, Fold, Joins};
use super::has_many::Children;
use super::key::Key;
use super::many_to_many::ManyToMany;
use super::plumbing::dangling::StillDangling;
use super::plumbing::fetch::Preload;
use super::plumbing::keys::Keys;
use crate::error::Result;
use crate::one_load;

/// Loads what a relation gives for each of these keys, without the rows that have them: a map by key.
///
/// For data loaders, which collect keys and ask once; the [guide](crate::guide::data_loader) builds one. For a has-many, a
/// has-one or a many-to-many the keys are those of the parents; every key is in the map, with what the relation gives the
/// childless. For a belongs-to they are those of the targets, and one without a row is `None`.
///
/// The first type says whose relation it is, as no row does: `load_for_keys::<User, _, _>(..)` for what users have. Repeated keys are sent once; no keys, no statement.
///
/// ```sql
/// -- PostgreSQL: the statement of the relation
/// SELECT "posts"."id", "posts"."author_id", .. FROM "posts" WHERE "posts"."author_id" = ANY($1)
/// -- SQLite
/// SELECT .. FROM `posts` WHERE `posts`.`author_id` IN (SELECT value FROM json_each(?))
/// -- MySQL, MariaDB
/// SELECT .. FROM `posts` WHERE `posts`.`author_id` IN (SELECT k.id FROM JSON_TABLE(?, ..) k)
/// ```
///
/// ```
/// # use diesel::prelude::*;
/// use std::collections::HashMap;
/// use blog::models::{Comment, Post, User};
/// use turbodiesel::prelude::*;
///
/// let conn = &mut blog::example()?;
/// let posts: HashMap<i32, Vec<Post>> = load_for_keys::<User, _, _>(&[1, 2, 1_000], has_many::<Post>(), conn)?;
/// assert!(posts.len() == 3 && !posts[&1].is_empty() && posts[&1_000].is_empty());
///
/// let comments: HashMap<i32, Vec<Comment>> = load_for_keys::<Post, _, _>(&[1, 2], has_many::<Comment>(), conn)?;
/// assert!(comments[&1].iter().all(|comment| comment.post_id == 1));
///
/// let users: HashMap<i32, Option<User>> = load_for_keys::<Post, _, _>(&[1, 1_000], belongs_to::<User>(), conn)?;
/// assert!(users[&1].is_some() && users[&1_000].is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// The database's, and those of the relation.
#[track_caller]
pub fn load_for_keys<'q, P, R, Conn>(
    keys: &[R::Key],
    relation: R,
    conn: &mut Conn,
) -> Result<HashMap<R::Key, <R::Relation as super::relation::Relation<R::Key>>::Output>>
where
    R: ForKeys<P, Key: Key>,
    R::Relation: Preload<'q, R::Key, Conn>,
{
    let _load = one_load::begin();
    let mut seen = HashSet::with_capacity(keys.len());
    let parents: Vec<&R::Key> = keys.iter().filter(|key| seen.insert(*key)).collect();
    let outputs = relation.for_keys().fetch(&parents, conn)?;
    Ok(parents.into_iter().cloned().zip(outputs).collect())
}

/// A relation of the parents `P` that can be asked for by their keys.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be asked for by the keys of `{P}`",
    note = "a has-many, a has-one, a belongs-to or a many-to-many can"
)]
pub trait ForKeys<P> {
    /// The keys.
    type Key;
    /// The relation with the keys as its parents.
    type Relation;

    /// The relation with the keys as its parents.
    fn for_keys(self) -> Self::Relation;
}

/// The keys of parents `P`, joined by `J`, in place of the parents.
pub struct KeysOf<P, J> {
    joins: J,
    marker: PhantomData<fn() -> P>,
}

impl<P, J> KeysOf<P, J> {
    fn new(joins: J) -> Self {
        KeysOf { joins, marker: PhantomData }
    }
}

// By hand: a derive would ask it of the model too.
impl<P, J: Clone> Clone for KeysOf<P, J> {
    fn clone(&self) -> Self {
        KeysOf::new(self.joins.clone())
    }
}

impl<P, J: fmt::Debug> fmt::Debug for KeysOf<P, J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeysOf").field("joins", &self.joins).finish_non_exhaustive()
    }
}

impl<P, C, J: Joins<P, C, Key: Clone>> Joins<J::Key, C> for KeysOf<P, J> {
    type Key = J::Key;
    type Columns = J::Columns;
    type Named = J::Named;
    type Null = diesel::sql_types::is_nullable::NotNull;
    type Reads = J::Reads;

    fn columns(&self) -> J::Columns {
        self.joins.columns()
    }

    fn named(&self) -> J::Named {
        self.joins.named()
    }

    fn key(&self, key: &J::Key) -> Option<J::Key> {
        Some(key.clone())
    }

    fn fold(&self) -> Option<Fold<J::Key>> {
        self.joins.fold()
    }
}

// A key without a row is `None`: none dangles.
impl<P, T, J: Joins<P, T, Key: Clone>, DB> Doubt<J::Key, T, DB> for KeysOf<P, J> {
    fn doubt(&self, _: &Keys<J::Key>) -> Option<StillDangling<DB>> {
        None
    }
}

impl<P, C, Q, S, Kind, J: Joins<P, C>> ForKeys<P> for Children<C, Q, S, Kind, J> {
    type Key = J::Key;
    type Relation = Children<C, Q, S, Kind, KeysOf<P, J>>;

    fn for_keys(self) -> Self::Relation {
        self.joined(KeysOf::new)
    }
}

impl<P, T, Q, S, A, J: Joins<P, T>> ForKeys<P> for BelongsTo<T, Q, S, A, J> {
    type Key = J::Key;
    type Relation = BelongsTo<T, Q, S, Filtered, KeysOf<P, J>>;

    fn for_keys(self) -> Self::Relation {
        self.with_query(|query| query).joined(KeysOf::new)
    }
}

impl<P, Links: ForKeys<P>, Targets, Kind> ForKeys<P> for ManyToMany<Links, Targets, Kind> {
    type Key = Links::Key;
    type Relation = ManyToMany<Links::Relation, Targets, Kind>;

    fn for_keys(self) -> Self::Relation {
        self.links(Links::for_keys)
    }
}
