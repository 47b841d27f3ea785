//! Two ways to the same rows, side by side.

use std::fmt;

use super::display::grouped;
use super::{Plan, Plans};

/// A plan, or several.
pub trait Explained {
    /// The plans.
    fn plans(&self) -> &[Plan];
}

impl Explained for Plan {
    fn plans(&self) -> &[Plan] {
        std::slice::from_ref(self)
    }
}

impl Explained for Plans {
    fn plans(&self) -> &[Plan] {
        self
    }
}

impl Explained for [Plan] {
    fn plans(&self) -> &[Plan] {
        self
    }
}

impl Explained for Vec<Plan> {
    fn plans(&self) -> &[Plan] {
        self
    }
}

/// What [`Plan::compare`] makes: a table of figures, and below it the plans of both.
#[derive(Clone, Copy, Debug)]
#[must_use = "print it"]
pub struct Comparison<'a> {
    naive: &'a [Plan],
    eager: &'a [Plan],
}

impl<'a> Comparison<'a> {
    pub(super) fn new(naive: &'a [Plan], eager: &'a [Plan]) -> Self {
        Comparison { naive, eager }
    }
}

impl fmt::Display for Comparison<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<20}{:>12}{:>12}", "", "naive", "eager")?;
        let mut row = |name: &str, figure: &dyn Fn(&[Plan]) -> Option<f64>| {
            match (figure(self.naive), figure(self.eager)) {
                (None, None) => Ok(()), // this database does not say
                (naive, eager) => writeln!(f, "{name:<20}{:>12}{:>12}", or_dash(naive), or_dash(eager)),
            }
        };
        row("statements", &|plans| Some(plans.len() as f64))?;
        row("rows expected", &|plans| plans.iter().map(Plan::estimated_rows).sum())?;
        row("rows read", &|plans| plans.iter().map(Plan::rows_read).sum())?;
        row("full scans", &|plans| Some(count(plans, |plan| plan.full_scans().len())))?;
        row("sorts", &|plans| Some(count(plans, |plan| plan.sorts().len())))?;
        row("temporary tables", &|plans| Some(count(plans, |plan| plan.temporary_tables().len())))?;
        for (name, plans) in [("naive", self.naive), ("eager", self.eager)] {
            for (times, plan) in grouped(plans) {
                write!(f, "\n{name}: {times} x {}\n{plan}\n", plan.sql())?;
            }
        }
        Ok(())
    }
}

fn count(plans: &[Plan], figure: impl Fn(&Plan) -> usize) -> f64 {
    plans.iter().map(figure).sum::<usize>() as f64
}

fn or_dash(figure: Option<f64>) -> String {
    figure.map_or("-".to_owned(), |figure| format!("{figure:.0}"))
}
