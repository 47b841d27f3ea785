//! A struct for each table, with Diesel's derives.
//!
//! The same struct is read from a query and inserted by the loader, so `NULL` is written as `NULL` and never as the
//! default of the column: that also lets Diesel send many rows in one statement on SQLite, which has no `DEFAULT`.

mod films;
mod people;
mod places;
mod rentals;

pub use films::{Actor, Category, Film, FilmActor, FilmCategory, Language, OriginalLanguageFilm};
pub use people::{Customer, Staff, Store};
pub use places::{Address, City, Country};
pub use rentals::{Inventory, Payment, Rental};
