//! Writing new rows.

use diesel::associations::Identifiable;
use diesel::connection::Connection;
use diesel::dsl::{AsSelect, Find};
use diesel::expression::{Expression, Selectable, SelectableHelper};
use diesel::prelude::Insertable;
use diesel::query_dsl::RunQueryDsl;
use diesel::query_dsl::methods::{ExecuteDsl, FindDsl, LoadQuery, SelectDsl};

use super::statement::{Batch, ById, Insert, by_id, in_batches, insert};
use super::{Model, Repository, Returning, returning};
use crate::backend::{Dialect, Writes};
use crate::error::Result;
use crate::mode::Blocking;

impl<M, C> Repository<'_, M, C, Blocking> {
    /// Writes a new row and returns it as the database has it: with its id, its defaults and what triggers made of it.
    ///
    /// ```sql
    /// INSERT INTO "users" ("email", "name") VALUES ($1, $2) RETURNING "users"."id", ..
    /// ```
    ///
    /// MySQL and MariaDB have no RETURNING in common: there the row is read by `LAST_INSERT_ID()` in one transaction with the
    /// INSERT. That needs an id that the database makes (AUTO_INCREMENT); a row that brings its own id is an error there, and
    /// [`create_with_id`](Self::create_with_id) writes it on every backend.
    ///
    /// ```
    /// use blog::models::{NewUser, User};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let grace = conn.repo::<User>().create(&NewUser { email: "grace@hopper.us", name: "Grace" })?;
    /// assert!(grace.id > 0 && grace.active);
    ///
    /// let again = conn.repo::<User>().create(&NewUser { email: "grace@hopper.us", name: "Grace" }).unwrap_err();
    /// assert!(again.is_unique_violation());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A constraint that is violated: see [`Error::constraint`](crate::Error::constraint).
    /// [`is_id_not_made`](crate::Error::is_id_not_made) on MySQL and MariaDB, and nothing is written.
    pub fn create<'q, 'n, N>(&mut self, new: &'n N) -> Result<M>
    where
        N: Create<'q, 'n, M, C>,
    {
        new.create(self.conn)
    }

    /// Writes a new row that brings its own id, on every backend.
    ///
    /// ```
    /// use blog::models::Translation;
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let klingon = Translation { post_id: 1, language: "tlh".into(), title: "nuqneH".into() };
    /// assert_eq!(conn.repo::<Translation>().create_with_id(&klingon)?, klingon);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A constraint that is violated: see [`Error::constraint`](crate::Error::constraint).
    pub fn create_with_id<'q, 'n, N>(&mut self, new: &'n N) -> Result<M>
    where
        N: CreateWithId<'q, 'n, M, C>,
    {
        new.create_with_id(self.conn)
    }

    /// Writes many new rows, all or none, and returns how many.
    ///
    /// In batches of 250 rows, so that no statement has more binds than a database takes, and in a transaction (a savepoint
    /// inside of the caller's).
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{NewTag, Tag}, schema::tags};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let new = [NewTag { name: "seek" }, NewTag { name: "stitch" }];
    /// assert_eq!(conn.repo::<Tag>().create_many(&new)?, 2);
    /// assert!(conn.repo::<Tag>().create_many(&new).unwrap_err().is_unique_violation());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A constraint that is violated: see [`Error::constraint`](crate::Error::constraint). Then none is written.
    pub fn create_many<'n, N>(&mut self, new: &'n [N]) -> Result<usize>
    where
        N: CreateMany<'n, M, C>,
    {
        N::create_many(new, self.conn)
    }
}

/// What can be written through `C` and read back as an `M`.
///
/// On the row, not on the connection as other bounds: until the compiler knows the row it looks no further. Asked of a
/// connection that is known, it would try all of Diesel's rows, and those never end.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be created as a `{M}`",
    label = "not insertable, or its id is not made by the database",
    note = "put `#[derive(Insertable)]` and `#[diesel(table_name = ..)]` on `{Self}`, with the table of `{M}`",
    note = "on MySQL and MariaDB the primary key must be one integer column with AUTO_INCREMENT: `create_with_id` takes other ids"
)]
pub trait Create<'q, 'n, M, C> {
    /// Writes and reads back.
    ///
    /// # Errors
    ///
    /// The database's, or an id that the database did not make.
    fn create(&'n self, conn: &mut C) -> Result<M>;
}

#[diagnostic::do_not_recommend]
impl<'q, 'n, M, N, C> Create<'q, 'n, M, C> for N
where
    C: Connection,
    C::Backend: Creates<'q, 'n, M, N, C>,
{
    fn create(&'n self, conn: &mut C) -> Result<M> {
        <C::Backend as Creates<'q, 'n, M, N, C>>::create(conn, self)
    }
}

/// A backend on which an `N` can be written and read back as an `M`: each does it in its own way.
pub trait Creates<'q, 'n, M, N, C>: Dialect {
    /// Writes and reads back.
    ///
    /// # Errors
    ///
    /// The database's, or an id that the database did not make.
    fn create(conn: &mut C, new: &'n N) -> Result<M>;
}

/// What brings its id, and can be written through `C` and read back as an `M`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be created with its id as a `{M}`",
    label = "not insertable, or without an id",
    note = "put `#[derive(Identifiable, Insertable)]` and `#[diesel(table_name = ..)]` on `{Self}`, with the table of `{M}`"
)]
pub trait CreateWithId<'q, 'n, M, C> {
    /// Writes and reads back.
    ///
    /// # Errors
    ///
    /// The database's.
    fn create_with_id(&'n self, conn: &mut C) -> Result<M>;
}

#[diagnostic::do_not_recommend]
impl<'q, 'n, M, N: 'n, C> CreateWithId<'q, 'n, M, C> for N
where
    C: Connection<Backend: Writes>,
    M: Model + Selectable<C::Backend>,
    AsSelect<M, C::Backend>: Expression,
    &'n N: Insertable<M::Table> + Identifiable<Table = M::Table>,
    Insert<'n, M, N>: ExecuteDsl<C>,
    Returning<Insert<'n, M, N>, AsSelect<M, C::Backend>>: LoadQuery<'q, C, M>,
    M::Table: FindDsl<<&'n N as Identifiable>::Id>,
    Find<M::Table, <&'n N as Identifiable>::Id>: SelectDsl<AsSelect<M, C::Backend>>,
    ById<M, <&'n N as Identifiable>::Id, C::Backend>: LoadQuery<'q, C, M>,
{
    fn create_with_id(&'n self, conn: &mut C) -> Result<M> {
        if C::Backend::RETURNING {
            return Ok(RunQueryDsl::get_result(returning(insert::<M, N>(self), M::as_select()), conn)?);
        }
        conn.transaction(|conn| {
            ExecuteDsl::execute(insert::<M, N>(self), conn)?;
            Ok(RunQueryDsl::get_result(by_id::<M, _, C::Backend>(self.id()), conn)?)
        })
    }
}

/// Many of these can be written through `C` to the table of `M`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be created as a `{M}`",
    label = "not insertable",
    note = "put `#[derive(Insertable)]` and `#[diesel(table_name = ..)]` on `{Self}`, with the table of `{M}`"
)]
pub trait CreateMany<'n, M, C>: Sized {
    /// Writes all or none.
    ///
    /// # Errors
    ///
    /// The database's.
    fn create_many(new: &'n [Self], conn: &mut C) -> Result<usize>;
}

#[diagnostic::do_not_recommend]
impl<'n, M, N, C> CreateMany<'n, M, C> for N
where
    C: Connection<Backend: Dialect>,
    M: Model,
    N: 'n,
    &'n [N]: Insertable<M::Table>,
    Batch<'n, M, N>: ExecuteDsl<C>,
{
    fn create_many(new: &'n [N], conn: &mut C) -> Result<usize> {
        conn.transaction(|conn| {
            let mut written = 0;
            for batch in in_batches(new) {
                written += ExecuteDsl::execute(diesel::insert_into(M::table()).values(batch), conn)?;
            }
            Ok(written)
        })
    }
}
