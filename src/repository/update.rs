//! Changing rows and taking them away.

use diesel::Column;
use diesel::associations::Identifiable;
use diesel::connection::Connection;
use diesel::dsl::{AsSelect, Find, Update};
use diesel::expression::{Expression, Selectable, SelectableHelper};
use diesel::query_builder::{AsChangeset, AsQuery, IntoUpdateTarget};
use diesel::query_dsl::RunQueryDsl;
use diesel::query_dsl::methods::{ExecuteDsl, FindDsl, LoadQuery};

use super::statement::{self, Delete, Id, Steps, is_unchanged, no_step, not_found};
use super::{Gets, Model, Repository, Returning, returning};
use crate::backend::Writes;
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::mode::Blocking;

impl<M, C> Repository<'_, M, C, Blocking> {
    /// Writes the changes to the row that has their id, and returns the row as it is then.
    ///
    /// The changes are the model itself, or any struct with the id and some columns. As everywhere in Diesel, a field of type
    /// `Option` that is `None` changes nothing; where nothing is changed, the row is read.
    ///
    /// ```sql
    /// UPDATE "users" SET "name" = $1 WHERE "users"."id" = $2 RETURNING "users"."id", ..
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::User, schema::users};
    /// use turbodiesel::prelude::*;
    ///
    /// #[derive(Identifiable, AsChangeset)]
    /// #[diesel(table_name = users)]
    /// struct Rename<'a> { id: i32, name: &'a str }
    ///
    /// let conn = &mut blog::example()?;
    /// assert_eq!(conn.repo::<User>().update(&Rename { id: 1, name: "Ada" })?.name, "Ada");
    /// assert!(conn.repo::<User>().update(&Rename { id: -1, name: "Ada" }).unwrap_err().is_not_found());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_not_found`](Error::is_not_found): no row has this id. A constraint that is violated: see
    /// [`Error::constraint`].
    pub fn update<'q, 'n, U>(&mut self, changes: &'n U) -> Result<M>
    where
        U: UpdateRow<'q, 'n, M, C>,
    {
        changes.update(self.conn)
    }

    /// [`update`](Self::update), only if nobody else has changed the row since it was read: optimistic locking.
    ///
    /// The table has a version column, which the model names by [`Versioned`]. It goes up by one with each update.
    ///
    /// ```sql
    /// UPDATE "drafts" SET "text" = $1, "version" = $2 WHERE "drafts"."id" = $3 AND "drafts"."version" = $4 RETURNING ..
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// # diesel::table! { drafts (id) { id -> Integer, text -> Text, version -> Integer, } }
    /// use turbodiesel::prelude::*;
    /// use turbodiesel::repository::Versioned;
    ///
    /// #[derive(Debug, Clone, Queryable, Selectable, Identifiable, AsChangeset)]
    /// struct Draft {
    ///     id: i32,
    ///     text: String,
    ///     #[diesel(skip_update)]
    ///     version: i32,
    /// }
    ///
    /// impl Versioned for Draft {
    ///     type Column = drafts::version;
    ///     type Version = i32;
    ///     fn version(&self) -> i32 {
    ///         self.version
    ///     }
    /// }
    ///
    /// # let conn = &mut SqliteConnection::establish(":memory:")?;
    /// # diesel::connection::SimpleConnection::batch_execute(conn, "CREATE TABLE drafts (id INTEGER PRIMARY KEY, text TEXT NOT NULL, version INTEGER NOT NULL DEFAULT 1); INSERT INTO drafts (id, text) VALUES (1, 'a')")?;
    /// let read = conn.repo::<Draft>().get(1)?.ok_or("no draft")?;
    /// let mine = conn.repo::<Draft>().update_versioned(&Draft { text: "b".into(), ..read.clone() })?;
    /// assert_eq!(mine.version, read.version + 1);
    ///
    /// let theirs = conn.repo::<Draft>().update_versioned(&Draft { text: "c".into(), ..read });
    /// assert!(theirs.unwrap_err().is_conflict());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_conflict`](Error::is_conflict): the row has another version by now, and nothing is written. Read it again, and
    /// decide. [`is_not_found`](Error::is_not_found): no row has this id.
    pub fn update_versioned<'q, 'n, U>(&mut self, changes: &'n U) -> Result<M>
    where
        U: UpdateVersioned<'q, 'n, M, C>,
    {
        changes.update_versioned(self.conn)
    }

    /// Deletes the row with this id, and says whether there was one.
    ///
    /// ```sql
    /// DELETE FROM "users" WHERE "users"."id" = $1
    /// ```
    ///
    /// # Errors
    ///
    /// A foreign key that still points to the row: see [`Error::constraint`].
    pub fn delete<I>(&mut self, id: I) -> Result<bool>
    where
        C: Deletes<M, I>,
    {
        self.conn.delete(id)
    }
}

/// Changes that can be written through `C` to a row of `M`.
///
/// On the changes, not on the connection, for the reason that [`Create`](super::Create) has.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot update a `{M}`",
    label = "no changes to a row of `{M}`",
    note = "put `#[derive(Identifiable, AsChangeset)]` and `#[diesel(table_name = ..)]` on `{Self}`, with the table of `{M}`"
)]
pub trait UpdateRow<'q, 'n, M, C> {
    /// Writes and reads back.
    ///
    /// # Errors
    ///
    /// The database's, or no row.
    fn update(&'n self, conn: &mut C) -> Result<M>;
}

#[diagnostic::do_not_recommend]
impl<'q, 'n, M, U: 'n, C> UpdateRow<'q, 'n, M, C> for U
where
    C: Connection<Backend: Writes> + Gets<'q, M, Id<'n, U>>,
    M: Model + Selectable<C::Backend>,
    AsSelect<M, C::Backend>: Expression,
    &'n U: Identifiable<Table = M::Table> + IntoUpdateTarget + AsChangeset<Target = M::Table>,
    Update<&'n U, &'n U>: AsQuery + ExecuteDsl<C>,
    Returning<Update<&'n U, &'n U>, AsSelect<M, C::Backend>>: LoadQuery<'q, C, M>,
{
    fn update(&'n self, conn: &mut C) -> Result<M> {
        let statement = diesel::update(self).set(self);
        let row = if C::Backend::RETURNING {
            RunQueryDsl::load(returning(statement, M::as_select()), conn).map(|mut rows| rows.pop())
        } else {
            // An absent row is found absent by the second statement.
            conn.transaction(|conn| {
                ExecuteDsl::execute(statement, conn)?;
                conn.get(self.id())
            })
        };
        let row = match row {
            Err(error) if is_unchanged(&error) => conn.get(self.id())?,
            row => row?,
        };
        row.ok_or_else(not_found::<M>)
    }
}

/// A model, or changes to one, with a version: what [`update_versioned`](Repository::update_versioned) compares.
///
/// The field of the version says `#[diesel(skip_update)]`: the new version is written by `update_versioned`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no version",
    label = "`update_versioned` needs to know its version column",
    note = "implement `turbodiesel::repository::Versioned` for `{Self}`"
)]
pub trait Versioned {
    /// The column.
    type Column: Column + Default;
    /// Its Rust type.
    type Version: VersionNumber;

    /// The version that was read.
    fn version(&self) -> Self::Version;
}

/// An integer that counts versions: `i32` or `i64`.
#[diagnostic::on_unimplemented(message = "a version is an `i32` or an `i64`, not a `{Self}`")]
pub trait VersionNumber: Copy {
    /// The one that follows. After the largest comes the smallest: all that counts is that it is another one.
    #[must_use]
    fn next(self) -> Self;
}

impl VersionNumber for i32 {
    fn next(self) -> Self {
        self.wrapping_add(1)
    }
}

impl VersionNumber for i64 {
    fn next(self) -> Self {
        self.wrapping_add(1)
    }
}

/// Versioned changes that can be written through `C` to a row of `M`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot update a `{M}` by its version",
    label = "no versioned changes to a row of `{M}`",
    note = "put `#[derive(Identifiable, AsChangeset)]` and `#[diesel(table_name = ..)]` on `{Self}`, with the table of `{M}`",
    note = "and implement `turbodiesel::repository::Versioned` for it"
)]
pub trait UpdateVersioned<'q, 'n, M, C> {
    /// Writes and reads back.
    ///
    /// # Errors
    ///
    /// The database's, a conflict, or no row.
    fn update_versioned(&'n self, conn: &mut C) -> Result<M>;
}

#[diagnostic::do_not_recommend]
impl<'q, 'n, M, U: 'n, C> UpdateVersioned<'q, 'n, M, C> for U
where
    C: Connection<Backend: Writes> + Gets<'q, M, Id<'n, U>>,
    M: Model + Selectable<C::Backend>,
    AsSelect<M, C::Backend>: Expression,
    U: Steps<'n, M, Step: AsQuery + ExecuteDsl<C>>,
    &'n U: Identifiable<Table = M::Table>,
    Returning<U::Step, AsSelect<M, C::Backend>>: LoadQuery<'q, C, M>,
{
    fn update_versioned(&'n self, conn: &mut C) -> Result<M> {
        let row = if C::Backend::RETURNING {
            RunQueryDsl::load(returning(self.step(), M::as_select()), conn)?.pop()
        } else {
            conn.transaction(|conn| match ExecuteDsl::execute(self.step(), conn)? {
                0 => Ok(None),
                _ => conn.get(self.id()),
            })?
        };
        match row {
            Some(row) => Ok(row),
            None => Err(no_step::<M>(conn.get(self.id())?.is_some())),
        }
    }
}

/// A connection on which a row of `M` can be deleted by an id of type `I`.
#[diagnostic::on_unimplemented(
    message = "`{M}` cannot be deleted by a `{I}`",
    label = "not the id of `{M}`",
    note = "give the id in the Rust type of the primary key, or a reference to it; the id of a composite key is a tuple in the order of `primary_key(..)`"
)]
pub trait Deletes<M, I>: Connection {
    /// Whether there was a row.
    ///
    /// # Errors
    ///
    /// The database's.
    fn delete(&mut self, id: I) -> Result<bool>;
}

#[diagnostic::do_not_recommend]
impl<M, I, C> Deletes<M, I> for C
where
    C: Connection,
    M: Model,
    M::Table: FindDsl<I>,
    Find<M::Table, I>: IntoUpdateTarget,
    Delete<M, I>: ExecuteDsl<C>,
{
    fn delete(&mut self, id: I) -> Result<bool> {
        Ok(ExecuteDsl::execute(statement::delete::<M, I>(id), self)? > 0)
    }
}
