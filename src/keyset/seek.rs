//! One ordering value, and everything that is written from it: ORDER BY, the seek predicate, the keys of each row.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering as Atomic};

use diesel::expression::expression_types::NotSelectable;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, TypedExpressionType, ValidGrouping};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::Bool;

use super::ordering::{Nulls, Ordering, OrderingOn, SeekKey};
use super::stored::Stored;
use crate::backend::{Dialect, SeekForm};

/// An ordering, the bounds of one page, and the direction in which it is read.
///
/// `start` is where reading begins, `stop` where it ends, both exclusive: read backward, `start` is the later one.
#[derive(Debug)]
pub(crate) struct Plan<O> {
    pub(super) ordering: O,
    pub(super) start: Option<Vec<Stored>>,
    pub(super) stop: Option<Vec<Stored>>,
    pub(super) backward: bool,
    /// Which segment the one predicate writes, while the query is written once for each. Only [`Seek`] reads it, and only
    /// the statement that owns this plan sets it.
    pub(super) segment: AtomicUsize,
}

/// "After the bound" as ranges that do not overlap: `keys[..i]` equal the bound and `keys[i]` comes after it, by its value
/// or by being, or not being, NULL.
#[derive(Debug, Clone, Copy)]
pub(super) enum Segment {
    Beyond(usize),
    IsNull(usize),
    NotNull(usize),
}

impl<O> Plan<O> {
    fn form<DB: Dialect>(&self) -> SeekForm
    where
        O: OrderingOn<DB>,
    {
        if self.is_uniform() { DB::UNIFORM_SEEK } else { DB::MIXED_SEEK }
    }

    /// The form of the bound at which reading ends. It stands in every segment, so it has none of its own; a row value still
    /// ends the range.
    fn stop_form<DB: Dialect>(&self) -> SeekForm
    where
        O: OrderingOn<DB>,
    {
        match self.form::<DB>() {
            SeekForm::Segments if self.is_uniform() => SeekForm::RowValue,
            form => form,
        }
    }

    /// All keys NOT NULL, all in one direction.
    fn is_uniform<DB: Dialect>(&self) -> bool
    where
        O: OrderingOn<DB>,
    {
        let keys = self.ordering.keys();
        let descending = keys.first().is_some_and(|key| key.is_descending());
        keys.iter().all(|key| !key.is_nullable() && key.is_descending() == descending)
    }

    /// The ranges that the statement must read one by one; none where one SELECT does.
    pub(super) fn ranges<DB: Dialect>(&self) -> usize
    where
        O: OrderingOn<DB>,
    {
        match &self.start {
            Some(start) if self.form::<DB>() == SeekForm::Segments => {
                segments(&self.ordering.keys(), start, self.backward).len()
            }
            _ => 1,
        }
    }

    /// `"created_at" DESC, "id" DESC`, or by position, `1 DESC, 2 DESC`, where the keys are the first columns of a UNION.
    pub(super) fn order_by<'b, DB: Dialect>(
        &'b self,
        by_position: bool,
        mut out: AstPass<'_, 'b, DB>,
    ) -> QueryResult<()>
    where
        O: OrderingOn<DB>,
    {
        for (i, key) in self.ordering.keys().into_iter().enumerate() {
            if i > 0 {
                out.push_sql(", ");
            }
            let nulls = (key.is_nullable() && key.chosen_nulls().is_some())
                .then(|| if nulls_come_last(key, self.backward) { Nulls::Last } else { Nulls::First });
            if let (Some(nulls), false) = (nulls, DB::NULLS_SYNTAX) {
                key.expr(out.reborrow())?;
                out.push_sql(if nulls == Nulls::Last { " IS NULL, " } else { " IS NOT NULL, " });
            }
            if by_position {
                out.push_sql(&(i + 1).to_string());
            } else {
                key.expr(out.reborrow())?;
            }
            out.push_sql(if key.is_descending() != self.backward { " DESC" } else { " ASC" });
            if let (Some(nulls), true) = (nulls, DB::NULLS_SYNTAX) {
                out.push_sql(if nulls == Nulls::Last { " NULLS LAST" } else { " NULLS FIRST" });
            }
        }
        Ok(())
    }
}

/// Whether NULLs of this key come last in the direction of reading.
fn nulls_come_last<DB: Dialect>(key: &dyn SeekKey<DB>, backward: bool) -> bool {
    (key.nulls() == Nulls::Last) != backward
}

/// The ranges after `bound`, nearest first.
fn segments<DB: Dialect>(keys: &[&dyn SeekKey<DB>], bound: &[Stored], backward: bool) -> Vec<Segment> {
    let mut segments = Vec::new();
    for (i, (&key, value)) in keys.iter().zip(bound).enumerate().rev() {
        let nulls_last = nulls_come_last(key, backward);
        match value {
            // After the NULLs: the values, unless they came before.
            Stored::Null if nulls_last => {}
            Stored::Null => segments.push(Segment::NotNull(i)),
            _ => {
                segments.push(Segment::Beyond(i));
                if key.is_nullable() && nulls_last {
                    segments.push(Segment::IsNull(i));
                }
            }
        }
    }
    segments
}

/// `"a" = ? AND "b" > ?`
fn push_segment<'b, DB: Dialect>(
    keys: &[&'b dyn SeekKey<DB>],
    bound: &'b [Stored],
    backward: bool,
    segment: Segment,
    mut out: AstPass<'_, 'b, DB>,
) -> QueryResult<()> {
    let (Segment::Beyond(last) | Segment::IsNull(last) | Segment::NotNull(last)) = segment;
    for (i, (key, value)) in keys.iter().zip(bound).enumerate().take(last + 1) {
        if i > 0 {
            out.push_sql(" AND ");
        }
        key.expr(out.reborrow())?;
        match (i == last, segment) {
            (false, _) if *value == Stored::Null => out.push_sql(" IS NULL"),
            (false, _) => {
                out.push_sql(" = ");
                key.bind(value, out.reborrow())?;
            }
            (true, Segment::IsNull(_)) => out.push_sql(" IS NULL"),
            (true, Segment::NotNull(_)) => out.push_sql(" IS NOT NULL"),
            (true, Segment::Beyond(_)) => {
                out.push_sql(if key.is_descending() != backward { " < " } else { " > " });
                key.bind(value, out.reborrow())?;
            }
        }
    }
    Ok(())
}

/// "After the bound", in one predicate or in the segment that is being written.
fn push_beyond<'b, DB: Dialect>(
    keys: &[&'b dyn SeekKey<DB>],
    bound: &'b [Stored],
    backward: bool,
    form: SeekForm,
    segment: Option<usize>,
    mut out: AstPass<'_, 'b, DB>,
) -> QueryResult<()> {
    // ("created_at", "id") < ($1, $2)
    if let (SeekForm::RowValue, [first, _, ..]) = (form, keys) {
        out.push_sql("(");
        for (i, key) in keys.iter().enumerate() {
            out.push_sql(if i > 0 { ", " } else { "" });
            key.expr(out.reborrow())?;
        }
        out.push_sql(if first.is_descending() != backward { ") < (" } else { ") > (" });
        for (i, (key, value)) in keys.iter().zip(bound).enumerate() {
            out.push_sql(if i > 0 { ", " } else { "" });
            key.bind(value, out.reborrow())?;
        }
        out.push_sql(")");
        return Ok(());
    }
    // ("created_at" < ?) OR ("created_at" = ? AND "id" < ?), or one of these alone
    let mut all = segments(keys, bound, backward);
    if let Some(one) = segment {
        all = all.get(one).copied().into_iter().collect();
    }
    if all.is_empty() {
        out.push_sql("1 = 0");
    }
    let chain = all.len() > 1;
    // The widest range first: MariaDB takes its bound from it.
    for (i, segment) in all.into_iter().rev().enumerate() {
        out.push_sql(match (chain, i) {
            (false, _) => "",
            (true, 0) => "((",
            (true, _) => ") OR (",
        });
        push_segment(keys, bound, backward, segment, out.reborrow())?;
    }
    out.push_sql(if chain { "))" } else { "" });
    Ok(())
}

macro_rules! node {
    ($(#[$doc:meta] $Node:ident: $ST:ty;)+) => {$(
        #[$doc]
        #[derive(Debug)]
        pub struct $Node<O>(pub(super) Arc<Plan<O>>);

        impl<O: Ordering> Expression for $Node<O>
        where
            $ST: TypedExpressionType,
        {
            type SqlType = $ST;
        }
        impl<O: Ordering<Exprs: AppearsOnTable<QS>>, QS> AppearsOnTable<QS> for $Node<O> where Self: Expression {}
        impl<O: Ordering<Exprs: SelectableExpression<QS>>, QS> SelectableExpression<QS> for $Node<O> where
            Self: AppearsOnTable<QS>
        {
        }
        impl<O: Ordering<Exprs: ValidGrouping<GB>>, GB> ValidGrouping<GB> for $Node<O> {
            type IsAggregate = <O::Exprs as ValidGrouping<GB>>::IsAggregate;
        }
        // The text varies with the bounds and directions: it is cached by its text.
        impl<O> QueryId for $Node<O> {
            type QueryId = ();
            const HAS_STATIC_QUERY_ID: bool = false;
        }
    )+};
}
node! {
    /// The predicate: after `start`, before `stop`.
    Seek: Bool;
    /// ORDER BY.
    OrderBy: NotSelectable;
    /// The keys of each row, selected before the row.
    Keys: O::SqlTypes;
}

impl<O: OrderingOn<DB>, DB: Dialect> QueryFragment<DB> for Seek<O> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let plan = &*self.0;
        let keys = plan.ordering.keys();
        let form = plan.form::<DB>();
        if let Some(start) = &plan.start {
            let segment = (form == SeekForm::Segments).then(|| plan.segment.load(Atomic::Relaxed));
            push_beyond(&keys, start, plan.backward, form, segment, out.reborrow())?;
        }
        if let Some(stop) = &plan.stop {
            out.push_sql(if plan.start.is_some() { " AND " } else { "" });
            push_beyond(&keys, stop, !plan.backward, plan.stop_form::<DB>(), None, out.reborrow())?;
        }
        if plan.start.is_none() && plan.stop.is_none() {
            out.push_sql("1 = 1");
        }
        Ok(())
    }
}

impl<O: OrderingOn<DB>, DB: Dialect> QueryFragment<DB> for OrderBy<O> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.order_by(false, out)
    }
}

impl<O: OrderingOn<DB>, DB: Dialect> QueryFragment<DB> for Keys<O> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        for (i, key) in self.0.ordering.keys().into_iter().enumerate() {
            out.push_sql(if i > 0 { ", " } else { "" });
            key.expr(out.reborrow())?;
        }
        Ok(())
    }
}
