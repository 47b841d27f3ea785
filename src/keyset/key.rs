//! Keys: an expression, a direction, a place for NULLs.

use std::marker::PhantomData;

use diesel::dsl::{Asc, Desc};
use diesel::expression::{Expression, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::query_source::Column;
use diesel::result::QueryResult;
use diesel::sql_types::{IntoNotNullable, SqlType, is_nullable};

use super::stored::{Stored, WireType};
use super::values::GivenValue;
use crate::backend::keys::push_cast;
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

/// How a key is known to be unique, as a value.
pub trait Uniqueness {
    /// Whether [`unique`] says so.
    const DECLARED: bool;
}

impl Uniqueness for ByPrimaryKey {
    const DECLARED: bool = false;
}

impl Uniqueness for Declared {
    const DECLARED: bool = true;
}

/// An ascending key from any expression: `asc(lower(users::name))`, an aliased column, `coalesce`, a correlated count, an
/// aggregate of a query with GROUP BY. A column can also say `posts::id.asc()`.
///
/// Write the expression once: ORDER BY, the predicate and the cursor all come from this one value.
///
/// ```
/// # use diesel::prelude::*;
/// use blog::{models::Post, schema::posts};
/// use turbodiesel::{keyset::asc, prelude::*};
///
/// diesel::define_sql_function!(fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text);
///
/// let conn = &mut blog::example()?;
/// let by_title = (asc(lower(posts::title)), asc(posts::id));
/// let page = posts::table.select(Post::as_select()).keyset(by_title).first(20).load(conn)?;
/// assert!(page.items().is_sorted_by_key(|post| (post.title.to_lowercase(), post.id)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn asc<E: Expression>(expr: E) -> SortKey<E, ByPrimaryKey> {
    SortKey { expr, descending: false, nulls: None, unique: PhantomData }
}

/// A descending key from any expression, as [`asc`] is an ascending one. A column can also say `posts::id.desc()`.
pub fn desc<E: Expression>(expr: E) -> SortKey<E, ByPrimaryKey> {
    SortKey { expr, descending: true, nulls: None, unique: PhantomData }
}

/// A key that no two rows of the result share, where the compiler cannot know: the key of one side of a join, a NOT NULL
/// column with a UNIQUE index, an alias, a grouped column.
///
/// It is your word: where it is wrong, rows that share a key can be lost between two pages. Builds with debug assertions
/// check each page that they read ([`is_not_unique`](crate::Error::is_not_unique)). Keys after it decide nothing and are
/// left out of the SQL.
///
/// ```
/// # use diesel::prelude::*;
/// use blog::{models::User, schema::users};
/// use turbodiesel::{keyset::unique, prelude::*};
///
/// let conn = &mut blog::example()?;
/// let page = users::table.select(User::as_select()).keyset(unique(users::email.asc())).first(3).load(conn)?;
/// assert!(page.items().is_sorted_by_key(|user| user.email.clone()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn unique<K: IntoKey>(key: K) -> SortKey<K::Expr, Declared> {
    let SortKey { expr, descending, nulls, .. } = key.into_key();
    SortKey { expr, descending, nulls, unique: PhantomData }
}

impl<E, U> SortKey<E, U> {
    /// NULLs before all values.
    ///
    /// Where that is the backend's own place for them, this changes nothing. Elsewhere PostgreSQL needs an index of this
    /// very order; SQLite, MySQL and MariaDB serve it from a plain index where it is the first key, and must sort where it
    /// is a later one ([`index_sql`](super::IntoOrdering::index_sql)).
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::Post, schema::posts};
    /// use turbodiesel::{keyset::{asc, desc}, prelude::*};
    ///
    /// let conn = &mut blog::example()?;
    /// let unrated = (desc(posts::score).nulls_first(), asc(posts::id));
    /// let page = posts::table.select(Post::as_select()).keyset(unrated).first(1).load(conn)?;
    /// assert_eq!(page.items()[0].score, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// ```sql
    /// ORDER BY score DESC NULLS FIRST, id ASC         -- SQLite; on PostgreSQL it is the default place
    /// ORDER BY score IS NOT NULL, score DESC, id ASC  -- MySQL, MariaDB, where no range says which half it is
    /// ```
    pub fn nulls_first(self) -> Self {
        SortKey { nulls: Some(Nulls::First), ..self }
    }

    /// NULLs after all values. What an index can do for it, and how it is written, is said at
    /// [`nulls_first`](SortKey::nulls_first).
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

/// How a value gets the one form that it has as a key.
pub type Canonical = fn(Stored) -> Option<Stored>;

type NotNullable<E> = <<E as Expression>::SqlType as IntoNotNullable>::NotNullable;

fn nullable<DB: StoredKey<ST>, ST>(value: Stored) -> Option<Stored> {
    if value == Stored::Null { Some(value) } else { DB::canonical(value) }
}

/// Why a key of that type on the wire sorts otherwise than its values compare, where that is so.
pub type Misfit = fn(WireType) -> Option<&'static str>;

/// A key without its types.
pub trait SeekKey<DB: Dialect> {
    /// Writes the expression.
    fn expr<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()>;

    /// Writes a stored value of it as a bind.
    fn bind<'b>(&self, value: &'b Stored, out: AstPass<'_, 'b, DB>) -> QueryResult<()>;

    /// Writes a value that the program gives for it.
    fn push_given<'b>(&self, value: &'b dyn GivenValue<DB>, out: AstPass<'_, 'b, DB>) -> QueryResult<()>;

    /// Gives a value the one form that it has as a key; `None` where it cannot be a value of this key.
    fn canonical(&self) -> Canonical;

    /// Tells whether it sorts as its values compare.
    fn misfit(&self) -> Misfit;

    /// The expression's SQL and binds, as text.
    fn sql(&self) -> String;

    /// Whether it can be NULL.
    fn is_nullable(&self) -> bool;

    /// Whether it descends.
    fn is_descending(&self) -> bool;

    /// Whether [`unique`] says so.
    fn is_declared_unique(&self) -> bool;

    /// Whether it is known only after grouping.
    fn is_aggregate(&self) -> bool;

    /// The chosen place of NULLs, where it is not the backend's own.
    fn foreign_nulls(&self) -> Option<Nulls>;

    /// The place of NULLs.
    fn nulls(&self) -> Nulls {
        self.foreign_nulls().unwrap_or(native_nulls::<DB>(self.is_descending()))
    }
}

/// The place of NULLs if nobody chooses one.
fn native_nulls<DB: Dialect>(descending: bool) -> Nulls {
    match (DB::NULLS_SORT, descending) {
        (NullsSort::Smallest, false) | (NullsSort::Largest, true) => Nulls::First,
        (NullsSort::Smallest, true) | (NullsSort::Largest, false) => Nulls::Last,
    }
}

/// Whether NULLs of this key come last in the direction of reading.
pub(super) fn nulls_come_last<DB: Dialect>(key: &dyn SeekKey<DB>, backward: bool) -> bool {
    (key.nulls() == Nulls::Last) != backward
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

/// Aggregation as a value.
pub trait Aggregation {
    /// Whether it is known only after grouping.
    const AGGREGATE: bool;
}

impl Aggregation for is_aggregate::Yes {
    const AGGREGATE: bool = true;
}

impl Aggregation for is_aggregate::No {
    const AGGREGATE: bool = false;
}

impl Aggregation for is_aggregate::Never {
    const AGGREGATE: bool = false;
}

impl<DB, E, U> SeekKey<DB> for SortKey<E, U>
where
    DB: Dialect + StoredKey<NotNullable<E>>,
    E: Expression<SqlType: SqlType<IsNull: Nullability> + IntoNotNullable>
        + ValidGrouping<(), IsAggregate: Aggregation>
        + QueryFragment<DB>,
    U: Uniqueness,
{
    fn expr<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.expr.walk_ast(out)
    }

    fn bind<'b>(&self, value: &'b Stored, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        DB::push_stored(value, out)
    }

    fn push_given<'b>(&self, value: &'b dyn GivenValue<DB>, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        match DB::cast_given() {
            Some(ty) => push_cast(&ty, out, |out| value.push(out)),
            None => value.push(out),
        }
    }

    fn canonical(&self) -> Canonical {
        if SeekKey::<DB>::is_nullable(self) { nullable::<DB, NotNullable<E>> } else { DB::canonical }
    }

    fn misfit(&self) -> Misfit {
        DB::misfit
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

    fn is_declared_unique(&self) -> bool {
        U::DECLARED
    }

    fn is_aggregate(&self) -> bool {
        <E as ValidGrouping<()>>::IsAggregate::AGGREGATE
    }

    fn foreign_nulls(&self) -> Option<Nulls> {
        self.nulls.filter(|chosen| SeekKey::<DB>::is_nullable(self) && *chosen != native_nulls::<DB>(self.descending))
    }
}
