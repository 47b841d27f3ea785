//! Orderings by name: the "sort by" of a request.

use std::marker::PhantomData;

use diesel::expression::SelectableExpression;

use super::key::SeekKey;
use super::ordering::{EndsNotNull, EndsUnique, IntoOrdering, OneTable, Ordering, OrderingOn};
use super::statement::Alone;
use crate::backend::Dialect;
use crate::error::{Error, ErrorKind, Result};

/// The orderings that a client may choose from, by name. Each is proven when it is added: it fits the table `T`, and it ends
/// in a unique key that is not NULL.
///
/// ```
/// # use diesel::prelude::*;
/// use blog::{models::Post, schema::posts};
/// use turbodiesel::{keyset::OrderingSet, prelude::*};
///
/// let sorts = OrderingSet::<posts::table>::new()
///     .with("newest", (posts::created_at.desc(), posts::id.desc()))
///     .with("title", (posts::title.asc(), posts::id.asc()));
///
/// let conn = &mut blog::example()?;
/// for sort in ["newest", "title"] {
///     let page = posts::table.select(Post::as_select()).keyset(sorts.get(sort)?).first(20).load(conn)?;
///     assert_eq!(page.len(), 20);
/// }
/// let error = sorts.get("body; DROP TABLE posts").unwrap_err();
/// assert!(error.is_unknown_ordering());
/// assert_eq!(error.to_string(), "no ordering has this name: there are `newest`, `title`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A cursor belongs to the ordering that it was made by, not to the set: with another name it is an error of `load`.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct OrderingSet<T, L = ()> {
    entries: L,
    table: PhantomData<fn() -> T>,
}

/// An ordering and its name.
#[derive(Debug, Clone, Copy)]
pub struct Entry<O> {
    name: &'static str,
    ordering: O,
    unique_keys: usize,
}

impl<T> OrderingSet<T> {
    /// No ordering yet.
    pub fn new() -> Self {
        OrderingSet { entries: (), table: PhantomData }
    }
}

impl<T> Default for OrderingSet<T> {
    fn default() -> Self {
        OrderingSet::new()
    }
}

impl<T, L: Entries> OrderingSet<T, L> {
    /// Adds an ordering. Of two with one name the later one counts.
    pub fn with<O: IntoOrdering>(self, name: &'static str, ordering: O) -> OrderingSet<T, (L, Entry<O::Ordering>)>
    where
        O::Ordering: EndsUnique<T> + EndsNotNull + Ordering<Exprs: SelectableExpression<T>>,
    {
        let ordering = ordering.into_ordering();
        let unique_keys = ordering.unique_keys();
        OrderingSet { entries: (self.entries, Entry { name, ordering, unique_keys }), table: PhantomData }
    }

    /// The ordering of this name.
    ///
    /// # Errors
    ///
    /// There is none ([`is_unknown_ordering`](Error::is_unknown_ordering)). The message names those that there are;
    /// [`Error::key`] is the name that was asked for.
    pub fn get(&self, name: &str) -> Result<Chosen<T, L>>
    where
        L: Clone,
    {
        if let Some((entry, unique_keys)) = self.entries.find(name) {
            return Ok(Chosen { entries: self.entries.clone(), entry, unique_keys, table: PhantomData });
        }
        let names: Vec<String> = self.names().into_iter().map(|name| format!("`{name}`")).collect();
        let message = format!("no ordering has this name: there are {}", names.join(", "));
        Err(Error::new(ErrorKind::UnknownOrdering, message).with_key(&name))
    }

    /// The names, in the order in which they were added.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        self.entries.names(&mut names);
        names
    }
}

/// The ordering that was chosen from an [`OrderingSet`].
#[derive(Debug, Clone, Copy)]
pub struct Chosen<T, L> {
    entries: L,
    entry: usize,
    unique_keys: usize,
    table: PhantomData<fn() -> T>,
}

impl<T, L> IntoOrdering for Chosen<T, L> {
    type Ordering = Self;

    fn into_ordering(self) -> Self {
        self
    }
}

// Each of its orderings fits the table, so it fits the queries of this table alone.
impl<T, L> Ordering for Chosen<T, L> {
    type Exprs = Alone<T>;
}

impl<T, L, Q: OneTable<T>> EndsUnique<Q> for Chosen<T, L> {
    fn unique_keys(&self) -> usize {
        self.unique_keys
    }
}

impl<T, L> EndsNotNull for Chosen<T, L> {}

impl<T, L: EntriesOn<DB>, DB: Dialect> OrderingOn<DB> for Chosen<T, L> {
    fn keys(&self) -> Vec<&dyn SeekKey<DB>> {
        self.entries.keys(self.entry)
    }
}

/// The orderings of a set: a pair of those before the last one and the last one.
pub trait Entries {
    /// How many there are.
    const COUNT: usize;

    /// The number of the one with this name, and how many keys at its end are unique.
    fn find(&self, name: &str) -> Option<(usize, usize)>;

    /// Adds their names.
    fn names(&self, names: &mut Vec<&'static str>);
}

impl Entries for () {
    const COUNT: usize = 0;

    fn find(&self, _name: &str) -> Option<(usize, usize)> {
        None
    }

    fn names(&self, _names: &mut Vec<&'static str>) {}
}

impl<L: Entries, O> Entries for (L, Entry<O>) {
    const COUNT: usize = L::COUNT + 1;

    fn find(&self, name: &str) -> Option<(usize, usize)> {
        let (before, last) = self;
        if last.name == name { Some((L::COUNT, last.unique_keys)) } else { before.find(name) }
    }

    fn names(&self, names: &mut Vec<&'static str>) {
        let (before, last) = self;
        before.names(names);
        names.push(last.name);
    }
}

/// The orderings of a set, on a backend.
pub trait EntriesOn<DB: Dialect>: Entries {
    /// The keys of the one with this number.
    fn keys(&self, entry: usize) -> Vec<&dyn SeekKey<DB>>;
}

impl<DB: Dialect> EntriesOn<DB> for () {
    fn keys(&self, _entry: usize) -> Vec<&dyn SeekKey<DB>> {
        Vec::new()
    }
}

impl<DB: Dialect, L: EntriesOn<DB>, O: OrderingOn<DB>> EntriesOn<DB> for (L, Entry<O>) {
    fn keys(&self, entry: usize) -> Vec<&dyn SeekKey<DB>> {
        let (before, last) = self;
        if entry == L::COUNT { last.ordering.keys() } else { before.keys(entry) }
    }
}
