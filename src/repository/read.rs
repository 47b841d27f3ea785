//! Reading: by id, by ids, by predicate, all.

use super::{Counts, Finds, Gets, GetsMany, Reads, Repository, statement};
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::mode::Blocking;

impl<M, C> Repository<'_, M, C, Blocking> {
    /// The row with this id, or `None`. A composite id is a tuple.
    ///
    /// ```sql
    /// SELECT .. FROM "users" WHERE "users"."id" = $1
    /// ```
    ///
    /// ```
    /// use blog::models::{Translation, User};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// assert_eq!(conn.repo::<User>().get(1)?.map(|user| user.id), Some(1));
    /// assert_eq!(conn.repo::<Translation>().get((1, "tlh"))?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The database's.
    pub fn get<'q, I>(&mut self, id: I) -> Result<Option<M>>
    where
        C: Gets<'q, M, I>,
    {
        Ok(self.conn.get(id)?)
    }

    /// The rows with these ids, in the order of the ids, with `None` where there is none: what a data loader asks for.
    ///
    /// One statement with one bind, whatever the number of ids; none for no ids. An id that is asked for twice is there
    /// twice.
    ///
    /// ```sql
    /// SELECT .. FROM "users" WHERE "users"."id" = ANY($1)
    /// ```
    ///
    /// ```
    /// use blog::models::User;
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let users = conn.repo::<User>().get_many(&[3, -1, 1])?;
    /// let ids: Vec<_> = users.iter().map(|user| user.as_ref().map(|user| user.id)).collect();
    /// assert_eq!(ids, [Some(3), None, Some(1)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The database's.
    pub fn get_many<'q, K>(&mut self, ids: &[K]) -> Result<Vec<Option<M>>>
    where
        C: GetsMany<'q, M, K>,
        M: Clone,
    {
        self.conn.get_many(ids)
    }

    /// Every row, in no order, all at once in memory: for small tables.
    ///
    /// A large table is read in [`batches`](crate::keyset::Keyset::batches) of constant memory.
    ///
    /// ```sql
    /// SELECT .. FROM "tags"
    /// ```
    ///
    /// ```
    /// use blog::models::Tag;
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let tags = conn.repo::<Tag>().get_all()?;
    /// assert!(!tags.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The database's.
    pub fn get_all<'q>(&mut self) -> Result<Vec<M>>
    where
        C: Reads<'q, M>,
    {
        Ok(self.conn.read_all()?)
    }

    /// The one row for which the predicate holds, or `None`.
    ///
    /// ```sql
    /// SELECT .. FROM "users" WHERE "users"."email" = $1 LIMIT 2
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::User, schema::users};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// assert!(conn.repo::<User>().find_by(users::email.eq("nobody@example.com"))?.is_none());
    /// assert!(conn.repo::<User>().find_by(users::id.gt(0)).unwrap_err().is_several_rows());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_several_rows`](Error::is_several_rows): there are two. The first of several rows is
    /// `repo.query().filter(..).order(..).first(conn)`, which says which is the first.
    pub fn find_by<'q, P>(&mut self, predicate: P) -> Result<Option<M>>
    where
        C: Finds<'q, M, P>,
    {
        statement::only(self.conn.first_two(predicate)?)
    }

    /// All rows for which the predicate holds, in no order.
    ///
    /// ```sql
    /// SELECT .. FROM "users" WHERE "users"."active" = $1
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::User, schema::users};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let active = conn.repo::<User>().list(users::active.eq(true))?;
    /// assert!(active.iter().all(|user| user.active));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The database's.
    pub fn list<'q, P>(&mut self, predicate: P) -> Result<Vec<M>>
    where
        C: Finds<'q, M, P>,
    {
        Ok(self.conn.list(predicate)?)
    }

    /// Whether the predicate holds for a row.
    ///
    /// ```sql
    /// SELECT EXISTS (SELECT .. FROM "users" WHERE "users"."email" = $1)
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::User, schema::users};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// assert!(!conn.repo::<User>().exists(users::email.eq("nobody@example.com"))?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The database's.
    pub fn exists<'q, P>(&mut self, predicate: P) -> Result<bool>
    where
        C: Counts<'q, M, P>,
    {
        Ok(self.conn.exists(predicate)?)
    }

    /// For how many rows the predicate holds.
    ///
    /// ```sql
    /// SELECT COUNT(*) FROM "users" WHERE "users"."active" = $1
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::User, schema::users};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let (active, all) = (users::active.eq(true), users::id.is_not_null());
    /// assert!(conn.repo::<User>().count(active)? <= conn.repo::<User>().count(all)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The database's.
    pub fn count<'q, P>(&mut self, predicate: P) -> Result<i64>
    where
        C: Counts<'q, M, P>,
    {
        Ok(self.conn.count(predicate)?)
    }
}

/// `User`: the model as messages name it.
pub(super) fn model<M>() -> &'static str {
    let path = std::any::type_name::<M>();
    let path = path.split('<').next().unwrap_or(path);
    path.rsplit("::").next().unwrap_or(path)
}
