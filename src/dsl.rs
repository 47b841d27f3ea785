//! A name for the type that each method returns, as Diesel's `dsl` has them.
//!
//! For functions that hand a relation or an unfinished load on:
//!
//! ```
//! use blog::{models::Post, schema::posts};
//! use diesel::dsl::Desc;
//! use turbodiesel::{dsl, prelude::*};
//!
//! fn newest_first() -> dsl::OrderBy<dsl::HasMany<Post>, Desc<posts::created_at>> {
//!     use diesel::ExpressionMethods;
//!     has_many::<Post>().order(posts::created_at.desc())
//! }
//! let _ = newest_first();
//! ```

use diesel::associations::HasTable;

use crate::keyset::{self, IntoOrdering, NoSize};
use crate::mode::Blocking;
use crate::preload::aggregate::{Aggregate, measure};
use crate::preload::by::{self, ByColumn, Folded};
use crate::preload::level::{MapInto, Ranked, Shared};
use crate::preload::place::{At, Nth, Parent};
use crate::preload::{self, AppendAt, Children, FirstOfEach, Many, One, Preloading, Sorted};

/// The type of [`has_many::<C>()`](crate::preload::has_many()).
pub type HasMany<C> = Children<C, <C as HasTable>::Table, (), Many>;

/// The type of [`has_one::<C>()`](crate::preload::has_one()).
pub type HasOne<C> = Children<C, <C as HasTable>::Table, (), One>;

/// The type of [`belongs_to::<T>()`](crate::preload::belongs_to()).
pub type BelongsTo<T> = preload::BelongsTo<T, <T as HasTable>::Table, ()>;

/// The type of [`many_to_many::<T, Link>()`](crate::preload::many_to_many()).
pub type ManyToMany<T, Link> = preload::ManyToMany<
    Children<Link, <Link as HasTable>::Table, (), Many>,
    preload::BelongsTo<T, <T as HasTable>::Table, Ranked<()>, preload::Linked>,
>;

/// The type of `query.preload(relation)`.
pub type Preload<Q, R, M = Blocking> = Preloading<Q, (At<Parent, R>,), M>;

/// The type of `query.preload_at(Nth::<N>, relation)`.
pub type PreloadAt<Q, const N: usize, R, M = Blocking> = Preloading<Q, (At<Nth<N>, R>,), M>;

/// The type of [`if_some(relation)`](crate::preload::if_some()).
pub type IfSome<R> = preload::IfSome<R>;

/// The type of `load.in_snapshot()`.
pub type InSnapshot<L> = preload::InSnapshot<L>;

/// The type of `query.keyset(ordering)`.
pub type Keyset<Q, O, M = Blocking> = keyset::Keyset<Q, <O as IntoOrdering>::Ordering, NoSize, (), M>;

/// A relation that can be narrowed, sorted or nested in: what [`Filter`], [`OrderBy`] and [`With`] ask.
pub trait RelationDsl {
    /// Its child query.
    type Query;
    /// Its relations.
    type Nested;
    /// What joins its parents and children.
    type Joins;
    /// The same relation of another query.
    type Of<Q, S, J>;
    /// The same relation of a filtered query.
    type Filtered<Q>;
}

impl<C, Q, S, Kind, J> RelationDsl for Children<C, Q, S, Kind, J> {
    type Query = Q;
    type Nested = S;
    type Joins = J;
    type Of<Q2, S2, J2> = Children<C, Q2, S2, Kind, J2>;
    type Filtered<Q2> = Children<C, Q2, S, Kind, J>;
}

impl<T, Q, S, A, J> RelationDsl for preload::BelongsTo<T, Q, S, A, J> {
    type Query = Q;
    type Nested = S;
    type Joins = J;
    type Of<Q2, S2, J2> = preload::BelongsTo<T, Q2, S2, A, J2>;
    type Filtered<Q2> = preload::BelongsTo<T, Q2, S, preload::Filtered, J>;
}

/// The type of `relation.filter(predicate)`.
pub type Filter<R, Predicate> = <R as RelationDsl>::Filtered<diesel::dsl::Filter<<R as RelationDsl>::Query, Predicate>>;

/// The type of `relation.order(expression)`.
pub type OrderBy<R, E> =
    <R as RelationDsl>::Of<Sorted<<R as RelationDsl>::Query, E>, <R as RelationDsl>::Nested, <R as RelationDsl>::Joins>;

/// The type of `relation.preload(nested)`.
pub type With<R, Nested> = <R as RelationDsl>::Of<
    <R as RelationDsl>::Query,
    <<R as RelationDsl>::Nested as AppendAt<Parent, Nested>>::Output,
    <R as RelationDsl>::Joins,
>;

/// The type of `relation.map_into::<V>()`.
pub type Into<R, V> = <R as RelationDsl>::Of<
    <R as RelationDsl>::Query,
    MapInto<<R as RelationDsl>::Nested, V>,
    <R as RelationDsl>::Joins,
>;

/// The type of `belongs_to.shared()`.
pub type AsShared<R> =
    <R as RelationDsl>::Of<<R as RelationDsl>::Query, Shared<<R as RelationDsl>::Nested>, <R as RelationDsl>::Joins>;

type JoinedBy<R, J> = <R as RelationDsl>::Of<<R as RelationDsl>::Query, <R as RelationDsl>::Nested, J>;

/// The type of `relation.by(columns)`.
pub type By<R, Columns> = JoinedBy<R, ByColumn<Columns>>;

/// The type of `relation.by_key(columns, closure)`.
pub type ByKey<R, Columns, F> = JoinedBy<R, by::ByKey<Columns, F>>;

/// The type of `relation.fold_keys(closure)`, of keys `K`.
pub type FoldKeys<R, K> = JoinedBy<R, Folded<<R as RelationDsl>::Joins, K>>;

/// The type of `relation.limit_per_parent(n)` and `relation.offset_per_parent(n)`.
pub type LimitPerParent<R> = FirstOfEach<R, Many>;

/// The type of `relation.latest(expression)`.
pub type Latest<R, E> = FirstOfEach<OrderBy<R, E>, One>;

/// The type of `relation.count()`.
pub type Count<R> = Aggregate<R, measure::Count, measure::Rows, i64>;

/// The type of `relation.exists()`.
pub type Exists<R> = Aggregate<R, measure::Exists, measure::Rows, bool>;

/// The type of `relation.sum::<T>(column)`.
pub type Sum<R, E, T> = Aggregate<R, measure::Sum, E, Option<T>>;

/// The type of `relation.avg::<T>(column)`.
pub type Avg<R, E, T> = Aggregate<R, measure::Average, E, Option<T>>;

/// The type of `relation.max::<T>(column)`.
pub type Max<R, E, T> = Aggregate<R, measure::Max, E, Option<T>>;

/// The type of `relation.min::<T>(column)`.
pub type Min<R, E, T> = Aggregate<R, measure::Min, E, Option<T>>;
