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

impl Comparison<'_> {
    /// The table alone. What a database does not say is a dash, or left out where it says it of neither.
    ///
    /// ```
    /// # use blog::schema::posts;
    /// # use diesel::prelude::*;
    /// use turbodiesel::{plan::{Plan, Plans}, prelude::*};
    ///
    /// let conn = &mut blog::example()?;
    /// let in_a_loop: Plans =
    ///     (1..=3).map(|id| posts::table.filter(posts::title.eq("Rain")).find(id).explain(conn)).collect::<Result<_, _>>()?;
    /// let at_once = posts::table.filter(posts::title.eq("Rain")).explain(conn)?;
    /// assert_eq!(
    ///     Plan::compare(&in_a_loop, &at_once).figures(),
    ///     "                           naive       eager
    /// statements                     3           1
    /// full scans                     0           1
    /// sorts                          0           0
    /// temporary tables               0           0
    /// "
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn figures(&self) -> String {
        let mut text = format!("{:<20}{:>12}{:>12}\n", "", "naive", "eager");
        let mut row =
            |name: &str, figure: &dyn Fn(&[Plan]) -> Option<f64>| match (figure(self.naive), figure(self.eager)) {
                (None, None) => {}
                (naive, eager) => text.push_str(&format!("{name:<20}{:>12}{:>12}\n", or_dash(naive), or_dash(eager))),
            };
        row("statements", &|plans| Some(plans.len() as f64));
        row("rows expected", &|plans| plans.iter().map(Plan::estimated_rows).sum());
        row("rows read", &|plans| plans.iter().map(Plan::rows_read).sum());
        row("full scans", &|plans| Some(count(plans, |plan| plan.full_scans().len())));
        row("sorts", &|plans| Some(count(plans, |plan| plan.sorts().len())));
        row("temporary tables", &|plans| Some(count(plans, |plan| plan.temporary_tables().len())));
        text
    }
}

/// The table, then the plans of both, each once with the number of its statements.
impl fmt::Display for Comparison<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.figures())?;
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
