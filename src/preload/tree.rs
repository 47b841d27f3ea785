//! Trees: a relation of a model to itself, level by level.

use std::collections::HashMap;

use super::belongs_to::BelongsTo;
use super::by::Identified;
use super::has_many::{Children, Many};
use super::plumbing::fetch::Preload;
use super::relation::{CountStatements, Relation, Statements};
use crate::error::{Error, ErrorKind, Result};

/// Levels that a tree may have: a row of it is a value in its parent's, and what is as deep as that cannot be dropped or
/// printed on a small stack.
const MOST_LEVELS: usize = 1_000;

/// A row and what is below it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Node<T> {
    /// The row.
    pub row: T,
    /// Its children, in the order of the relation.
    pub children: Vec<Node<T>>,
}

impl<C, Q, J> Children<C, Q, (), Many, J> {
    /// Loads what is below every row, to a depth: the children, their children, and so on, as [`Node`]s.
    ///
    /// The relation is of a model to itself: `has_many::<Comment>().by(comments::parent_id)`. One statement for each level
    /// that has rows, for all trees of the result at once, and at most `depth`; each row is asked for its children
    /// once, also where it stands in several trees. It is the same on every backend: no recursive query, which loses rows
    /// silently on MariaDB when it outgrows its memory.
    ///
    /// A row that is its own ancestor (a circle of keys) is not below itself: the tree ends there. Depth 0 loads nothing. More
    /// than 1,000 levels are refused ([`is_tree_depth`](Error::is_tree_depth)).
    ///
    /// ```sql
    /// -- for each level, with the keys of the one above: PostgreSQL
    /// SELECT "comments"."parent_id", "comments"."id", .. FROM "comments" WHERE "comments"."parent_id" = ANY($1)
    /// -- SQLite
    /// SELECT .. FROM `comments` WHERE `comments`.`parent_id` IN (SELECT value FROM json_each(?))
    /// -- MySQL, MariaDB
    /// SELECT .. FROM `comments` WHERE `comments`.`parent_id` IN (SELECT k.id FROM JSON_TABLE(?, ..) k)
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::Comment, schema::comments};
    /// use turbodiesel::{prelude::*, preload::Node};
    ///
    /// let conn = &mut blog::example()?;
    /// let replies = has_many::<Comment>().by(comments::parent_id).order(comments::id).tree(10);
    /// let threads: Vec<(Comment, Vec<Node<Comment>>)> = comments::table
    ///     .filter(comments::parent_id.is_null())
    ///     .select(Comment::as_select())
    ///     .preload(replies)
    ///     .load(conn)?;
    ///
    /// fn count(nodes: &[Node<Comment>]) -> usize {
    ///     nodes.iter().map(|node| 1 + count(&node.children)).sum()
    /// }
    /// let all: i64 = comments::table.count().get_result(conn)?;
    /// assert_eq!(threads.iter().map(|(_, replies)| 1 + count(replies)).sum::<usize>() as i64, all);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn tree(self, depth: usize) -> Tree<Self> {
        Tree { relation: self, depth }
    }
}

impl<T, Q, A, J> BelongsTo<T, Q, (), A, J> {
    /// Loads what is above every row, to a depth: the row it belongs to, the one that belongs to, and so on, the nearest
    /// first.
    ///
    /// The relation is of a model to itself by a key that may be NULL. One statement for each level that has rows, at
    /// most `depth`; a row that was reached before is not asked for again. A circle of keys ends before the first row that
    /// would come twice. More than 1,000 levels are refused ([`is_tree_depth`](Error::is_tree_depth)). Without a key above there
    /// is an empty `Vec`, and no statement for a level that nobody is on.
    ///
    /// ```sql
    /// -- for each level, with the keys of the one below; PostgreSQL, and the others with their own list of keys
    /// SELECT "comments"."id", "comments"."id", .. FROM "comments" WHERE "comments"."id" = ANY($1)
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::Comment, schema::comments};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let above = belongs_to::<Comment>().by_key(comments::id, |comment: &Comment| comment.parent_id).tree(10);
    /// let comments: Vec<(Comment, Vec<Comment>)> =
    ///     comments::table.select(Comment::as_select()).preload(above).load(conn)?;
    /// assert!(comments.iter().all(|(comment, above)| comment.parent_id == above.first().map(|first| first.id)));
    /// assert!(comments.iter().any(|(_, above)| above.len() > 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn tree(self, depth: usize) -> Ancestors<Self> {
        Ancestors { relation: self, depth }
    }
}

/// The relation of [`Children::tree`].
#[must_use = "a relation is loaded by the query that it is given to"]
#[derive(Debug, Clone, Copy)]
pub struct Tree<R> {
    pub(super) relation: R,
    pub(super) depth: usize,
}

/// The relation of [`BelongsTo::tree`].
#[must_use = "a relation is loaded by the query that it is given to"]
#[derive(Debug, Clone, Copy)]
pub struct Ancestors<R> {
    pub(super) relation: R,
    pub(super) depth: usize,
}

/// A relation that leads from a model to itself: [`Relation`], under a message of ours.
#[diagnostic::on_unimplemented(
    message = "this relation does not lead from `{C}` to `{C}`",
    label = "a tree is of a table that points to itself",
    note = "down: `has_many::<{C}>().by(parent_column).tree(depth)`",
    note = "up: `belongs_to::<{C}>().by_key(id_column, |row: &{C}| row.parent_id).tree(depth)`"
)]
pub trait ToItself<C, Next>: Relation<C> {}

#[diagnostic::do_not_recommend]
impl<C, Next, R: Relation<C, Output = Next>> ToItself<C, Next> for R {}

impl<C, R: ToItself<C, Vec<C>>> Relation<C> for Tree<R> {
    type Output = Vec<Node<C>>;
}

impl<C, R: ToItself<C, Option<C>>> Relation<C> for Ancestors<R> {
    type Output = Vec<C>;
}

impl<R: CountStatements> CountStatements for Tree<R> {
    fn statements(&self) -> Statements {
        self.relation.statements().times(self.depth)
    }
}

impl<R: CountStatements> CountStatements for Ancestors<R> {
    fn statements(&self) -> Statements {
        self.relation.statements().times(self.depth)
    }
}

impl<'q, C, R, Conn> Preload<'q, C, Conn> for Tree<R>
where
    C: Identified + Clone,
    R: Preload<'q, C, Conn, Output = Vec<C>> + Clone,
{
    fn fetch(self, parents: &[&C], conn: &mut Conn) -> Result<Vec<Vec<Node<C>>>> {
        let mut found = Found::new(parents, self.depth)?;
        while let Some(level) = found.level(parents) {
            let answers = self.relation.clone().fetch(&level, conn)?;
            found.answer(answers);
        }
        Ok(found.trees())
    }
}

impl<'q, C, R, Conn> Preload<'q, C, Conn> for Ancestors<R>
where
    C: Identified + Clone,
    R: Preload<'q, C, Conn, Output = Option<C>> + Clone,
{
    fn fetch(self, parents: &[&C], conn: &mut Conn) -> Result<Vec<Vec<C>>> {
        let mut found = Found::new(parents, self.depth)?;
        while let Some(level) = found.level(parents) {
            let answers = self.relation.clone().fetch(&level, conn)?;
            found.answer(answers);
        }
        Ok(found.chains())
    }
}

/// All rows that were reached, each asked for what is next to it once.
pub(super) struct Found<C: Identified> {
    depth: usize,
    /// How many levels were asked for.
    asked: usize,
    ids: HashMap<C::Key, usize>,
    /// The id of each parent.
    roots: Vec<usize>,
    /// Whose answers come next.
    level: Vec<(usize, At)>,
    /// A row of a result, and how many trees are still to have it.
    rows: Vec<(Option<C>, usize)>,
    /// The id of each row, as a number.
    id_of_row: Vec<usize>,
    /// What is next to each id: rows. Empty where nobody asked.
    next: Vec<Vec<usize>>,
    /// Which ids are on the way from the root to where we are.
    on_the_way: Vec<bool>,
}

/// Where a row that is to be asked stands.
#[derive(Clone, Copy)]
enum At {
    Parent(usize),
    Row(usize),
}

impl<C: Identified + Clone> Found<C> {
    /// The parents, of whom nothing is asked yet.
    ///
    /// # Errors
    ///
    /// A depth that is too deep.
    pub(super) fn new(parents: &[&C], depth: usize) -> Result<Self> {
        if depth > MOST_LEVELS {
            let message = format!("a tree of {depth} levels: at most {MOST_LEVELS} are held");
            return Err(Error::new(ErrorKind::TreeDepth, message));
        }
        let mut found: Found<C> = Found {
            depth,
            asked: 0,
            ids: HashMap::new(),
            roots: Vec::with_capacity(parents.len()),
            level: Vec::new(),
            rows: Vec::new(),
            id_of_row: Vec::new(),
            next: Vec::new(),
            on_the_way: Vec::new(),
        };
        for (i, parent) in parents.iter().enumerate() {
            let (id, new) = found.number(parent);
            found.roots.push(id);
            found.level.extend(new.then_some((id, At::Parent(i))));
        }
        Ok(found)
    }

    /// The rows that are to be asked now; `None` where the tree ends. Each id is asked for once.
    pub(super) fn level<'a>(&'a self, parents: &[&'a C]) -> Option<Vec<&'a C>> {
        let asked: Vec<&C> = self.level.iter().filter_map(|(_, at)| self.row(parents, *at)).collect();
        Some(asked).filter(|asked| self.asked < self.depth && !asked.is_empty())
    }

    /// What is next to each row of the level.
    pub(super) fn answer<O: IntoIterator<Item = C>>(&mut self, answers: Vec<O>) {
        self.asked += 1;
        let mut below = Vec::new();
        for ((id, _), rows) in std::mem::take(&mut self.level).into_iter().zip(answers) {
            for row in rows {
                let (next, new) = self.number(&row);
                let place = self.rows.len();
                below.extend(new.then_some((next, At::Row(place))));
                self.rows.push((Some(row), 0));
                self.id_of_row.push(next);
                if let Some(list) = self.next.get_mut(id) {
                    list.push(place);
                }
            }
        }
        self.level = below;
    }

    /// What is below each parent.
    pub(super) fn trees(mut self) -> Vec<Vec<Node<C>>> {
        let (roots, depth) = (std::mem::take(&mut self.roots), self.depth);
        roots.iter().for_each(|root| self.count(*root, depth));
        roots.iter().map(|root| self.nodes(*root, depth)).collect()
    }

    /// What is above each parent: a chain is a tree without branches.
    pub(super) fn chains(self) -> Vec<Vec<C>> {
        let chain = |mut nodes: Vec<Node<C>>| {
            let mut chain = Vec::new();
            while let Some(node) = nodes.pop() {
                chain.push(node.row);
                nodes = node.children;
            }
            chain
        };
        self.trees().into_iter().map(chain).collect()
    }

    /// The number of a row's id, and whether it is new. A row without an id is like no other.
    fn number(&mut self, row: &C) -> (usize, bool) {
        let new = self.next.len();
        let id = row.primary_key().map_or(new, |key| *self.ids.entry(key).or_insert(new));
        if id == new {
            self.next.push(Vec::new());
            self.on_the_way.push(false);
        }
        (id, id == new)
    }

    fn row<'a>(&'a self, parents: &[&'a C], at: At) -> Option<&'a C> {
        match at {
            At::Parent(i) => parents.get(i).copied(),
            At::Row(i) => self.rows.get(i).and_then(|(row, _)| row.as_ref()),
        }
    }

    /// Counts how often each row will be taken, so that the last taker need not clone it.
    fn count(&mut self, id: usize, depth: usize) {
        self.walk(id, depth, &mut |found, place, _| {
            if let Some((_, takers)) = found.rows.get_mut(place) {
                *takers += 1;
            }
        });
    }

    /// The trees below an id.
    fn nodes(&mut self, id: usize, depth: usize) -> Vec<Node<C>> {
        // The children of each level on the way; a level is done when the walk is back at the one above.
        let mut levels: Vec<Vec<Node<C>>> = vec![Vec::new()];
        self.walk(id, depth, &mut |found, place, level| {
            let row = found.rows.get_mut(place).and_then(|(row, takers)| {
                *takers = takers.saturating_sub(1);
                if *takers == 0 { row.take() } else { row.clone() }
            });
            fold(&mut levels, level);
            if let (Some(row), Some(siblings)) = (row, levels.get_mut(level)) {
                siblings.push(Node { row, children: Vec::new() });
                levels.push(Vec::new());
            }
        });
        fold(&mut levels, 0);
        levels.pop().unwrap_or_default()
    }

    /// Every row below an id, in the order of the tree, with its level.
    fn walk(&mut self, root: usize, depth: usize, visit: &mut impl FnMut(&mut Self, usize, usize)) {
        // For each level on the way: the id whose children are visited, and how many of them were.
        let mut way: Vec<(usize, usize)> = vec![(root, 0)];
        self.mark(root, true);
        while let Some((id, visited)) = way.last_mut() {
            let next = self.next.get(*id).and_then(|rows| rows.get(*visited)).copied();
            *visited += 1;
            let id = *id;
            match next {
                Some(place) if way.len() <= depth => {
                    let below = self.id_of_row.get(place).copied().unwrap_or(root);
                    if self.on_the_way.get(below) == Some(&false) {
                        visit(self, place, way.len() - 1);
                        way.push((below, 0));
                        self.mark(below, true);
                    }
                }
                _ => {
                    self.mark(id, false);
                    way.pop();
                }
            }
        }
    }

    fn mark(&mut self, id: usize, on_the_way: bool) {
        if let Some(mark) = self.on_the_way.get_mut(id) {
            *mark = on_the_way;
        }
    }
}

/// Hands the levels below `level` to their parents.
fn fold<C>(levels: &mut Vec<Vec<Node<C>>>, level: usize) {
    while levels.len() > level + 1 {
        let children = levels.pop().unwrap_or_default();
        if let Some(parent) = levels.last_mut().and_then(|siblings| siblings.last_mut()) {
            parent.children = children;
        }
    }
}
