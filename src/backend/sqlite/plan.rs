//! SQLite's EXPLAIN QUERY PLAN: rows of `(id, parent, notused, detail)`, with one sentence each in a small language.

use std::collections::{HashMap, HashSet};

use crate::error::{Error, ErrorKind, Result};
use crate::plan::script::{Question, Script};
use crate::plan::{Access, How, Node, NodeKind};

/// Deeper steps stand beside their parents: text from elsewhere does not decide how deep the tree goes.
const DEEPEST: usize = 100;

pub(super) fn script(how: How) -> Result<Script> {
    if how == How::Analyze {
        let message = "SQLite has no EXPLAIN ANALYZE and counts no rows: ask for the plan alone, with `explain`";
        return Err(Error::new(ErrorKind::NoAnalyze, message));
    }
    Ok(Script::of(|_, _| Question::of_statement("EXPLAIN QUERY PLAN ").into()))
}

/// Rows as lines: `id|parent|notused|detail`.
pub(super) fn read(raw: &str, sql: &str) -> Node {
    let mut steps: Vec<Step> = Vec::new();
    // The step of each id, and how deep it is.
    let mut known: HashMap<&str, (usize, usize)> = HashMap::new();
    for line in raw.lines().filter(|line| !line.trim().is_empty()) {
        let mut parts = line.splitn(4, '|');
        let (Some(id), Some(parent), Some(_), Some(detail)) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            steps.push(Step { parent: None, node: Node::other(line) });
            continue;
        };
        let parent = known.get(parent).copied().filter(|(_, depth)| *depth < DEEPEST);
        known.insert(id, (steps.len(), parent.map_or(0, |(_, depth)| depth + 1)));
        steps.push(Step { parent: parent.map(|(parent, _)| parent), node: step(detail) });
    }
    let mut root = tree(steps);
    let derived = derived_names(&root, sql);
    mark_derived(&mut root, &derived);
    root
}

struct Step {
    parent: Option<usize>,
    node: Node,
}

/// A parent stands before its children, so the last step has all of its own: it goes to its parent, then the one before.
fn tree(mut steps: Vec<Step>) -> Node {
    let mut root = Node::new(NodeKind::Query, "QUERY PLAN");
    while let Some(Step { parent, mut node }) = steps.pop() {
        node.children.reverse();
        match parent.and_then(|parent| steps.get_mut(parent)) {
            Some(parent) => parent.node.children.push(node),
            None => root.children.push(node),
        }
    }
    root.children.reverse();
    root
}

/// Reads one sentence.
fn step(detail: &str) -> Node {
    if let Some(rest) = detail.strip_prefix("SCAN ") {
        return scan(detail, rest, Access::FullTable, Access::FullIndex);
    }
    if let Some(rest) = detail.strip_prefix("SEARCH ") {
        return scan(detail, rest, Access::Search, Access::Search);
    }
    if let Some(index) = detail.strip_prefix("USING INDEX ").and_then(|rest| rest.strip_suffix(" FOR IN-OPERATOR")) {
        let mut node = Node::new(NodeKind::Scan, detail);
        node.access = Some(Access::Search);
        node.index = Some(index.to_owned());
        return node;
    }
    let starts = |words: &[&str]| words.iter().any(|word| detail.starts_with(word));
    let kind = if detail.starts_with("USE TEMP B-TREE FOR") {
        if detail.ends_with("ORDER BY") { NodeKind::Sort } else { NodeKind::Temporary }
    } else if detail.ends_with("USING TEMP B-TREE") || starts(&["MATERIALIZE "]) {
        NodeKind::Temporary
    } else if starts(&["COMPOUND QUERY", "MERGE (", "MULTI-INDEX OR"]) {
        NodeKind::Union
    } else if starts(&["BLOOM FILTER ON "]) {
        NodeKind::Through
    } else if starts(&[
        "CO-ROUTINE ",
        "LEFT-MOST SUBQUERY",
        "UNION ALL",
        "INDEX ",
        "RIGHT-JOIN ",
        "USING ROWID SEARCH ON TABLE ",
    ]) || ["LEFT", "RIGHT", "SETUP", "RECURSIVE STEP"].contains(&detail)
        || ["SCALAR SUBQUERY", "LIST SUBQUERY"].iter().any(|subquery| detail.contains(subquery))
    {
        NodeKind::Query
    } else {
        return Node::other(detail);
    };
    Node::new(kind, detail)
}

/// `posts AS p USING COVERING INDEX i (a=? AND b>?) LEFT-JOIN`, after its verb.
fn scan(detail: &str, rest: &str, table: Access, index: Access) -> Node {
    let mut node = Node::new(NodeKind::Scan, detail);
    let rest = rest.strip_prefix("TABLE ").unwrap_or(rest); // before 3.36
    let ends = [" EXISTS", " USING ", " VIRTUAL TABLE ", " LEFT-JOIN", " (~"];
    let end = ends.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
    let (object, how) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let how = how.strip_prefix(" EXISTS").unwrap_or(how);
    let (name, alias) = object.split_once(" AS ").map_or((object, None), |(name, alias)| (name, Some(alias)));
    let made = name.starts_with('(')
        || name.ends_with("CONSTANT ROW")
        || name.ends_with("CONSTANT ROWS")
        || name.contains("VALUES CLAUSE");
    node.table = Some(name.to_owned()).filter(|_| !made);
    node.alias = alias.map(str::to_owned);
    if made || how.starts_with(" VIRTUAL TABLE ") {
        node.access = Some(Access::Derived);
        return node;
    }
    node.access = Some(table);
    let Some(used) = how.strip_prefix(" USING ") else { return node };
    let (used, terms) = used.split_once(" (").unwrap_or((used, ""));
    node.condition = Some(closed(terms).to_owned()).filter(|terms| !terms.is_empty() && !terms.starts_with('~'));
    node.covering = used.contains("COVERING INDEX");
    if used.starts_with("AUTOMATIC") {
        node.access = Some(Access::AutomaticIndex);
    } else if let Some((_, name)) = used.split_once("INDEX ") {
        node.access = Some(index);
        node.index = Some(name.strip_suffix(" LEFT-JOIN").unwrap_or(name).to_owned());
    }
    node
}

/// The text up to the parenthesis that closes what was opened before it: `ANY(a) AND b=?) LEFT-JOIN` without the end.
fn closed(text: &str) -> &str {
    let mut depth = 0usize;
    let end = text.find(|c| match c {
        '(' => {
            depth += 1;
            false
        }
        ')' if depth == 0 => true,
        ')' => {
            depth -= 1;
            false
        }
        _ => false,
    });
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// The names of what the statement makes itself. A scan of these shows the alias, so the statement is asked for it.
fn derived_names(root: &Node, sql: &str) -> HashSet<String> {
    let made = |node: &Node| {
        let name = ["CO-ROUTINE ", "MATERIALIZE "].iter().find_map(|verb| node.label.strip_prefix(verb));
        name.map(str::to_owned)
    };
    let mut names: HashSet<String> = root.iter().filter_map(made).collect();
    let words: Vec<&str> =
        sql.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
    let aliases: Vec<String> = words
        .windows(3)
        .filter_map(|window| match window {
            [name, word, alias] if names.contains(*name) && word.eq_ignore_ascii_case("AS") => {
                Some((*alias).to_owned())
            }
            [name, alias, _] if names.contains(*name) => Some((*alias).to_owned()),
            _ => None,
        })
        .collect();
    names.extend(aliases);
    names
}

fn mark_derived(node: &mut Node, names: &HashSet<String>) {
    if matches!(node.access, Some(Access::FullTable | Access::AutomaticIndex))
        && node.table.as_ref().is_some_and(|table| names.contains(table))
    {
        node.access = Some(Access::Derived);
    }
    for child in &mut node.children {
        mark_derived(child, names);
    }
}
