//! Eager loading: relations, their combinations, and every way in which data can be wrong.

#![cfg_attr(feature = "awaited", allow(unused))]

#[macro_use]
#[cfg_attr(feature = "awaited", path = "../../async-tests/support/mod.rs")]
#[cfg_attr(not(feature = "awaited"), path = "../support/mod.rs")]
mod support;

/// Five statements.
macro_rules! feed {
    () => {
        users::table.order(users::id).select(User::as_select()).preload(has_one::<Profile>()).preload(
            has_many::<Post>()
                .order(posts::id)
                .preload(has_many::<Comment>().order(comments::id).preload(belongs_to::<User>())),
        )
    };
}

mod by;
mod errors;
mod for_keys;
mod keys;
mod levels;
mod loaders;
mod many_to_many;
mod per_parent;
mod query;
mod races;
mod relations;
mod roots;
mod shapes;
mod snapshot;
mod sql;
mod statements;
mod strategies;
mod tree;
mod values;
