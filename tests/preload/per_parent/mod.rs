//! What is asked once for each parent, against the same thing done in memory.

mod aggregates;
mod decimals;
mod first;
mod index;
mod kinds;
mod reads;
mod sql;

use turbodiesel::backend::TopN;

/// The strategies of a backend, its own choice first.
fn strategies(backend: &str) -> Vec<Option<TopN>> {
    let own: &[TopN] = match backend {
        "sqlite" => &[TopN::KeyArray],
        "postgres" => &[TopN::Lateral, TopN::LateralKeys],
        _ => &[TopN::Union],
    };
    [None, Some(TopN::Window)].into_iter().chain(own.iter().copied().map(Some)).collect()
}
