//! The plans of several statements.

use std::ops::Deref;

use super::Plan;

/// The plan of each statement of a load, in the order in which they are sent.
///
/// A slice of [`Plan`]s with the questions and assertions of one. Made by `.explain(conn)` on a preload or a keyset page,
/// or collected, from a loop for example.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plans(Vec<Plan>);

impl Deref for Plans {
    type Target = [Plan];

    fn deref(&self) -> &[Plan] {
        &self.0
    }
}

impl From<Vec<Plan>> for Plans {
    fn from(plans: Vec<Plan>) -> Self {
        Plans(plans)
    }
}

impl FromIterator<Plan> for Plans {
    fn from_iter<I: IntoIterator<Item = Plan>>(plans: I) -> Self {
        Plans(plans.into_iter().collect())
    }
}

impl Extend<Plan> for Plans {
    fn extend<I: IntoIterator<Item = Plan>>(&mut self, plans: I) {
        self.0.extend(plans);
    }
}

impl IntoIterator for Plans {
    type Item = Plan;
    type IntoIter = std::vec::IntoIter<Plan>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Plans {
    type Item = &'a Plan;
    type IntoIter = std::slice::Iter<'a, Plan>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
