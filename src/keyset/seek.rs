//! The nodes of a page's statement: the predicate, and the keys beside the row.

use std::marker::PhantomData;
use std::sync::Arc;

use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::Bool;

use super::key::SeekKey;
use super::ordering::{Ordering, OrderingOn};
use super::plan::{PART, Part, Plan, Role, Segment, Value, is_uniform, name, segments};
use super::row::Keyed;
use crate::backend::{Dialect, SeekForm};

/// The predicate: after `start`, before `stop`. It stands in WHERE; where a key is an aggregate, [`Plan::push_seek`] writes it
/// in HAVING and this is empty.
#[derive(Debug)]
pub struct Seek<O>(pub(super) Arc<Plan<O>>);

impl<O: Ordering> Expression for Seek<O> {
    type SqlType = Bool;
}
impl<O: Ordering<Exprs: AppearsOnTable<QS>>, QS> AppearsOnTable<QS> for Seek<O> {}
impl<O: Ordering<Exprs: SelectableExpression<QS>>, QS> SelectableExpression<QS> for Seek<O> {}
// Whether keys and groups fit together is decided where the keys are selected.
impl<O: Ordering, GB> ValidGrouping<GB> for Seek<O> {
    type IsAggregate = is_aggregate::Never;
}
// The text varies with the bounds and directions: it is cached by its text.
impl<O> QueryId for Seek<O> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<O: OrderingOn<DB>, DB: Dialect> QueryFragment<DB> for Seek<O> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if self.0.is_sought() && !self.0.is_aggregate::<DB>() && !self.0.is_counted() {
            return self.0.push_seek(out);
        }
        out.push_sql("1 = 1");
        Ok(())
    }
}

/// What is selected: the row, then the keys under names of their own.
#[derive(Debug)]
pub struct Selected<S, O> {
    pub(super) selection: S,
    pub(super) plan: Arc<Plan<O>>,
}

impl<S: Expression<SqlType: 'static>, O: Ordering> Expression for Selected<S, O> {
    type SqlType = Keyed<S::SqlType>;
}
impl<S: AppearsOnTable<QS>, O: Ordering<Exprs: AppearsOnTable<QS>>, QS> AppearsOnTable<QS> for Selected<S, O> where
    Self: Expression
{
}
impl<S: SelectableExpression<QS>, O: Ordering<Exprs: SelectableExpression<QS>>, QS> SelectableExpression<QS>
    for Selected<S, O>
where
    Self: AppearsOnTable<QS>,
{
}
impl<S, O: Ordering, GB> ValidGrouping<GB> for Selected<S, O>
where
    (S, O::Exprs): ValidGrouping<GB>,
{
    type IsAggregate = <(S, O::Exprs) as ValidGrouping<GB>>::IsAggregate;
}
impl<S, O> QueryId for Selected<S, O> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<S: QueryFragment<DB>, O: OrderingOn<DB>, DB: Dialect> QueryFragment<DB> for Selected<S, O> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if self.plan.is_counted() {
            out.push_sql("1");
            return Ok(());
        }
        self.selection.walk_ast(out.reborrow())?;
        for (i, key) in self.plan.keys::<DB>().into_iter().enumerate() {
            out.push_sql(", ");
            key.expr(out.reborrow())?;
            out.push_sql(" AS ");
            out.push_sql(&name(i));
        }
        if self.plan.is_marked() {
            let role = self.plan.part::<DB>().role as u8;
            out.push_sql(&format!(", {role} AS {PART}"));
        }
        Ok(())
    }
}

impl<O> Plan<O> {
    /// Whether there is a predicate: a bound, or a range.
    pub(super) fn is_sought(&self) -> bool {
        self.bounds.start.is_some() || self.bounds.stop.is_some() || self.bounds.form == SeekForm::Segments
    }

    /// Whether the predicate can only stand in HAVING.
    pub(super) fn is_aggregate<DB: Dialect>(&self) -> bool
    where
        O: OrderingOn<DB>,
    {
        self.keys::<DB>().iter().any(|key| key.is_aggregate())
    }

    /// The predicate, in the range that is being written.
    pub(super) fn push_seek<'b, DB: Dialect>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        O: OrderingOn<DB>,
    {
        let keys = self.keys();
        let Part { role, segment } = self.part::<DB>();
        let backward = self.is_backward(role);
        let form = self.bounds.form;
        if let (Role::Behind, Some(end), _) | (Role::Ahead, _, Some(end)) =
            (role, &self.bounds.start, &self.bounds.stop)
        {
            // What is not part of the page is beyond it.
            let beyond = Beyond { keys: &keys, values: &self.values(end), inclusive: !end.inclusive, backward };
            return beyond.push(form, segment, out);
        }
        let mut written = true;
        match (&self.bounds.start, segment) {
            (Some(start), segment) => {
                let beyond = Beyond { keys: &keys, values: &self.values(start), inclusive: start.inclusive, backward };
                beyond.push(form, segment, out.reborrow())?;
            }
            // Without a bound, a range is one of the two halves of the first key.
            (None, Some(half)) => {
                if let Some(&key) = keys.first() {
                    push_null(key, matches!(half, Segment::IsNull(_)), out.reborrow())?;
                }
            }
            (None, None) => written = false,
        }
        match &self.bounds.stop {
            Some(stop) => {
                out.push_sql(if written { " AND " } else { "" });
                // It stands in every range, so it has none of its own; a row value still ends the range.
                let form = match self.bounds.form {
                    SeekForm::Segments if is_uniform(&keys) => SeekForm::RowValue,
                    SeekForm::Segments => SeekForm::OrChain,
                    form => form,
                };
                let beyond =
                    Beyond { keys: &keys, values: &self.values(stop), inclusive: stop.inclusive, backward: !backward };
                beyond.push(form, None, out.reborrow())?;
            }
            None if written => {}
            None => out.push_sql("1 = 1"),
        }
        Ok(())
    }
}

/// `"score" IS NULL`, or `IS NOT NULL`.
fn push_null<'b, DB: Dialect>(
    key: &'b dyn SeekKey<DB>,
    is_null: bool,
    mut out: AstPass<'_, 'b, DB>,
) -> QueryResult<()> {
    let as_range = is_null && DB::NULL_IS_A_LOOKUP;
    out.push_sql(if as_range { "(" } else { "" });
    key.expr(out.reborrow())?;
    out.push_sql(if is_null { " IS NULL" } else { " IS NOT NULL" });
    if as_range {
        // Never true, and enough to make a range of it.
        out.push_sql(" OR ");
        key.expr(out.reborrow())?;
        out.push_sql(" < NULL)");
    }
    Ok(())
}

/// "After this bound", in the direction of reading.
struct Beyond<'a, 'b, DB: Dialect> {
    keys: &'a [&'b dyn SeekKey<DB>],
    values: &'a [Value<'b, DB>],
    /// The bound itself is part of it.
    inclusive: bool,
    backward: bool,
}

impl<'b, DB: Dialect> Beyond<'_, 'b, DB> {
    fn push(&self, form: SeekForm, segment: Option<Segment>, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if let (SeekForm::RowValue, [_, _, ..]) = (form, self.keys) {
            return self.push_row_value(out);
        }
        // ("created_at" < ?) OR ("created_at" = ? AND "id" < ?), or one of these alone
        let all = match segment {
            Some(one) => vec![one],
            None => segments(self.keys, self.values, self.backward),
        };
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
            self.push_segment(segment, out.reborrow())?;
        }
        out.push_sql(if chain { "))" } else { "" });
        Ok(())
    }

    /// `("created_at", "id") < ($1, $2)`
    fn push_row_value(&self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        for (i, key) in self.keys.iter().enumerate() {
            out.push_sql(if i > 0 { ", " } else { "(" });
            key.expr(out.reborrow())?;
        }
        out.push_sql(") ");
        out.push_sql(self.operator(0, self.inclusive));
        for (i, value) in self.values.iter().enumerate() {
            out.push_sql(if i > 0 { ", " } else { " (" });
            value.push(out.reborrow())?;
        }
        out.push_sql(")");
        Ok(())
    }

    /// `"a" = ? AND "b" > ?`
    fn push_segment(&self, segment: Segment, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let last = segment.key();
        for (i, (key, value)) in self.keys.iter().zip(self.values).enumerate().take(last + 1) {
            if i > 0 {
                out.push_sql(" AND ");
            }
            let operator = match (i == last, segment) {
                (false, _) if value.is_null() => {
                    push_null(*key, true, out.reborrow())?;
                    continue;
                }
                (false, _) => "=",
                (true, Segment::IsNull(_) | Segment::NotNull(_)) => {
                    push_null(*key, matches!(segment, Segment::IsNull(_)), out.reborrow())?;
                    continue;
                }
                // All keys are equal only where the last one is.
                (true, Segment::Beyond(_)) => self.operator(i, self.inclusive && i + 1 == self.keys.len()),
            };
            key.expr(out.reborrow())?;
            out.push_sql(" ");
            out.push_sql(operator);
            out.push_sql(" ");
            value.push(out.reborrow())?;
        }
        Ok(())
    }

    fn operator(&self, key: usize, inclusive: bool) -> &'static str {
        let descending = self.keys.get(key).is_some_and(|key| key.is_descending()) != self.backward;
        match (descending, inclusive) {
            (true, false) => "<",
            (true, true) => "<=",
            (false, false) => ">",
            (false, true) => ">=",
        }
    }
}

/// A predicate on a query of the table `T` alone: the compiler refuses it in a join. It is never sent; that it could be
/// added proves that a primary key of `T` stands in one row of the result.
#[derive(Debug)]
pub struct Alone<T>(PhantomData<fn() -> T>);

impl<T> Expression for Alone<T> {
    type SqlType = Bool;
}
impl<T> AppearsOnTable<T> for Alone<T> {}
impl<T> SelectableExpression<T> for Alone<T> {}
impl<T, GB> ValidGrouping<GB> for Alone<T> {
    type IsAggregate = is_aggregate::Never;
}
impl<T> QueryId for Alone<T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<T, DB: Dialect> QueryFragment<DB> for Alone<T> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("1 = 1");
        Ok(())
    }
}
