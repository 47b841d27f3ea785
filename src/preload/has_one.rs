//! Has one: at most one child carries the key of a parent.

use diesel::associations::HasTable;

use super::has_many::{Arity, Children};
use super::plumbing::placed::Placed;
use super::plumbing::stitch::{self, Second};
use super::relation::ChildRow;
use crate::dsl;
use crate::error::Result;

/// Every parent with its only child: `Option<C>`.
///
/// One statement, that of [`has_many`](super::has_many); `None` for the childless, and nothing is sent without parents. Two rows for one parent are an error
/// ([`is_second_row`](crate::Error::is_second_row)), never "the first" or "the last". A UNIQUE index on the foreign key
/// makes it impossible.
///
/// ```sql
/// -- PostgreSQL
/// SELECT "profiles"."user_id", "profiles"."id", .. FROM "profiles" WHERE "profiles"."user_id" = ANY($1)
/// -- SQLite
/// SELECT .. FROM `profiles` WHERE `profiles`.`user_id` IN (SELECT value FROM json_each(?))
/// -- MySQL, MariaDB
/// SELECT .. FROM `profiles` WHERE `profiles`.`user_id` IN (SELECT k.id FROM JSON_TABLE(?, ..) k)
/// ```
///
/// ```
/// # use diesel::prelude::*;
/// use blog::{models::{Profile, User}, schema::users};
/// use turbodiesel::prelude::*;
///
/// let conn = &mut blog::example()?;
/// let users: Vec<(User, Option<Profile>)> =
///     users::table.select(User::as_select()).preload(has_one::<Profile>()).load(conn)?;
/// assert!(users.iter().any(|(_, profile)| profile.is_some()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn has_one<C: HasTable>() -> dsl::HasOne<C> {
    Children::new(C::table())
}

/// The only child of a parent.
#[derive(Debug, Clone, Copy)]
pub struct One;

impl<Row: ChildRow> Arity<Row> for One {
    type Output = Option<Row>;
    const NAME: &'static str = "has_one";

    fn collect(slots: usize, children: Placed<Row>) -> Result<Vec<Option<Row>>, Second> {
        stitch::one(slots, children)
    }
}
