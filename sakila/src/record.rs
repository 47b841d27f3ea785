//! A row of each file, and the one list of tables that the loader goes through.

use crate::field;
use crate::load::Loader;
use crate::models::{
    Actor, Address, Category, City, Country, Customer, Film, FilmActor, FilmCategory, Inventory, Language, Payment,
    Rental, Staff, Store,
};
use crate::schema;
use crate::{FieldProblem, LoadError};
#[cfg(feature = "mysql")]
use diesel::MysqlConnection;
#[cfg(feature = "postgres")]
use diesel::PgConnection;
use diesel::{QueryResult, RunQueryDsl, SqliteConnection};

/// A model that a line of a file can be read as.
pub(crate) trait Record: Sized {
    const TABLE: &'static str;
    const COLUMNS: &'static [&'static str];

    /// Reads the fields of a line, which are as many as the columns.
    fn read<'a>(fields: impl Iterator<Item = &'a str>) -> Result<Self, BadField>;
}

/// Rows that a connection can insert. Diesel's bounds for that differ by backend, so each pair has an impl of its own.
pub(crate) trait Insert<C>: Record {
    /// Inserts all rows with one statement.
    fn insert(rows: &[Self], conn: &mut C) -> QueryResult<usize>;
}

/// A field that is no value of its column.
#[derive(Debug)]
pub(crate) struct BadField {
    pub(crate) column: &'static str,
    pub(crate) value: String,
    pub(crate) problem: FieldProblem,
}

fn read<'a, T: field::Field>(mut fields: impl Iterator<Item = &'a str>, column: &'static str) -> Result<T, BadField> {
    let raw = fields.next().unwrap_or_default();
    field::read(raw).map_err(|problem| BadField { column, value: raw.to_owned(), problem })
}

macro_rules! insert {
    ($model:ident into $table:ident on $connection:ident) => {
        impl Insert<$connection> for $model {
            fn insert(rows: &[Self], conn: &mut $connection) -> QueryResult<usize> {
                diesel::insert_into(schema::$table::table).values(rows).execute(conn)
            }
        }
    };
}

macro_rules! records {
    ($($(#[$doc:meta])* $load:ident {
        $($table:ident: $model:ident { $($column:ident),* $(,)? })*
    })*) => {
        $($(
            impl Record for $model {
                const TABLE: &'static str = stringify!($table);
                const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),*];

                fn read<'a>(mut fields: impl Iterator<Item = &'a str>) -> Result<Self, BadField> {
                    Ok(Self { $($column: read(&mut fields, stringify!($column))?),* })
                }
            }

            insert!($model into $table on SqliteConnection);
            #[cfg(feature = "postgres")]
            insert!($model into $table on PgConnection);
            #[cfg(feature = "mysql")]
            insert!($model into $table on MysqlConnection);
        )*)*

        $(
            $(#[$doc])*
            pub(crate) fn $load<C>(conn: &mut C, loader: &mut Loader<'_>) -> Result<(), LoadError>
            where
                $($model: Insert<C>),*
            {
                $(loader.load::<$model, C>(conn)?;)*
                Ok(())
            }
        )*

        /// Every table with its columns.
        pub(crate) const FILES: &[(&str, &[&str])] = &[$($(($model::TABLE, $model::COLUMNS),)*)*];
    };
}

records! {
    /// Stores and staff are a circle of foreign keys, so one of them comes before its parents: the store, which each
    /// connection lets in in its own way.
    load_stores {
        store: Store { store_id, manager_staff_id, address_id, last_update }
    }

    /// All other tables, parents first.
    load_others {
        language: Language { language_id, name, last_update }
        country: Country { country_id, country, last_update }
        city: City { city_id, city, country_id, last_update }
        address: Address { address_id, address, address2, district, city_id, postal_code, phone, last_update }
        staff: Staff {
            staff_id, first_name, last_name, address_id, email, store_id, active, username, last_update,
        }
        customer: Customer {
            customer_id, store_id, first_name, last_name, email, address_id, create_date, last_update, active,
        }
        actor: Actor { actor_id, first_name, last_name, last_update }
        category: Category { category_id, name, last_update }
        film: Film {
            film_id, title, description, release_year, language_id, original_language_id, rental_duration, rental_rate,
            length, replacement_cost, rating, last_update, special_features,
        }
        film_actor: FilmActor { actor_id, film_id, last_update }
        film_category: FilmCategory { film_id, category_id, last_update }
        inventory: Inventory { inventory_id, film_id, store_id, last_update }
        rental: Rental { rental_id, rental_date, inventory_id, customer_id, return_date, staff_id, last_update }
        payment: Payment { payment_id, customer_id, staff_id, rental_id, amount, payment_date }
    }
}
