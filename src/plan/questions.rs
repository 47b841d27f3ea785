//! What people ask of a plan, and insist on in tests. The same for one plan and for several.

use std::fmt::Write;

use super::{Node, NodeKind, Plan, Plans, limit};

/// The steps for which something holds.
fn steps(plans: &[Plan], mut wanted: impl FnMut(&Node) -> bool) -> Vec<&Node> {
    plans.iter().flat_map(Plan::nodes).filter(|node| wanted(node)).collect()
}

/// A message that shows the plans, their SQL and the steps that are to blame.
fn complaint(plans: &[&Plan], what: &str, blamed: impl Fn(&Node) -> bool) -> String {
    let mut text = what.to_owned();
    let is_to_blame = |plan: &Plan| plan.nodes().any(&blamed);
    let known = plans.iter().any(|plan| is_to_blame(plan));
    // Where a statement is to blame, the others are not shown.
    for plan in plans.iter().filter(|plan| !known || is_to_blame(plan)) {
        for node in plan.nodes().filter(|node| blamed(node)) {
            let _ = write!(text, "\n  here: {node}");
        }
        let _ = write!(text, "\n{}\n{plan}", plan.sql());
    }
    text
}

macro_rules! questions {
    ($Type:ty, $subject:literal) => {
        impl $Type {
            /// The scans that read a whole table or a whole index, and those that first make an index from a whole table.
            ///
            /// A walk that a LIMIT can end is none, unless it skips rows first: see [`Node::stops_early`].
            pub fn full_scans(&self) -> Vec<&Node> {
                steps(self.as_plans(), Node::is_full_scan)
            }

            /// The sorts: orders that no index gives.
            pub fn sorts(&self) -> Vec<&Node> {
                steps(self.as_plans(), |node| node.kind == NodeKind::Sort)
            }

            /// What is written down before it is used: temporary tables and B-trees, materialised subqueries.
            pub fn temporary_tables(&self) -> Vec<&Node> {
                steps(self.as_plans(), |node| node.kind == NodeKind::Temporary)
            }

            /// Whether an index of this name is used, in any way.
            pub fn uses_index(&self, name: &str) -> bool {
                !steps(self.as_plans(), |node| node.index.as_deref() == Some(name)).is_empty()
            }

            /// Whether rows are skipped by an OFFSET: they are read all the same, more of them with each page.
            ///
            /// Plans do not say it, so it is read off the statement.
            pub fn skips_rows(&self) -> bool {
                self.as_plans().iter().any(|plan| limit::skips(plan.sql()))
            }

            /// How many rows the scans came by in all their runs: what a statement really costs. Known after
            /// `explain_analyze` alone, and never on SQLite.
            pub fn rows_read(&self) -> Option<f64> {
                let read = steps(self.as_plans(), |_| true).into_iter().filter_map(Node::rows_read);
                read.fold(None, |sum, rows| Some(sum.unwrap_or(0.0) + rows))
            }

            /// Insists on no [full scan](Self::full_scans).
            ///
            /// # Panics
            ///
            /// Where there is one, with plan, SQL and the scan.
            #[track_caller]
            pub fn assert_no_full_scan(&self) -> &Self {
                self.insist(
                    self.full_scans().is_empty(),
                    concat!($subject, " reads a whole table or index"),
                    Node::is_full_scan,
                )
            }

            /// Insists that this table or alias is not scanned from end to end.
            ///
            /// # Panics
            ///
            /// Where it is, with plan, SQL and the scan.
            #[track_caller]
            pub fn assert_no_full_scan_of(&self, table: &str) -> &Self {
                let blamed = |node: &Node| node.is_full_scan() && node.is_table(table);
                let holds = steps(self.as_plans(), blamed).is_empty();
                self.insist(holds, &format!(concat!($subject, " reads all of `{}`"), table), blamed)
            }

            /// Insists that an index of this name is used.
            ///
            /// # Panics
            ///
            /// Where it is not, with plan, SQL and the scans that there are.
            #[track_caller]
            pub fn assert_uses_index(&self, name: &str) -> &Self {
                let scan = |node: &Node| node.kind == NodeKind::Scan;
                self.insist(
                    self.uses_index(name),
                    &format!(concat!($subject, " does not use the index `{}`"), name),
                    scan,
                )
            }

            /// Insists that nothing is sorted.
            ///
            /// # Panics
            ///
            /// Where something is, with plan, SQL and the sort.
            #[track_caller]
            pub fn assert_no_sort(&self) -> &Self {
                let what = concat!($subject, " sorts: no index gives the order");
                self.insist(self.sorts().is_empty(), what, |node| node.kind == NodeKind::Sort)
            }

            /// Insists that nothing is written down in between.
            ///
            /// # Panics
            ///
            /// Where something is, with plan, SQL and the step.
            #[track_caller]
            pub fn assert_no_temporary_table(&self) -> &Self {
                let what = concat!($subject, " writes a temporary table");
                self.insist(self.temporary_tables().is_empty(), what, |node| node.kind == NodeKind::Temporary)
            }

            /// Insists that no rows are [skipped](Self::skips_rows).
            ///
            /// # Panics
            ///
            /// Where they are, with plan, SQL and the scans that read them.
            #[track_caller]
            pub fn assert_no_offset(&self) -> &Self {
                let skipping: Vec<&Plan> = self.as_plans().iter().filter(|plan| limit::skips(plan.sql())).collect();
                let what = concat!($subject, " has an OFFSET: it reads what it skips");
                assert!(skipping.is_empty(), "{}", complaint(&skipping, what, |node| node.kind == NodeKind::Scan));
                self
            }

            /// Insists that no more than so many [rows were read](Self::rows_read).
            ///
            /// # Panics
            ///
            /// Where more were, or where it is not known: the plan is not of `explain_analyze`.
            #[track_caller]
            pub fn assert_rows_read_at_most(&self, rows: u64) -> &Self {
                let scan = |node: &Node| node.rows_read().is_some();
                match self.rows_read() {
                    Some(read) => {
                        let what = format!(concat!($subject, " reads {} rows, more than {}"), read, rows);
                        self.insist(read <= rows as f64, &what, scan)
                    }
                    None => {
                        let what = concat!(
                            $subject,
                            " has no counted rows: use `explain_analyze`, which SQLite does not have"
                        );
                        self.insist(false, what, scan)
                    }
                }
            }

            #[track_caller]
            fn insist(&self, holds: bool, what: &str, blamed: impl Fn(&Node) -> bool) -> &Self {
                assert!(holds, "{}", complaint(&self.as_plans().iter().collect::<Vec<_>>(), what, blamed));
                self
            }
        }
    };
}
questions!(Plan, "the statement");
questions!(Plans, "a statement");

impl Plan {
    fn as_plans(&self) -> &[Plan] {
        std::slice::from_ref(self)
    }

    /// The rows that the database expects of the statement. SQLite expects none.
    pub fn estimated_rows(&self) -> Option<f64> {
        self.root().estimated_rows
    }
}

impl Plans {
    fn as_plans(&self) -> &[Plan] {
        self
    }

    /// The rows that the database expects of all statements together, where it says so of each.
    pub fn estimated_rows(&self) -> Option<f64> {
        self.iter().map(Plan::estimated_rows).sum()
    }
}
