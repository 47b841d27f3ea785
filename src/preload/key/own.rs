//! Keys of types that this crate does not know.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::is_nullable::NotNull;

use super::{Key, KeyValue, ParentKey, Single};

/// Makes a type of your own the [`Key`] of relations: a newtype or an enum that Diesel can bind and read in the key's column.
///
/// It must be `Debug`, `Clone`, `Eq` and `Hash`, and its `ToSql` and `FromSql` are Diesel's affair.
///
/// * `key!(UserId);` binds each key as its own `ToSql` does: exact, whatever that writes.
/// * `key!(UserId => |id| id.0);` also says what is stored, an integer, a `bool`, text or bytes, so that all keys can be one
///   bind on every backend. It must be what `ToSql` writes: a key that is spelled otherwise finds nothing.
///
/// ```
/// # use diesel::prelude::*;
/// use diesel::{backend::Backend, deserialize::{self, FromSql, FromSqlRow}, expression::AsExpression};
/// use diesel::{serialize::{self, Output, ToSql}, sql_types::Integer};
/// use turbodiesel::prelude::*;
///
/// #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
/// #[diesel(sql_type = Integer)]
/// struct UserId(i32);
/// turbodiesel::key!(UserId => |id| id.0);
///
/// impl<DB: Backend> FromSql<Integer, DB> for UserId where i32: FromSql<Integer, DB> {
///     fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
///         i32::from_sql(value).map(UserId)
///     }
/// }
/// impl<DB: Backend> ToSql<Integer, DB> for UserId where i32: ToSql<Integer, DB> {
///     fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
///         self.0.to_sql(out)
///     }
/// }
///
/// #[derive(Debug, Clone, Identifiable, Queryable, Selectable)]
/// #[diesel(table_name = blog::schema::users)]
/// struct Author {
///     id: UserId,
/// }
/// #[derive(Debug, Clone, Identifiable, Associations, Queryable, Selectable)]
/// #[diesel(table_name = blog::schema::posts, belongs_to(Author))]
/// struct Article {
///     id: i32,
///     author_id: UserId,
/// }
///
/// let conn = &mut blog::example()?;
/// let authors: Vec<(Author, Vec<Article>)> =
///     blog::schema::users::table.select(Author::as_select()).preload(has_many::<Article>()).load(conn)?;
/// assert!(authors.iter().any(|(author, articles)| articles.iter().any(|article| article.author_id == author.id)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[macro_export]
macro_rules! key {
    ($T:ty) => {
        $crate::key!($T => |_key| $crate::preload::KeyValue::Bound);
    };
    ($T:ty => |$key:ident| $value:expr) => {
        impl $crate::preload::Key for $T {
            type Columns = $crate::preload::key::Single;

            fn value(&self) -> $crate::preload::KeyValue<'_> {
                let $key = self;
                $crate::preload::KeyValue::from($value)
            }
        }

        impl $crate::preload::ParentKey for $T {
            type Key = $T;
            type Null = $crate::preload::key::NeverNull;

            fn into_key(self) -> ::core::option::Option<$T> {
                ::core::option::Option::Some(self)
            }
        }
    };
}

/// A key of another crate's type: whatever Diesel binds and reads in the key's column, bound one by one.
///
/// ```
/// # use diesel::prelude::*;
/// use blog::{models::{Post, User}, schema::{posts, users}};
/// use turbodiesel::{preload::Bound, prelude::*};
///
/// let conn = &mut blog::example()?;
/// // `i32` is a key by itself; it stands for a type that is none here.
/// let authors: Vec<(User, Vec<Post>)> = users::table
///     .select(User::as_select())
///     .preload(has_many::<Post>().by_key(posts::author_id, |user: &User| Bound(user.id)))
///     .load(conn)?;
/// assert!(authors.iter().any(|(_, posts)| !posts.is_empty()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, FromSqlRow)]
pub struct Bound<T>(pub T);

impl<T, ST, DB: Backend> FromSql<ST, DB> for Bound<T>
where
    T: FromSql<ST, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        T::from_sql(value).map(Bound)
    }
}

impl<T, ST, DB: Backend> ToSql<ST, DB> for Bound<T>
where
    T: ToSql<ST, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<T> Key for Bound<T>
where
    T: std::fmt::Debug + Clone + Eq + std::hash::Hash + Send + Sync + 'static,
{
    type Columns = Single;

    fn value(&self) -> KeyValue<'_> {
        KeyValue::Bound
    }
}

impl<T> ParentKey for Bound<T>
where
    Self: Key,
{
    type Key = Self;
    type Null = NotNull;

    fn into_key(self) -> Option<Self> {
        Some(self)
    }
}
