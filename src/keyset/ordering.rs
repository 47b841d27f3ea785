//! Orderings: keys, their directions, and the proof that the last one is unique.

use std::marker::PhantomData;

use diesel::dsl::{Asc, Desc};
use diesel::expression::Expression;
use diesel::query_builder::{AstPass, Query, QueryFragment};
use diesel::query_dsl::methods::FilterDsl;
use diesel::query_source::Column;
use diesel::result::QueryResult;
use diesel::sql_types::{IntoNotNullable, SqlType, is_nullable};

use super::statement::Alone;
use super::stored::Stored;
use crate::backend::{Dialect, NullsSort, StoredKey};

/// One key of an ordering: an expression, a direction, a place for NULLs. `U` says how it is known to be unique, if so.
#[derive(Debug, Clone, Copy)]
pub struct SortKey<E, U> {
    expr: E,
    descending: bool,
    nulls: Option<Nulls>,
    unique: PhantomData<U>,
}

/// Where NULLs stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nulls {
    /// Before all values.
    First,
    /// After all values.
    Last,
}

/// Unique if the keys end with a primary key of the only table of the query.
#[derive(Debug, Clone, Copy)]
pub struct ByPrimaryKey;

/// Unique because [`unique`] says so.
#[derive(Debug, Clone, Copy)]
pub struct Declared;

/// An ascending key from any expression: `asc(lower(users::name))`, an aliased column. A column can also say
/// `posts::id.asc()`.
pub fn asc<E: Expression>(expr: E) -> SortKey<E, ByPrimaryKey> {
    SortKey { expr, descending: false, nulls: None, unique: PhantomData }
}

/// A descending key from any expression: `desc(lower(users::name))`, an aliased column. A column can also say
/// `posts::id.desc()`.
pub fn desc<E: Expression>(expr: E) -> SortKey<E, ByPrimaryKey> {
    SortKey { expr, descending: true, nulls: None, unique: PhantomData }
}

/// A last key that no two rows of the result share, where the compiler cannot know: the key of one side of a join, a
/// NOT NULL column with a UNIQUE index, an alias.
///
/// It is your word: where it is wrong, rows that share a key can be lost between two pages.
pub fn unique<K: IntoKey>(key: K) -> SortKey<K::Expr, Declared> {
    let SortKey { expr, descending, nulls, .. } = key.into_key();
    SortKey { expr, descending, nulls, unique: PhantomData }
}

impl<E, U> SortKey<E, U> {
    /// NULLs before all values. An index serves it only where that is the backend's own place for them.
    pub fn nulls_first(self) -> Self {
        SortKey { nulls: Some(Nulls::First), ..self }
    }

    /// NULLs after all values. An index serves it only where that is the backend's own place for them.
    pub fn nulls_last(self) -> Self {
        SortKey { nulls: Some(Nulls::Last), ..self }
    }
}

/// What can be a key: `column.asc()`, `column.desc()`, [`asc`], [`desc`], [`unique`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a key of an ordering",
    note = "a key is `column.asc()`, `column.desc()`, `asc(expr)`, `desc(expr)` or `unique(key)`",
    note = "an expression or an aliased column needs `asc(expr)` or `desc(expr)` of `turbodiesel::keyset`"
)]
pub trait IntoKey {
    /// The expression.
    type Expr;
    /// How it is known to be unique.
    type Unique;

    /// The key.
    fn into_key(self) -> SortKey<Self::Expr, Self::Unique>;
}

impl<E, U> IntoKey for SortKey<E, U> {
    type Expr = E;
    type Unique = U;

    fn into_key(self) -> Self {
        self
    }
}

// Diesel keeps the inside of `Asc` and `Desc` to itself; a column needs no inside, it can be made anew.
#[diagnostic::do_not_recommend]
impl<C: Column + Default> IntoKey for Asc<C> {
    type Expr = C;
    type Unique = ByPrimaryKey;

    fn into_key(self) -> SortKey<C, ByPrimaryKey> {
        asc(C::default())
    }
}

#[diagnostic::do_not_recommend]
impl<C: Column + Default> IntoKey for Desc<C> {
    type Expr = C;
    type Unique = ByPrimaryKey;

    fn into_key(self) -> SortKey<C, ByPrimaryKey> {
        desc(C::default())
    }
}

/// What can be an ordering: a key, or a tuple of keys.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an ordering",
    note = "an ordering is a key, or a tuple of up to eight: `(posts::created_at.desc(), posts::id.desc())`",
    note = "a key is `column.asc()`, `column.desc()`, `asc(expr)`, `desc(expr)` or `unique(key)`"
)]
pub trait IntoOrdering {
    /// The keys.
    type Ordering;

    /// The ordering.
    fn into_ordering(self) -> Self::Ordering;
}

impl<E, U> IntoOrdering for SortKey<E, U> {
    type Ordering = (SortKey<E, U>,);

    fn into_ordering(self) -> Self::Ordering {
        (self,)
    }
}

#[diagnostic::do_not_recommend]
impl<C> IntoOrdering for Asc<C>
where
    Asc<C>: IntoKey,
{
    type Ordering = (SortKey<<Asc<C> as IntoKey>::Expr, <Asc<C> as IntoKey>::Unique>,);

    fn into_ordering(self) -> Self::Ordering {
        (self.into_key(),)
    }
}

#[diagnostic::do_not_recommend]
impl<C> IntoOrdering for Desc<C>
where
    Desc<C>: IntoKey,
{
    type Ordering = (SortKey<<Desc<C> as IntoKey>::Expr, <Desc<C> as IntoKey>::Unique>,);

    fn into_ordering(self) -> Self::Ordering {
        (self.into_key(),)
    }
}

/// An ordering whose last key no two rows of `Q` share: what makes every page start where the last one ended.
pub trait EndsUnique<Q> {}

/// An ordering whose last key cannot be NULL.
#[diagnostic::on_unimplemented(
    message = "the last key of this ordering may be NULL",
    label = "a NULL is no place to go on from",
    note = "put the nullable key earlier and end with a unique NOT NULL key, for example the primary key"
)]
pub trait EndsNotNull {}

/// A last key that is proven, or declared, to be unique among the keys `Exprs` of `Q`.
pub trait Certify<Exprs, Q> {}

impl<Exprs, Q> Certify<Exprs, Q> for Declared {}

// Two conditions, two mistakes: each has its own message.
impl<Exprs: EndsInPrimaryKey, Q: OneTable<Exprs::Table>> Certify<Exprs, Q> for ByPrimaryKey {}

/// Keys that end with all columns of a primary key.
#[diagnostic::on_unimplemented(
    message = "this ordering does not end in a unique key, so pages could lose or repeat rows",
    label = "the last key is not unique",
    note = "end it with the primary key, for example `(posts::created_at.desc(), posts::id.desc())`",
    note = "or with another unique NOT NULL key, which you vouch for: `unique(users::email.asc())`"
)]
pub trait EndsInPrimaryKey {
    /// The table.
    type Table;
}

/// A primary key that the keys `Exprs` end with.
pub trait EndOf<Exprs> {}

/// A query of the table `T` alone, boxed or not: there a primary key of `T` is in one row.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not the only table of this query, so its primary key can be in many rows",
    label = "this ordering does not end in a unique key",
    note = "say which key no two rows of the result share: `unique(comments::id.desc())`"
)]
pub trait OneTable<T> {}

#[diagnostic::do_not_recommend]
impl<T, Q: FilterDsl<Alone<T>, Output: Query>> OneTable<T> for Q {}

/// The SQL type is not `Nullable`.
pub trait NotNull {}

impl NotNull for is_nullable::NotNull {}

/// An ordering, in types.
pub trait Ordering {
    /// The expressions of the keys.
    type Exprs;
    /// Their SQL types.
    type SqlTypes;
    /// A [`Stored`] for each key: what a row's keys are read into.
    type Row;

    /// The stored values in order.
    fn stored(row: Self::Row) -> Vec<Stored>;
}

/// An ordering on a backend. Its keys are erased, so that the writing of a statement is compiled once for each backend and
/// not once for each ordering.
pub trait OrderingOn<DB: Dialect>: Ordering {
    /// The keys.
    fn keys(&self) -> Vec<&dyn SeekKey<DB>>;
}

/// A key without its types.
pub trait SeekKey<DB: Dialect> {
    /// Writes the expression.
    fn expr<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()>;

    /// Writes a stored value of it as a bind.
    fn bind<'b>(&self, value: &'b Stored, out: AstPass<'_, 'b, DB>) -> QueryResult<()>;

    /// Gives a value the one form that it has as a key; `None` where it cannot be a value of this key.
    fn canonical(&self) -> Canonical;

    /// The expression's SQL and binds, as text.
    fn sql(&self) -> String;

    /// Whether it can be NULL.
    fn is_nullable(&self) -> bool;

    /// Whether it descends.
    fn is_descending(&self) -> bool;

    /// The chosen place of NULLs.
    fn chosen_nulls(&self) -> Option<Nulls>;

    /// The place of NULLs: the chosen one, or the backend's own.
    fn nulls(&self) -> Nulls {
        self.chosen_nulls().unwrap_or(match (DB::NULLS_SORT, self.is_descending()) {
            (NullsSort::Smallest, false) | (NullsSort::Largest, true) => Nulls::First,
            (NullsSort::Smallest, true) | (NullsSort::Largest, false) => Nulls::Last,
        })
    }
}

/// How a value gets the one form that it has as a key.
pub type Canonical = fn(Stored) -> Option<Stored>;

type NotNullable<E> = <<E as Expression>::SqlType as IntoNotNullable>::NotNullable;

fn nullable<DB: StoredKey<ST>, ST>(value: Stored) -> Option<Stored> {
    if value == Stored::Null { Some(value) } else { DB::canonical(value) }
}

/// Nullability as a value.
pub trait Nullability {
    /// Whether NULL is possible.
    const NULLABLE: bool;
}

impl Nullability for is_nullable::NotNull {
    const NULLABLE: bool = false;
}

impl Nullability for is_nullable::IsNullable {
    const NULLABLE: bool = true;
}

impl<DB, E, U> SeekKey<DB> for SortKey<E, U>
where
    DB: Dialect + StoredKey<NotNullable<E>>,
    E: Expression<SqlType: SqlType<IsNull: Nullability> + IntoNotNullable> + QueryFragment<DB>,
{
    fn expr<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.expr.walk_ast(out)
    }

    fn bind<'b>(&self, value: &'b Stored, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        DB::push_stored(value, out)
    }

    fn canonical(&self) -> Canonical {
        if SeekKey::<DB>::is_nullable(self) { nullable::<DB, NotNullable<E>> } else { DB::canonical }
    }

    fn sql(&self) -> String {
        diesel::debug_query::<DB, _>(&self.expr).to_string()
    }

    fn is_nullable(&self) -> bool {
        <<E::SqlType as SqlType>::IsNull as Nullability>::NULLABLE
    }

    fn is_descending(&self) -> bool {
        self.descending
    }

    fn chosen_nulls(&self) -> Option<Nulls> {
        self.nulls
    }
}
