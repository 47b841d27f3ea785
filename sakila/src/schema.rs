//! The tables as Diesel sees them: one description for all three databases.
//!
//! Where a column is named as its table, Diesel wants another name in Rust: it ends in `_`, as `diesel print-schema`
//! writes it (`city::city_` is the column `city` of the table `city`). What each column says is written on the fields
//! of the [models](crate::models).

// A column is a struct of Diesel's making that would repeat the text of its field.
#![allow(missing_docs)]

diesel::table! {
    /// The language of a film.
    language (language_id) {
        language_id -> Integer,
        name -> Text,
        last_update -> Timestamp,
    }
}

diesel::table! {
    /// A country.
    country (country_id) {
        country_id -> Integer,
        #[sql_name = "country"]
        country_ -> Text,
        last_update -> Timestamp,
    }
}

diesel::table! {
    /// A city of a country.
    city (city_id) {
        city_id -> Integer,
        #[sql_name = "city"]
        city_ -> Text,
        country_id -> Integer,
        last_update -> Timestamp,
    }
}

diesel::table! {
    /// A street address in a city, of a customer, a store or a member of staff.
    address (address_id) {
        address_id -> Integer,
        #[sql_name = "address"]
        address_ -> Text,
        address2 -> Nullable<Text>,
        district -> Text,
        city_id -> Integer,
        postal_code -> Nullable<Text>,
        phone -> Text,
        last_update -> Timestamp,
    }
}

diesel::table! {
    /// A shop, with the member of staff who runs it.
    store (store_id) {
        store_id -> Integer,
        manager_staff_id -> Integer,
        address_id -> Integer,
        last_update -> Timestamp,
    }
}

diesel::table! {
    /// A member of staff of a store.
    staff (staff_id) {
        staff_id -> Integer,
        first_name -> Text,
        last_name -> Text,
        address_id -> Integer,
        email -> Text,
        store_id -> Integer,
        active -> Bool,
        username -> Text,
        last_update -> Timestamp,
    }
}

diesel::table! {
    /// A customer of a store.
    customer (customer_id) {
        customer_id -> Integer,
        store_id -> Integer,
        first_name -> Text,
        last_name -> Text,
        email -> Text,
        address_id -> Integer,
        create_date -> Date,
        last_update -> Timestamp,
        active -> Bool,
    }
}

diesel::table! {
    /// An actor.
    actor (actor_id) {
        actor_id -> Integer,
        first_name -> Text,
        last_name -> Text,
        last_update -> Timestamp,
    }
}

diesel::table! {
    /// A genre.
    category (category_id) {
        category_id -> Integer,
        name -> Text,
        last_update -> Timestamp,
    }
}

diesel::table! {
    /// A film, with what it costs to rent and to replace.
    film (film_id) {
        film_id -> Integer,
        title -> Text,
        description -> Text,
        release_year -> Integer,
        language_id -> Integer,
        original_language_id -> Nullable<Integer>,
        rental_duration -> Integer,
        rental_rate -> Numeric,
        length -> Integer,
        replacement_cost -> Numeric,
        rating -> Text,
        last_update -> Timestamp,
        special_features -> Nullable<Text>,
    }
}

diesel::table! {
    /// Which actors play in which films.
    film_actor (actor_id, film_id) {
        actor_id -> Integer,
        film_id -> Integer,
        last_update -> Timestamp,
    }
}

diesel::table! {
    /// Which genres a film is of.
    film_category (film_id, category_id) {
        film_id -> Integer,
        category_id -> Integer,
        last_update -> Timestamp,
    }
}

diesel::table! {
    /// A copy of a film on the shelf of a store.
    inventory (inventory_id) {
        inventory_id -> Integer,
        film_id -> Integer,
        store_id -> Integer,
        last_update -> Timestamp,
    }
}

diesel::table! {
    /// One copy lent to one customer; `return_date` is NULL while it is out.
    rental (rental_id) {
        rental_id -> Integer,
        rental_date -> Timestamp,
        inventory_id -> Integer,
        customer_id -> Integer,
        return_date -> Nullable<Timestamp>,
        staff_id -> Integer,
        last_update -> Timestamp,
    }
}

diesel::table! {
    /// What a customer paid, as a rule for a rental.
    payment (payment_id) {
        payment_id -> Integer,
        customer_id -> Integer,
        staff_id -> Integer,
        rental_id -> Nullable<Integer>,
        amount -> Numeric,
        payment_date -> Timestamp,
    }
}

// Two pairs are left out, because Diesel joins two tables by one key: a store and its manager (a member of staff is
// joined to the store it works in) and a film and its original language (it is joined to the language it is in).
diesel::joinable!(city -> country (country_id));
diesel::joinable!(address -> city (city_id));
diesel::joinable!(store -> address (address_id));
diesel::joinable!(staff -> address (address_id));
diesel::joinable!(staff -> store (store_id));
diesel::joinable!(customer -> store (store_id));
diesel::joinable!(customer -> address (address_id));
diesel::joinable!(film -> language (language_id));
diesel::joinable!(film_actor -> actor (actor_id));
diesel::joinable!(film_actor -> film (film_id));
diesel::joinable!(film_category -> film (film_id));
diesel::joinable!(film_category -> category (category_id));
diesel::joinable!(inventory -> film (film_id));
diesel::joinable!(inventory -> store (store_id));
diesel::joinable!(rental -> inventory (inventory_id));
diesel::joinable!(rental -> customer (customer_id));
diesel::joinable!(rental -> staff (staff_id));
diesel::joinable!(payment -> customer (customer_id));
diesel::joinable!(payment -> staff (staff_id));
diesel::joinable!(payment -> rental (rental_id));

diesel::allow_tables_to_appear_in_same_query!(
    language,
    country,
    city,
    address,
    store,
    staff,
    customer,
    actor,
    category,
    film,
    film_actor,
    film_category,
    inventory,
    rental,
    payment,
);
