//! How the keys of the parents are sent.

use super::relation::Statements;

/// How a relation looks for the children of all keys. Every strategy gives the same rows.
///
/// Nobody needs to choose: without [`.strategy(..)`](super::Children::strategy) the number of keys decides, and where many
/// integers could be most of a table, the highest one in their column, which is asked for first: one statement more, and one row
/// of the index on that column, from 100 keys on on SQLite and from 1,000 on MySQL and MariaDB.
///
/// | strategy | PostgreSQL | SQLite | MySQL, MariaDB |
/// |---|---|---|---|
/// | `Search` | `fk = ANY($1)` | `fk IN (SELECT value FROM json_each(?))` | `fk IN (SELECT k.id FROM JSON_TABLE(?, ..) k)` |
/// | `RowOrder` | | `id IN (SELECT id FROM t WHERE fk IN (..))` | |
/// | `Scan` | `fk IN (SELECT * FROM unnest($1))` | `+(fk IN (SELECT value FROM json_each(?)))` | `CASE WHEN fk IN (..) THEN 1 END` |
/// | `Binds` | `fk IN ($1, $2, ..)` | `fk IN (?, ?, ..)` | `fk IN (?, ?, ..)` |
/// | picked | `Search` | `Scan` for half of the keys that there are, else `RowOrder`; `Search` below 100 keys | `Scan` for a quarter of the keys, else `Search`; `Search` below 1,000 keys |
/// | a run | `fk BETWEEN $1 AND $2` | `fk BETWEEN ? AND ?`: `Scan` for a fifth of the keys, else `RowOrder` | `fk BETWEEN ? AND ?`: `Search` |
///
/// A run are ten keys or more that are all whole numbers from one to another, as those of a whole table or of neighbours in it are:
/// their ends are sent in place of a list, by every strategy but `Binds`.
///
/// Keys of several columns are compared as rows: `(a, b) IN (SELECT ..)`. Key types that no list can spell ([`Key`](super::Key))
/// are sent by `Binds`.
///
/// Where children are cut ([`limit_per_parent`](super::Children::limit_per_parent), `latest`, pages of each parent), each key is
/// looked up by itself. `Scan` reads them all with a window function there, and `RowOrder` is an error
/// ([`is_unsupported_strategy`](crate::Error::is_unsupported_strategy)).
///
/// ```
/// # use diesel::prelude::*;
/// use blog::{models::{Post, User}, schema::users};
/// use turbodiesel::{preload::Strategy, prelude::*};
///
/// let conn = &mut blog::example()?;
/// let authors: Vec<(User, Vec<Post>)> = users::table
///     .select(User::as_select())
///     .preload(has_many::<Post>().strategy(Strategy::Scan))
///     .load(conn)?;
/// assert!(authors.iter().any(|(_, posts)| !posts.is_empty()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Strategy {
    /// Picked as the table says.
    #[default]
    Auto,
    /// The keys are one bind, each looked up in the index of the column: best for few keys of a large table.
    Search,
    /// The keys are one bind; the primary keys of the children are found first, then the rows in the order in which they are
    /// stored: best for thousands of keys whose children lie scattered. SQLite only, for a primary key of one integer.
    RowOrder,
    /// The keys are one bind, and a filter: the table is read from its start. Best where most of the table is wanted, or
    /// where the column has no index.
    Scan,
    /// Each key is a bind of its own, 4,096 in a statement at most: for servers without arrays or JSON tables, and for key
    /// types that a list cannot spell exactly. The number of binds is filled up to 16, 64, 256, 1024 or 4096, by repeating the
    /// last key, so that there are five texts.
    Binds,
}

impl Strategy {
    /// The statements of a relation whose keys are sent so.
    pub(super) fn statements(self) -> Statements {
        match self {
            Strategy::Auto => Statements::of_any_keys(),
            Strategy::Binds => Statements::of_bound_keys(),
            Strategy::Search | Strategy::RowOrder | Strategy::Scan => Statements::fixed_at(1),
        }
    }
}
