//! One step of a plan: the same words for three databases, and the database's own beside them.

use std::fmt;

/// A step of a plan, and the steps that it takes its rows from.
///
/// What a database does not say is `None`: SQLite counts no rows and shows no filters.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Node {
    pub(crate) kind: NodeKind,
    pub(crate) label: String,
    pub(crate) access: Option<Access>,
    pub(crate) table: Option<String>,
    pub(crate) alias: Option<String>,
    pub(crate) index: Option<String>,
    pub(crate) covering: bool,
    pub(crate) condition: Option<String>,
    pub(crate) filter: Option<String>,
    pub(crate) details: Vec<(String, String)>,
    pub(crate) estimated_rows: Option<f64>,
    pub(crate) actual: Option<Actual>,
    pub(crate) stops_early: bool,
    pub(crate) children: Vec<Node>,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NodeKind {
    /// Reads a table, an index, or rows made by another part of the statement: [`Node::access`] says how.
    Scan,
    /// Joins the rows of its children.
    Join,
    /// Sorts: no index gives this order.
    Sort,
    /// Writes its rows down before they are used: a temporary table or B-tree, a materialised subquery.
    Temporary,
    /// Groups, counts, sums.
    Aggregate,
    /// Computes window functions.
    Window,
    /// Stops after a number of rows.
    Limit,
    /// Puts the rows of its children one after the other: UNION, EXCEPT, INTERSECT, a partitioned table.
    Union,
    /// Groups steps under a heading: a subquery, a common table expression, a whole query block.
    Query,
    /// Inserts, updates or deletes.
    Modify,
    /// Puts its rows into a hash table, for a join.
    Hash,
    /// Hands rows on one by one: filters or locks them, remembers them, leaves repeated ones out.
    Through,
    /// Gives rows without reading any.
    Values,
    /// A step that this crate does not know, in the words of the database. It is kept, with its children.
    Other(String),
}

/// How a step comes to its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Access {
    /// The whole table.
    FullTable,
    /// The whole index, in its order.
    FullIndex,
    /// A part of an index: the rows that one or more of its columns lead to.
    Search,
    /// An index that the database makes for this statement alone, from the whole table. The sign of a missing one.
    AutomaticIndex,
    /// The rows of a subquery, a common table expression, a function, a list.
    Derived,
    /// At most one row, found before the statement runs.
    Constant,
}

/// What was counted while the statement ran: known after `explain_analyze` alone.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Actual {
    /// The rows that the step gave, on an average of its runs.
    pub rows: f64,
    /// How often it was run. 0: never.
    pub loops: f64,
    /// The rows that it came by and did not give, on an average of its runs.
    pub removed: f64,
}

impl Node {
    pub(crate) fn new(kind: NodeKind, label: impl Into<String>) -> Self {
        Node {
            kind,
            label: label.into(),
            access: None,
            table: None,
            alias: None,
            index: None,
            covering: false,
            condition: None,
            filter: None,
            details: Vec::new(),
            estimated_rows: None,
            actual: None,
            stops_early: false,
            children: Vec::new(),
        }
    }

    /// Text that nothing is known of.
    pub(crate) fn other(text: &str) -> Self {
        Node::new(NodeKind::Other(text.to_owned()), text)
    }

    /// What the step does.
    pub fn kind(&self) -> &NodeKind {
        &self.kind
    }

    /// The step in the words of the database: `Index Scan using posts_pkey on posts`.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// How it comes to its rows; `None` for a step that reads none.
    pub fn access(&self) -> Option<Access> {
        self.access
    }

    /// The table that is read or written, by its own name. SQLite shows the alias alone, where there is one.
    pub fn table(&self) -> Option<&str> {
        self.table.as_deref()
    }

    /// The name of that table in the statement, where it has another.
    pub fn alias(&self) -> Option<&str> {
        self.alias.as_deref()
    }

    /// The index that is used, by its name. MySQL and MariaDB call a primary key `PRIMARY`, SQLite has no name for one that
    /// is the rowid.
    pub fn index(&self) -> Option<&str> {
        self.index.as_deref()
    }

    /// Whether all columns come from the index, so that the table is not looked into.
    pub fn is_covering(&self) -> bool {
        self.covering
    }

    /// What leads to the rows: the condition that the index is searched for, or that two sides are joined by.
    pub fn condition(&self) -> Option<&str> {
        self.condition.as_deref()
    }

    /// What each row is then asked. SQLite does not show it.
    pub fn filter(&self) -> Option<&str> {
        self.filter.as_deref()
    }

    /// What else the database says of the step: `("Sort Key", "posts.score")`.
    pub fn details(&self) -> impl Iterator<Item = (&str, &str)> {
        self.details.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The rows that the database expects of one run of the step.
    pub fn estimated_rows(&self) -> Option<f64> {
        self.estimated_rows
    }

    /// What was counted while it ran.
    pub fn actual(&self) -> Option<Actual> {
        self.actual
    }

    /// Whether a LIMIT can end this scan before it is through: nothing above it needs all rows first, and no OFFSET skips
    /// a number of rows that is not known.
    ///
    /// PostgreSQL's plan shows the limit. The others do not: there it is read off the statement, and so is, on SQLite,
    /// whether a scan of a table is filtered.
    pub fn stops_early(&self) -> bool {
        self.stops_early
    }

    /// The steps that it takes its rows from.
    pub fn children(&self) -> &[Node] {
        &self.children
    }

    /// This step and all below it, each before its children.
    pub fn iter(&self) -> Nodes<'_> {
        Nodes { rest: vec![self] }
    }

    /// Reads all rows of a table or an index, with no limit that could end it earlier.
    pub(crate) fn is_full_scan(&self) -> bool {
        match self.access {
            Some(Access::AutomaticIndex) => true,
            Some(Access::FullTable | Access::FullIndex) => !self.stops_early,
            _ => false,
        }
    }

    /// The rows that a scan came by in all its runs.
    pub(crate) fn rows_read(&self) -> Option<f64> {
        let reads = self.access.is_some_and(|access| access != Access::Derived);
        let actual = self.actual.filter(|_| reads)?;
        Some((actual.rows + actual.removed) * actual.loops)
    }

    pub(crate) fn is_table(&self, name: &str) -> bool {
        self.table.as_deref() == Some(name) || self.alias.as_deref() == Some(name)
    }
}

/// The step in the words of the database.
impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label)
    }
}

/// The steps of a plan, each before its children: of [`Node::iter`] and [`Plan::nodes`](super::Plan::nodes).
#[derive(Clone, Debug)]
pub struct Nodes<'a> {
    rest: Vec<&'a Node>,
}

impl<'a> Iterator for Nodes<'a> {
    type Item = &'a Node;

    fn next(&mut self) -> Option<&'a Node> {
        let node = self.rest.pop()?;
        self.rest.extend(node.children.iter().rev());
        Some(node)
    }
}

impl<'a> IntoIterator for &'a Node {
    type Item = &'a Node;
    type IntoIter = Nodes<'a>;

    fn into_iter(self) -> Nodes<'a> {
        self.iter()
    }
}
