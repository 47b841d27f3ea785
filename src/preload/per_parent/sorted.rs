//! A child query and the order of its children, kept apart: whoever reads the first children of a parent writes the order
//! in other places than at the end.

use diesel::backend::Backend;
use diesel::dsl::{Filter, Order, Select};
use diesel::expression::Expression;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::query_dsl::methods::{FilterDsl, OrderDsl, SelectDsl};
use diesel::result::QueryResult;

/// The query `Q` in the order `E`: what [`order`](crate::preload::Children::order) makes.
#[derive(Debug, Clone, Copy)]
pub struct Sorted<Q, E> {
    pub(super) query: Q,
    pub(super) order: E,
}

impl<Q, E> Sorted<Q, E> {
    pub(crate) fn new(query: Q, order: E) -> Self {
        Sorted { query, order }
    }
}

impl<Q: FilterDsl<Predicate>, E, Predicate> FilterDsl<Predicate> for Sorted<Q, E> {
    type Output = Sorted<Filter<Q, Predicate>, E>;

    fn filter(self, predicate: Predicate) -> Self::Output {
        Sorted { query: FilterDsl::filter(self.query, predicate), order: self.order }
    }
}

impl<Q, E, Selection> SelectDsl<Selection> for Sorted<Q, E>
where
    E: Expression,
    Q: OrderDsl<E>,
    Order<Q, E>: SelectDsl<Selection>,
    Selection: Expression,
{
    type Output = Select<Order<Q, E>, Selection>;

    fn select(self, selection: Selection) -> Self::Output {
        SelectDsl::select(OrderDsl::order(self.query, self.order), selection)
    }
}

/// The query without its order.
impl<Q: QueryFragment<DB>, E, DB: Backend> QueryFragment<DB> for Sorted<Q, E> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.query.walk_ast(out)
    }
}

/// A child query that says in which order its rows come.
#[diagnostic::on_unimplemented(
    message = "the children have no order, so none of them is the first",
    label = "no `.order(..)` before this",
    note = "say which children come first: `has_many::<Post>().order(posts::created_at.desc()).limit_per_parent(3)`"
)]
pub trait HasOrder {
    /// The query without its order.
    type Query;
    /// The order.
    type Order;

    /// The order.
    fn order(&self) -> &Self::Order;

    /// Takes both apart.
    fn apart(self) -> (Self::Query, Self::Order);
}

impl<Q, E> HasOrder for Sorted<Q, E> {
    type Query = Q;
    type Order = E;

    fn order(&self) -> &E {
        &self.order
    }

    fn apart(self) -> (Q, E) {
        (self.query, self.order)
    }
}
