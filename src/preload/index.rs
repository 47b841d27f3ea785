//! The index that a relation needs, as a value.

use diesel::associations::HasTable;
use diesel::query_builder::QueryFragment;
use diesel::query_source::Table;

use super::aggregate::Aggregate;
use super::belongs_to::BelongsTo;
use super::by::{ByKey, Folded, Joins};
use super::has_many::{Children, Many};
use super::many_to_many::ManyToMany;
use super::per_parent::{FirstOfEach, HasOrder};
use crate::backend::Dialect;
use crate::error::Result;
use crate::index::{Index, split};

/// [`index_sql`](IndexDsl::index_sql) on every relation. In the prelude.
pub trait IndexDsl: Sized {
    /// The CREATE INDEX with which this relation of the parents `P` reads from `DB` what it gives and little else.
    ///
    /// | relation | columns |
    /// |---|---|
    /// | has many, has one, `count`, `exists` | the foreign key |
    /// | `limit_per_parent`, `offset_per_parent`, `latest` | the foreign key, the order, the primary key, which cuts ties |
    /// | `sum`, `avg`, `max`, `min` | the foreign key and the column |
    /// | many to many | what its links need |
    /// | belongs to, `by_key` | the columns that are looked up |
    ///
    /// It is text for a migration, or for a test that asserts on the plan; nothing is sent. Filters are not part of it:
    /// columns that are always compared with `=` can be put before the order. On MySQL and MariaDB a column of TEXT or BLOB can
    /// be indexed only up to a length, which is yours to add (`` `title`(40) ``): Diesel calls VARCHAR the same.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, User}, schema::posts};
    /// use diesel::sqlite::Sqlite;
    /// use turbodiesel::prelude::*;
    ///
    /// assert_eq!(
    ///     has_many::<Post>().index_sql::<User, Sqlite>()?,
    ///     "CREATE INDEX `posts_author_id_idx` ON `posts` (`author_id`)"
    /// );
    /// let newest = has_many::<Post>().order(posts::created_at.desc()).limit_per_parent(3);
    /// assert_eq!(
    ///     newest.index_sql::<User, Sqlite>()?,
    ///     "CREATE INDEX `posts_author_id_created_at_id_idx` ON `posts` (`author_id`, `created_at` DESC, `id` DESC)"
    /// );
    /// assert_eq!(
    ///     has_many::<Post>().max::<i32>(posts::score).index_sql::<User, Sqlite>()?,
    ///     "CREATE INDEX `posts_author_id_score_idx` ON `posts` (`author_id`, `score`)"
    /// );
    /// # Ok::<(), turbodiesel::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// No index serves it ([`is_no_index`](crate::Error::is_no_index)): its columns are of several tables, or one is an
    /// expression that `DB` cannot index.
    fn index_sql<P, DB: Dialect>(&self) -> Result<String>
    where
        Self: Indexed<P, DB>,
    {
        Indexed::index_sql(self)
    }
}

impl<C, Q, S, Kind, J> IndexDsl for Children<C, Q, S, Kind, J> {}
impl<R, Kind> IndexDsl for FirstOfEach<R, Kind> {}
impl<R, M, E, T> IndexDsl for Aggregate<R, M, E, T> {}
impl<Links, Targets, Kind> IndexDsl for ManyToMany<Links, Targets, Kind> {}
impl<T, Q, S, A, J> IndexDsl for BelongsTo<T, Q, S, A, J> {}

/// A relation of the parents `P` that an index of its own serves.
#[diagnostic::on_unimplemented(
    message = "`{Self}` needs no index of its own as a relation of `{P}`",
    note = "a belongs-to looks its targets up by their primary key, which has one",
    note = "otherwise the first type is the parents', the second the backend's: `has_many::<Post>().index_sql::<User, Pg>()`"
)]
pub trait Indexed<P, DB: Dialect> {
    /// The CREATE INDEX.
    ///
    /// # Errors
    ///
    /// No index serves it.
    fn index_sql(&self) -> Result<String>;
}

impl<P, DB, C, Q, S, Kind, J> Indexed<P, DB> for Children<C, Q, S, Kind, J>
where
    DB: Dialect,
    J: Joins<P, C, Columns: QueryFragment<DB>>,
{
    fn index_sql(&self) -> Result<String> {
        Index::of::<DB>(&self.joins().columns())?.create::<DB>()
    }
}

impl<P, DB, C, Q, S, J, Kind> Indexed<P, DB> for FirstOfEach<Children<C, Q, S, Many, J>, Kind>
where
    DB: Dialect,
    J: Joins<P, C, Columns: QueryFragment<DB>>,
    Q: HasOrder<Order: QueryFragment<DB>>,
    C: HasTable<Table: Table<PrimaryKey: QueryFragment<DB>>>,
{
    fn index_sql(&self) -> Result<String> {
        let relation = self.relation();
        let mut index = Index::of::<DB>(&relation.joins().columns())?;
        let descends = extend::<DB>(&mut index, relation.child_query().order(), "")?;
        extend::<DB>(&mut index, &C::table().primary_key(), if descends { " DESC" } else { "" })?;
        index.create::<DB>()
    }
}

impl<P, DB, C, Q, S, Kind, J, M, E, T> Indexed<P, DB> for Aggregate<Children<C, Q, S, Kind, J>, M, E, T>
where
    DB: Dialect,
    J: Joins<P, C, Columns: QueryFragment<DB>>,
    E: QueryFragment<DB>,
{
    fn index_sql(&self) -> Result<String> {
        let mut index = Index::of::<DB>(&self.relation().joins().columns())?;
        extend::<DB>(&mut index, self.column(), "")?;
        index.create::<DB>()
    }
}

impl<P, DB: Dialect, Links: Indexed<P, DB>, Targets, Kind> Indexed<P, DB> for ManyToMany<Links, Targets, Kind> {
    fn index_sql(&self) -> Result<String> {
        self.links_relation().index_sql()
    }
}

impl<P, DB, T, Q, S, A, Columns, F> Indexed<P, DB> for BelongsTo<T, Q, S, A, ByKey<Columns, F>>
where
    DB: Dialect,
    ByKey<Columns, F>: Joins<P, T, Columns: QueryFragment<DB>>,
{
    fn index_sql(&self) -> Result<String> {
        Index::of::<DB>(&self.joins().columns())?.create::<DB>()
    }
}

impl<P, DB, T, Q, S, A, Columns, F, K> Indexed<P, DB> for BelongsTo<T, Q, S, A, Folded<ByKey<Columns, F>, K>>
where
    DB: Dialect,
    Folded<ByKey<Columns, F>, K>: Joins<P, T, Columns: QueryFragment<DB>>,
{
    fn index_sql(&self) -> Result<String> {
        Index::of::<DB>(&self.joins().columns())?.create::<DB>()
    }
}

/// Adds the parts of an order, or a column, unless it stands for whole rows; `true` if the last one descends.
fn extend<DB: Dialect>(index: &mut Index, order: &impl QueryFragment<DB>, otherwise: &str) -> Result<bool> {
    let sql = diesel::debug_query::<DB, _>(order).to_string();
    let (sql, binds) = sql.rsplit_once(" -- binds: ").unwrap_or((&sql, "[]"));
    let mut descends = false;
    for key in split(sql).into_iter().map(str::trim).filter(|key| *key != "*") {
        let (column, direction) = match (key.strip_suffix(" DESC"), key.strip_suffix(" ASC")) {
            (Some(column), _) => (column, " DESC"),
            (_, Some(column)) => (column, ""),
            _ => (key, otherwise),
        };
        descends = direction == " DESC";
        let part = index.read::<DB>(column.trim(), binds)?;
        if !index.has(&part) {
            index.push(part, direction);
        }
    }
    Ok(descends)
}
