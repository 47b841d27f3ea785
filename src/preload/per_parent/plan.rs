//! One value from which every form of the statement is written: order, keys, limits.

use std::sync::Arc;

use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Integer};

use crate::backend::{Dialect, KeyTable, TopN};
use crate::index::split;
use crate::preload::Key;
use crate::preload::plumbing::at_key::Parent;

/// What is read for each parent, and how.
#[derive(Debug)]
pub(crate) struct Plan<E, N, K> {
    pub(super) form: TopN,
    pub(super) order: E,
    pub(super) columns: N,
    pub(super) parent: Arc<Parent<K>>,
    /// The columns that hold the parent's key, as SQL, one by one.
    pub(super) foreign_key: Vec<String>,
    /// The columns of the children's primary key, as SQL, one by one.
    pub(super) primary_key: Vec<String>,
    /// Whether a key has text in it, which a collation may take for equal to another spelling: then the key is selected that was
    /// asked for, and not the one in the row.
    pub(super) spelled: bool,
    /// Whether the last key of the order descends: the primary key goes with it, so that one index serves both.
    pub(super) descending: bool,
    /// What stands behind the order: the columns of the primary key that are not in it.
    pub(super) ties: Vec<String>,
    pub(super) limit: i64,
    pub(super) offset: i64,
    pub(super) end: i64,
}

impl<E, N, K> Plan<E, N, K> {
    /// `"posts"."created_at" DESC, "posts"."id" DESC`: the order, then the rest of the primary key, which cuts ties.
    pub(super) fn push_order<'b, DB: Dialect>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        E: QueryFragment<DB>,
    {
        self.order.walk_ast(out.reborrow())?;
        for column in &self.ties {
            out.push_sql(", ");
            out.push_sql(column);
            out.push_sql(if self.descending { " DESC" } else { "" });
        }
        Ok(())
    }

    /// ` ORDER BY .. LIMIT ? OFFSET ?`
    pub(super) fn push_cut<'b, DB: Dialect>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        E: QueryFragment<DB>,
        i64: ToSql<BigInt, DB>,
    {
        self.push_cut_at(&self.limit, out)
    }

    /// The same with another limit.
    pub(super) fn push_cut_at<'b, DB: Dialect>(
        &'b self,
        limit: &'b i64,
        mut out: AstPass<'_, 'b, DB>,
    ) -> QueryResult<()>
    where
        E: QueryFragment<DB>,
        i64: ToSql<BigInt, DB>,
    {
        out.push_sql(" ORDER BY ");
        self.push_order(out.reborrow())?;
        out.push_sql(" LIMIT ");
        out.push_bind_param::<BigInt, _>(limit)?;
        if self.offset > 0 {
            out.push_sql(" OFFSET ");
            out.push_bind_param::<BigInt, _>(&self.offset)?;
        }
        Ok(())
    }

    /// `"posts"."id" = _t.p0 AND ..`: the rows of the primary keys; `of` gives the `i`-th value.
    pub(super) fn push_rows<DB: Dialect>(&self, of: impl Fn(usize) -> String, out: &mut AstPass<'_, '_, DB>) {
        for (i, column) in self.primary_key.iter().enumerate() {
            out.push_sql(if i > 0 { " AND " } else { " ON " });
            out.push_sql(column);
            out.push_sql(" = ");
            out.push_sql(&of(i));
        }
    }
}

/// The columns of an expression as SQL, one by one: `"a"."x", "a"."y"` is two.
pub(crate) fn columns_of<DB: Dialect>(columns: &impl QueryFragment<DB>) -> Vec<String> {
    let sql = diesel::debug_query::<DB, _>(columns).to_string();
    let sql = sql.rsplit_once(" -- binds").map_or(sql.as_str(), |(sql, _)| sql);
    split(sql).into_iter().map(|column| column.trim().to_owned()).collect()
}

/// The columns of the primary key that an order does not have.
pub(super) fn ties(primary_key: &[String], order: &[String]) -> Vec<String> {
    let direction = [" NULLS FIRST", " NULLS LAST", " DESC", " ASC"];
    let column = |key: &String| direction.iter().fold(key.clone(), |key, end| key.trim_end_matches(end).to_owned());
    let ordered: Vec<String> = order.iter().map(column).collect();
    primary_key.iter().filter(|column| !ordered.contains(column)).cloned().collect()
}

/// What the query of one parent selects: it depends on the form.
#[derive(Debug)]
pub struct Chosen<E, N, K, Child> {
    pub(super) plan: Arc<Plan<E, N, K>>,
    pub(super) child: Child,
}

// Read by the statement around it alone, which has a type of its own.
impl<E, N, K, Child> Expression for Chosen<E, N, K, Child> {
    type SqlType = Integer;
}
impl<E, N, K, Child, QS> AppearsOnTable<QS> for Chosen<E, N, K, Child>
where
    E: AppearsOnTable<QS>,
    N: AppearsOnTable<QS>,
    Child: AppearsOnTable<QS>,
{
}
impl<E, N, K, Child, QS> SelectableExpression<QS> for Chosen<E, N, K, Child>
where
    E: AppearsOnTable<QS>,
    N: SelectableExpression<QS>,
    Child: SelectableExpression<QS>,
{
}
impl<E, N, K, Child, GB> ValidGrouping<GB> for Chosen<E, N, K, Child> {
    type IsAggregate = is_aggregate::Never;
}
impl<E, N, K, Child> QueryId for Chosen<E, N, K, Child> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<E, N, K, Child, DB> QueryFragment<DB> for Chosen<E, N, K, Child>
where
    DB: Dialect + KeyTable<K, N::SqlType>,
    K: Key,
    E: QueryFragment<DB>,
    N: Expression + QueryFragment<DB>,
    Child: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let plan = &*self.plan;
        match plan.form {
            TopN::Lateral => return self.child.walk_ast(out),
            TopN::Union => {
                out.push_sql("0, ");
                match plan.parent.asked().filter(|_| plan.spelled) {
                    Some(key) => DB::push_selected_key(key, out.reborrow())?,
                    None => plan.columns.walk_ast(out.reborrow())?,
                }
                out.push_sql(", ");
                return self.child.walk_ast(out);
            }
            TopN::Window => {
                out.push_sql("ROW_NUMBER() OVER (PARTITION BY ");
                plan.columns.walk_ast(out.reborrow())?;
                out.push_sql(" ORDER BY ");
                plan.push_order(out.reborrow())?;
                out.push_sql(") AS n");
                push_named(&plan.foreign_key, "f", true, &mut out);
            }
            TopN::LateralKeys | TopN::KeyArray | TopN::Single => {}
        }
        push_named(&plan.primary_key, "p", plan.form == TopN::Window, &mut out);
        Ok(())
    }
}

/// `"posts"."id" AS p0, ..`
fn push_named<DB: Dialect>(columns: &[String], name: &str, after: bool, out: &mut AstPass<'_, '_, DB>) {
    for (i, column) in columns.iter().enumerate() {
        out.push_sql(if after || i > 0 { ", " } else { "" });
        out.push_sql(&format!("{column} AS {name}{i}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_the_order_has_cuts_no_ties() {
        let of = |key: &[&str], order: &[&str]| {
            let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
            ties(&owned(key), &owned(order))
        };
        assert_eq!(of(&["p.id"], &["p.at DESC"]), ["p.id"]);
        assert!(of(&["p.id"], &["p.at DESC", "p.id DESC"]).is_empty());
        assert!(of(&["p.id"], &["p.id"]).is_empty());
        assert!(of(&["p.id"], &["p.id ASC NULLS FIRST"]).is_empty());
        assert_eq!(of(&["t.a", "t.b"], &["t.b ASC"]), ["t.a"]);
        assert_eq!(of(&["p.id"], &["lower(p.id)"]), ["p.id"]);
    }
}
