//! What a relation is, in types alone: no backend, no connection.

use diesel::associations::{BelongsTo, Identifiable};
use diesel::backend::Backend;
use diesel::dsl::AsSelect;
use diesel::expression::Selectable;
use diesel::query_source::Column;

use super::plumbing::keys::MOST_BINDS;

/// What each parent `P` gets.
pub trait Relation<P> {
    /// `Vec<C>` for a has-many, `Option<C>` for a has-one, `T` or `Option<T>` for a belongs-to.
    type Output;
}

/// The relations of one level, and the row that they make of `R`: `R` itself, `(R, A)`, `(R, A, B)`, flat.
///
/// `L` says where in `R` the parent stands.
pub trait Relations<R, L> {
    /// The row with its relations.
    type Row;
}

/// Where the parent stands in a row.
#[diagnostic::on_unimplemented(
    message = "`{R}` has no element `{Self}`",
    note = "the elements of a row are counted from 0: `.select((A, B))` has `Nth::<0>` and `Nth::<1>`"
)]
pub trait Lens<R> {
    /// The parent.
    type Parent;

    /// Looks at it.
    fn parent(row: &R) -> &Self::Parent;
}

/// The row is the parent.
#[derive(Debug, Clone, Copy)]
pub struct Whole;

/// The first element of the row is the parent.
#[derive(Debug, Clone, Copy)]
pub struct First;

impl<R> Lens<R> for Whole {
    type Parent = R;

    fn parent(row: &R) -> &R {
        row
    }
}

/// The row of a root query, read off its SQL type: `as_select()` of `T` is a `T`, a tuple starts with the parent.
#[diagnostic::on_unimplemented(
    message = "the rows of this query are not known",
    label = "the selection does not say which model its rows are",
    note = "select a model with `.select(User::as_select())`",
    note = "or a tuple that starts with one: `.select((User::as_select(), Profile::as_select()))`",
    note = "an aliased table selects no model, so it cannot be the root: query the table itself, and alias the other one"
)]
pub trait RootRow<R> {
    /// Where the parent stands.
    type Lens: Lens<R>;
}

impl<T: Selectable<DB>, DB: Backend> RootRow<T> for AsSelect<T, DB> {
    type Lens = Whole;
}

/// A model that carries the key of a `P`: Diesel's [`BelongsTo`], under a message of ours.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not belong to `{P}`",
    label = "no relation from `{P}` to `{Self}`",
    note = "put `#[derive(Associations)]` and `#[diesel(belongs_to({P}))]` on `{Self}`",
    note = "`{P}` also needs `#[derive(Identifiable)]`, and both a key of one Rust type",
    note = "for an `Option` of a parent, as a LEFT JOIN gives it: `if_some(has_many::<{Self}>())`"
)]
pub trait ChildOf<P> {
    /// The key. Not bound by [`Key`](super::Key) here, so that a type that is none has the message of its own.
    type Key;
    /// The foreign key column.
    type Column: Column + Copy + Default;

    /// The key that this child points to; `None` where the column is NULL.
    fn foreign_key(&self) -> Option<&Self::Key>;

    /// The key of a parent.
    fn primary_key(parent: &P) -> &Self::Key;
}

#[diagnostic::do_not_recommend]
impl<P, C> ChildOf<P> for C
where
    C: BelongsTo<P>,
    C::ForeignKeyColumn: Copy + Default,
    for<'a> &'a P: Identifiable<Id = &'a C::ForeignKey>,
{
    type Key = C::ForeignKey;
    type Column = C::ForeignKeyColumn;

    fn foreign_key(&self) -> Option<&Self::Key> {
        BelongsTo::foreign_key(self)
    }

    fn primary_key(parent: &P) -> &Self::Key {
        parent.id()
    }
}

/// A row with its relations that two parents may share: `Clone`, under a message of ours.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not `Clone`",
    label = "two parents may share a `{Self}`",
    note = "put `#[derive(Clone)]` on it: a row is cloned where two parents share it, and moved otherwise"
)]
pub trait ChildRow: Clone {}

#[diagnostic::do_not_recommend]
impl<T: Clone> ChildRow for T {}

/// How many statements a load sends at most, known before it runs.
///
/// ```
/// use blog::{models::{Comment, Post, User}, schema::users};
/// use diesel::prelude::*;
/// use turbodiesel::prelude::*;
///
/// let feed = users::table
///     .select(User::as_select())
///     .preload(has_many::<Post>().preload(has_many::<Comment>()));
/// assert_eq!(feed.statements().for_parents(99), 3);
/// # let _ = feed.load(&mut SqliteConnection::establish(":memory:").unwrap());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statements {
    fixed: usize,
    /// Relations that some backend sends in chunks of [`CHUNK`](Statements::CHUNK) keys.
    chunked: usize,
    /// Relations whose keys may be bound one by one, [`BINDS`](Statements::BINDS) in a statement.
    bound: usize,
    /// Relations that may ask for the highest key, from [`PROBED`](Statements::PROBED) keys on.
    probed: usize,
}

impl Statements {
    /// How many parents a statement asks for at most, where a backend asks for each of them.
    pub const CHUNK: usize = 64;

    /// How many keys a statement has at most, where each is a bind of its own.
    pub const BINDS: usize = MOST_BINDS;

    /// From how many keys on it is worth a statement to know how many there are in their column.
    pub const PROBED: usize = 100;

    pub(crate) const fn fixed_at(fixed: usize) -> Self {
        Statements { fixed, chunked: 0, bound: 0, probed: 0 }
    }

    /// A statement for so many keys.
    pub(crate) const fn of_bound_keys() -> Self {
        Statements { fixed: 1, chunked: 0, bound: 1, probed: 0 }
    }

    /// One statement for all keys, and a question before it, or one for so many of them.
    pub(crate) const fn of_any_keys() -> Self {
        Statements { fixed: 1, chunked: 0, bound: 1, probed: 1 }
    }

    pub(crate) fn times(self, levels: usize) -> Self {
        let Statements { fixed, chunked, bound, probed } = self;
        let [fixed, chunked, bound, probed] = [fixed, chunked, bound, probed].map(|count| count.saturating_mul(levels));
        Statements { fixed, chunked, bound, probed }
    }

    /// One of the relations may be sent in chunks.
    pub(crate) const fn in_chunks(self) -> Self {
        Statements { chunked: self.chunked + 1, ..self }
    }

    /// The statements that are sent whatever the number of parents; of a relation in chunks, the first.
    pub fn fixed(self) -> usize {
        self.fixed
    }

    /// The bound where no level has more than so many parents.
    ///
    /// * Up to 99 it is the same for every number, unless there is a relation that MySQL and MariaDB ask for in chunks, such as
    ///   the first children of each parent.
    /// * From 100 on it counts what each relation may ask before it chooses its [`Strategy`](super::Strategy).
    /// * Above 4,096 it counts what keys take that are bound one by one, as the count does not know the type of a key
    ///   ([`Key`](super::Key) lists which are); integers and text take one statement, but for a list of more than 3.5 MB on MySQL and
    ///   MariaDB. A strategy that is given is counted as it is.
    pub fn for_parents(self, parents: usize) -> usize {
        let more = |relations: usize, size: usize| relations.saturating_mul(parents.div_ceil(size).saturating_sub(1));
        let probed = if parents < Self::PROBED { 0 } else { self.probed };
        [probed, more(self.chunked, Self::CHUNK), more(self.bound, Self::BINDS)]
            .into_iter()
            .fold(self.fixed, usize::saturating_add)
    }
}

impl std::ops::Add for Statements {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Statements {
            fixed: self.fixed.saturating_add(other.fixed),
            chunked: self.chunked.saturating_add(other.chunked),
            bound: self.bound.saturating_add(other.bound),
            probed: self.probed.saturating_add(other.probed),
        }
    }
}

/// A relation, or several, that knows how many statements it sends.
pub trait CountStatements {
    /// The bound.
    fn statements(&self) -> Statements;
}
