//! What one page is read by: its ordering, its bounds, its direction, the form of its predicate.

use std::sync::atomic::{AtomicUsize, Ordering as Atomic};

use diesel::query_builder::AstPass;
use diesel::result::QueryResult;

use super::key::{Nulls, SeekKey, nulls_come_last};
use super::ordering::OrderingOn;
use super::stored::Stored;
use super::values::GivenValue;
use crate::backend::{Dialect, SeekForm};

/// What a page is read by, before it is a statement.
#[derive(Debug)]
pub struct Bounds {
    /// The keys that decide, by their place in the ordering.
    pub(super) kept: Vec<usize>,
    pub(super) start: Option<End>,
    pub(super) stop: Option<End>,
    pub(super) backward: bool,
    pub(super) form: SeekForm,
    /// The query has a HAVING of its own.
    pub(super) having: bool,
    /// Rows to read: one more than the page has.
    pub(super) limit: i64,
    /// Whether the rows beyond `start` and `stop` are asked for too.
    pub(super) exact: bool,
    /// Rows of all parts together, where there are several.
    pub(super) limit_of_all: i64,
}

impl Bounds {
    /// Whether each row says what it is for.
    pub(super) fn is_marked(&self) -> bool {
        self.exact && (self.start.is_some() || self.stop.is_some())
    }
}

/// One end of what is read: `start` is where reading begins, `stop` where it ends. Read backward, `start` is the later one.
#[derive(Debug)]
pub(super) struct End {
    pub(super) at: Position,
    /// The position is part of what is read.
    pub(super) inclusive: bool,
}

/// A position in an ordering.
#[derive(Debug)]
pub(super) enum Position {
    /// A value for each key that decides.
    Stored(Vec<Stored>),
    /// The values that the ordering itself carries.
    Given,
}

/// An ordering and the bounds of one page: everything in its statement that is not the user's query.
#[derive(Debug)]
pub struct Plan<O> {
    pub(super) ordering: O,
    pub(super) bounds: Bounds,
    /// Which part is being written, while the query is written once for each. Only the nodes of the statement read it, and
    /// only the statement that owns this plan sets it.
    pub(super) part: AtomicUsize,
}

/// One SELECT of the statement.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) role: Role,
    /// The one range that it reads, where the order is read range by range.
    pub(super) segment: Option<Segment>,
}

/// What a SELECT is for. Its number stands in each row of a statement that has several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// To know whether there is a row before `start`.
    Behind = 0,
    /// To know whether there is a row after `stop`.
    Ahead = 1,
    /// The rows of the page.
    Page = 2,
}

/// "After the bound" as ranges that do not overlap: `keys[..i]` equal the bound and `keys[i]` comes after it, by its value
/// or by being, or not being, NULL.
#[derive(Debug, Clone, Copy)]
pub(super) enum Segment {
    Beyond(usize),
    IsNull(usize),
    NotNull(usize),
}

impl Segment {
    /// The last key that it says something about.
    pub(super) fn key(self) -> usize {
        let (Segment::Beyond(key) | Segment::IsNull(key) | Segment::NotNull(key)) = self;
        key
    }
}

/// A value of a bound.
pub(super) enum Value<'b, DB: Dialect> {
    Stored(&'b dyn SeekKey<DB>, &'b Stored),
    Given(&'b dyn SeekKey<DB>, &'b dyn GivenValue<DB>),
}

impl<'b, DB: Dialect> Value<'b, DB> {
    pub(super) fn is_null(&self) -> bool {
        match self {
            Value::Stored(_, value) => **value == Stored::Null,
            Value::Given(_, value) => value.is_null(),
        }
    }

    pub(super) fn push(&self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        match self {
            Value::Stored(key, value) => key.bind(value, out),
            Value::Given(key, value) => key.push_given(*value, out),
        }
    }
}

impl<O> Plan<O> {
    pub(super) fn new(ordering: O, bounds: Bounds) -> Self {
        Plan { ordering, bounds, part: AtomicUsize::new(0) }
    }

    /// The keys that decide.
    pub(super) fn keys<DB: Dialect>(&self) -> Vec<&dyn SeekKey<DB>>
    where
        O: OrderingOn<DB>,
    {
        let all = self.ordering.keys();
        self.bounds.kept.iter().filter_map(|&key| all.get(key).copied()).collect()
    }

    /// The values of a bound, one for each of these keys.
    pub(super) fn values<'b, DB: Dialect>(&'b self, end: &'b End) -> Vec<Value<'b, DB>>
    where
        O: OrderingOn<DB>,
    {
        match &end.at {
            Position::Stored(values) => {
                self.keys().into_iter().zip(values).map(|(key, value)| Value::Stored(key, value)).collect()
            }
            Position::Given => {
                let kept = self.bounds.kept.iter().zip(self.keys());
                kept.filter_map(|(&i, key)| self.ordering.given(i).map(|value| Value::Given(key, value))).collect()
            }
        }
    }

    /// From here on the query is written to be counted, without bounds and keys, or no more.
    pub(super) fn count(&self, begin: bool) {
        self.part.store(if begin { COUNTED } else { 0 }, Atomic::Relaxed);
    }

    pub(super) fn is_counted(&self) -> bool {
        self.part.load(Atomic::Relaxed) == COUNTED
    }

    /// The SELECTs of the statement: those of the page, nearest first, then those that ask what is beyond.
    pub(super) fn parts<DB: Dialect>(&self) -> Vec<Part>
    where
        O: OrderingOn<DB>,
    {
        let Bounds { start, stop, backward, exact, .. } = &self.bounds;
        let mut parts = Vec::new();
        let mut add = |role, ranges: Vec<Segment>| match ranges.is_empty() {
            true => parts.push(Part { role, segment: None }),
            false => parts.extend(ranges.into_iter().map(|range| Part { role, segment: Some(range) })),
        };
        add(Role::Page, self.ranges(start.as_ref(), *backward));
        if *exact {
            let beyond = [(Role::Behind, start, !backward), (Role::Ahead, stop, *backward)];
            for (role, end, backward) in beyond {
                if end.is_some() {
                    add(role, self.ranges(end.as_ref(), backward));
                }
            }
        }
        parts
    }

    /// The ranges beyond `end` that are read one by one; none where one SELECT does.
    fn ranges<DB: Dialect>(&self, end: Option<&End>, backward: bool) -> Vec<Segment>
    where
        O: OrderingOn<DB>,
    {
        if self.bounds.form != SeekForm::Segments {
            return Vec::new();
        }
        let keys = self.keys();
        match end {
            Some(end) => segments(&keys, &self.values(end), backward),
            // No index has the NULLs where they are wanted, but it has them together: two ranges of it are the order.
            None => match keys.first() {
                Some(&key) if key.foreign_nulls().is_some() && !DB::NULLS_IN_INDEX => {
                    let nulls_last = nulls_come_last(key, backward);
                    let (near, far) = (Segment::NotNull(0), Segment::IsNull(0));
                    if nulls_last { vec![near, far] } else { vec![far, near] }
                }
                _ => Vec::new(),
            },
        }
    }

    /// Whether each row says what it is for.
    pub(super) fn is_marked(&self) -> bool {
        self.bounds.is_marked()
    }

    /// The SELECT that is being written.
    pub(super) fn part<DB: Dialect>(&self) -> Part
    where
        O: OrderingOn<DB>,
    {
        let part = self.parts().get(self.part.load(Atomic::Relaxed)).copied();
        part.unwrap_or(Part { role: Role::Page, segment: None })
    }

    /// Whether a part is read from its end.
    pub(super) fn is_backward(&self, role: Role) -> bool {
        self.bounds.backward != (role == Role::Behind)
    }

    /// `"created_at" DESC, "id" DESC`, or by name, `keyset_1 DESC, keyset_2 DESC`, where the keys are columns of a UNION.
    pub(super) fn order_by<'b, DB: Dialect>(&'b self, of_union: bool, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        O: OrderingOn<DB>,
    {
        let part = if of_union { Part { role: Role::Page, segment: None } } else { self.part::<DB>() };
        let backward = self.is_backward(part.role);
        // Inside a range it is known whether these keys are NULL. To say where NULLs stand would only make the database
        // sort what its index has in order.
        let known = if DB::NULLS_IN_INDEX { None } else { part.segment.map(Segment::key) };
        for (i, key) in self.keys().into_iter().enumerate() {
            if i > 0 {
                out.push_sql(", ");
            }
            let push_key = |mut out: AstPass<'_, 'b, DB>| {
                if of_union {
                    out.push_sql(&name(i));
                    Ok(())
                } else {
                    key.expr(out)
                }
            };
            let nulls = (key.foreign_nulls().is_some() && known.is_none_or(|known| i > known))
                .then(|| if nulls_come_last(key, backward) { Nulls::Last } else { Nulls::First });
            if let (Some(nulls), false) = (nulls, DB::NULLS_SYNTAX) {
                push_key(out.reborrow())?;
                out.push_sql(if nulls == Nulls::Last { " IS NULL, " } else { " IS NOT NULL, " });
            }
            push_key(out.reborrow())?;
            out.push_sql(if key.is_descending() != backward { " DESC" } else { " ASC" });
            if let (Some(nulls), true) = (nulls, DB::NULLS_SYNTAX) {
                out.push_sql(if nulls == Nulls::Last { " NULLS LAST" } else { " NULLS FIRST" });
            }
        }
        Ok(())
    }
}

/// What the statement calls a key that it selects: no table has such a column.
pub(super) fn name(key: usize) -> String {
    format!("keyset_{}", key + 1)
}

/// The part that is none: all rows, to be counted.
const COUNTED: usize = usize::MAX;

/// What it calls the column that says what a row is for.
pub(super) const PART: &str = "keyset_part";

/// All keys NOT NULL, all in one direction.
pub(super) fn is_uniform<DB: Dialect>(keys: &[&dyn SeekKey<DB>]) -> bool {
    let descending = keys.first().is_some_and(|key| key.is_descending());
    keys.iter().all(|key| !key.is_nullable() && key.is_descending() == descending)
}

/// The ranges after `bound`, nearest first.
pub(super) fn segments<DB: Dialect>(
    keys: &[&dyn SeekKey<DB>],
    bound: &[Value<'_, DB>],
    backward: bool,
) -> Vec<Segment> {
    let mut segments = Vec::new();
    for (i, (&key, value)) in keys.iter().zip(bound).enumerate().rev() {
        let nulls_last = nulls_come_last(key, backward);
        match value.is_null() {
            // After the NULLs: the values, unless they came before.
            true if nulls_last => {}
            true => segments.push(Segment::NotNull(i)),
            false => {
                segments.push(Segment::Beyond(i));
                if key.is_nullable() && nulls_last {
                    segments.push(Segment::IsNull(i));
                }
            }
        }
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_names_of_their_own() {
        assert_eq!([name(0), name(7)], ["keyset_1", "keyset_8"]);
    }
}
