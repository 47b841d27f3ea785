//! Plans as text, each as its own database draws it.

use std::fmt;

use super::{Database, Node, Plan, Plans};

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.database() {
            Database::Sqlite => {
                f.write_str("QUERY PLAN")?;
                branches(self.root(), "", f)
            }
            Database::Postgres => arrows(self.root(), 0, Spacing { mark: 6, first: false }, f),
            Database::Mysql => arrows(self.root(), 0, Spacing { mark: 4, first: true }, f),
        }
    }
}

/// The statement of each, then its plan; statements of one text and one plan once, with their number.
impl fmt::Display for Plans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (times, plan)) in grouped(self).into_iter().enumerate() {
            if at > 0 {
                f.write_str("\n\n")?;
            }
            write!(f, "{times} x {}\n{plan}", plan.sql())?;
        }
        Ok(())
    }
}

/// The different plans, and how often each occurs. The numbers in a plan make no difference.
pub(super) fn grouped(plans: &[Plan]) -> Vec<(usize, &Plan)> {
    let mut groups: Vec<(usize, &Plan)> = Vec::new();
    for plan in plans {
        let same = |known: &Plan| known.sql() == plan.sql() && shape(known).eq(shape(plan));
        match groups.iter_mut().find(|(_, known)| same(known)) {
            Some((times, _)) => *times += 1,
            None => groups.push((1, plan)),
        }
    }
    groups
}

fn shape(plan: &Plan) -> impl Iterator<Item = (&str, usize)> {
    plan.nodes().map(|node| (node.label(), node.children().len()))
}

/// SQLite's shell.
fn branches(node: &Node, margin: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (at, child) in node.children.iter().enumerate() {
        let last = at + 1 == node.children.len();
        write!(f, "\n{margin}{}{}", if last { "`--" } else { "|--" }, child.label)?;
        branches(child, &format!("{margin}{}", if last { "   " } else { "|  " }), f)?;
    }
    Ok(())
}

struct Spacing {
    /// How far a child stands to the right of its parent.
    mark: usize,
    /// Whether the root has an arrow.
    first: bool,
}

/// PostgreSQL's text format and MySQL's tree format.
fn arrows(node: &Node, depth: usize, spacing: Spacing, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let arrow = if depth == 0 && !spacing.first {
        ""
    } else if spacing.first {
        "-> "
    } else {
        "->  "
    };
    let margin = match depth {
        0 => 0,
        _ if spacing.first => depth * spacing.mark,
        _ => 2 + (depth - 1) * spacing.mark,
    };
    if depth > 0 {
        f.write_str("\n")?;
    }
    write!(f, "{:margin$}{arrow}{}", "", node.label)?;
    rows(node, f)?;
    let below = margin + if arrow.is_empty() { 2 } else { arrow.len() + if spacing.first { 0 } else { 2 } };
    for (name, value) in node.details() {
        write!(f, "\n{:below$}{name}: {value}", "")?;
    }
    for child in &node.children {
        arrows(child, depth + 1, Spacing { ..spacing }, f)?;
    }
    Ok(())
}

fn rows(node: &Node, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if let Some(rows) = node.estimated_rows {
        write!(f, "  (rows={rows})")?;
    }
    match node.actual {
        Some(actual) if actual.loops == 0.0 => f.write_str(" (never executed)"),
        Some(actual) => write!(f, " (actual rows={} loops={})", actual.rows, actual.loops),
        None => Ok(()),
    }
}
