//! Relations that may not be asked for, and parents that may not be there.

use super::relation::{CountStatements, Relation, Statements};
use crate::dsl;

/// A relation that may not be asked for: `None` loads nothing and gives every parent `None`.
///
/// It is what [`preload_if`](super::Preloading::preload_if) makes, and can be given to `preload` as it is.
impl<P, T: Relation<P>> Relation<P> for Option<T> {
    type Output = Option<T::Output>;
}

impl<T: CountStatements> CountStatements for Option<T> {
    fn statements(&self) -> Statements {
        self.as_ref().map_or(Statements::fixed_at(0), CountStatements::statements)
    }
}

/// A relation of parents that may not be there: `Option<P>`, as a LEFT JOIN gives them. A parent that is not there gets
/// `None`, the others `Some` of what the relation gives.
///
/// ```sql
/// -- the same statement as without it, for the keys of the parents that are there; none of them: nothing is sent
/// SELECT "posts"."id", .. FROM "posts" WHERE "posts"."author_id" = ANY($1)                                  -- PostgreSQL
/// SELECT `posts`.`id`, .. FROM `posts` WHERE `posts`.`author_id` IN (SELECT value FROM json_each(?))        -- SQLite
/// SELECT `posts`.`id`, .. FROM `posts` WHERE `posts`.`author_id` IN (SELECT k.id FROM JSON_TABLE(?, ..) k)  -- MySQL
/// ```
///
/// ```
/// # use diesel::prelude::*;
/// use blog::{models::{Post, Profile, User}, schema::{profiles, users}};
/// use turbodiesel::prelude::*;
///
/// let conn = &mut blog::example()?;
/// let rows: Vec<((Profile, Option<User>), Option<Vec<Post>>)> = profiles::table
///     .left_join(users::table)
///     .select((Profile::as_select(), Option::<User>::as_select()))
///     .preload_at(Nth::<1>, if_some(has_many::<Post>()))
///     .load(conn)?;
/// assert!(rows.iter().all(|((_, user), posts)| user.is_some() == posts.is_some()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn if_some<T>(relation: T) -> dsl::IfSome<T> {
    IfSome { relation }
}

/// The relation of [`if_some`].
#[must_use = "a relation is loaded by the query that it is given to"]
#[derive(Debug, Clone, Copy)]
pub struct IfSome<T> {
    pub(super) relation: T,
}

impl<P, T: Relation<P>> Relation<Option<P>> for IfSome<T> {
    type Output = Option<T::Output>;
}

impl<T: CountStatements> CountStatements for IfSome<T> {
    fn statements(&self) -> Statements {
        self.relation.statements()
    }
}
