//! The small set: every kind of value arrives as it was meant.

use crate::folder::{Folder, ROWS};
use crate::tables;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use sakila::Money;
use sakila::models::{Address, City, Country, Customer, Film, Language, OriginalLanguageFilm, Payment, Rental};
use sakila::schema::{address, city, country, customer, film, language, payment, rental, store};

#[test]
fn values_arrive_as_they_were_meant() {
    let folder = Folder::new("values");
    let conn = &mut tables();
    sakila::load(conn, folder.path(), |_| ()).unwrap();

    let languages = language::table.select(Language::as_select()).load(conn).unwrap();
    assert_eq!(languages[0].name, "Eng\tlish");
    let countries = country::table.select(Country::as_select()).load(conn).unwrap();
    assert_eq!(countries[0].country, "Réunion");
    let cities = city::table.select(City::as_select()).load(conn).unwrap();
    assert_eq!(cities[0].city, r"Saint\Denis");
    let addresses = address::table.select(Address::as_select()).load(conn).unwrap();
    assert_eq!(addresses[0].address, "1 Rue\nDeux");
    assert_eq!((&addresses[0].address2, addresses[0].postal_code.as_deref()), (&None, Some(r"\N")));
    assert_eq!((addresses[0].district.as_str(), addresses[0].phone.as_str()), (" ", ""));
    let customers = customer::table.order(customer::customer_id).select(Customer::as_select()).load(conn).unwrap();
    assert_eq!((customers[0].active, customers[1].active), (false, true));
    assert_eq!(customers[0].create_date.to_string(), "2006-02-14");
    let rentals = rental::table.select(Rental::as_select()).load(conn).unwrap();
    assert_eq!((rentals[0].rental_date.to_string().as_str(), rentals[0].return_date), ("2005-05-30 01:56:11", None));
}

#[test]
fn money_is_exact_and_compares_in_the_database() {
    let folder = Folder::new("money");
    let conn = &mut tables();
    sakila::load(conn, folder.path(), |_| ()).unwrap();

    let films = film::table.order(film::film_id).select(Film::as_select()).load(conn).unwrap();
    let money: Vec<_> = films.iter().map(|film| (film.rental_rate.cents(), film.replacement_cost.cents())).collect();
    assert_eq!(money, [(499, 2299), (0, 2990)]);
    let paid = payment::table.filter(payment::amount.eq(Money::from_cents(499))).select(Payment::as_select());
    assert_eq!(paid.load(conn).unwrap()[0].payment_id, 31);
    let sum = payment::table.select(diesel::dsl::sum(payment::amount)).get_result::<Option<Money>>(conn);
    assert_eq!(sum, Ok(Some(Money::from_cents(500))));
    // An average of two amounts need not be whole cents, and is not rounded in silence.
    let average = payment::table.select(diesel::dsl::sql::<diesel::sql_types::Numeric>("AVG(amount) + 0.005"));
    assert!(average.get_result::<Money>(conn).is_err());
}

#[test]
fn a_film_belongs_to_a_language_by_either_key() {
    let folder = Folder::new("two-keys");
    let conn = &mut tables();
    sakila::load(conn, folder.path(), |_| ()).unwrap();

    let english = language::table.select(Language::as_select()).first(conn).unwrap();
    let spoken = Film::belonging_to(&english).count().get_result::<i64>(conn);
    let made =
        OriginalLanguageFilm::belonging_to(&english).select(OriginalLanguageFilm::as_select()).load(conn).unwrap();
    assert_eq!((spoken, made.len(), made[0].film_id), (Ok(2), 1, 4));
}

#[test]
fn progress_is_told_of_every_table_and_ends_with_all_rows() {
    let folder = Folder::new("progress");
    let mut seen = Vec::new();
    sakila::load(&mut tables(), folder.path(), |progress| seen.push(progress)).unwrap();

    assert_eq!(seen.len(), 15);
    assert!(seen.iter().all(|progress| progress.total == ROWS));
    assert!(seen.is_sorted_by(|before, after| before.rows < after.rows));
    let last = seen[14];
    assert_eq!((last.table, last.table_rows, last.rows), ("payment", 2, ROWS));
}

#[test]
fn the_circle_of_stores_and_staff_loads_where_foreign_keys_are_enforced() {
    let folder = Folder::new("enforced");
    let conn = &mut tables();
    conn.batch_execute("PRAGMA foreign_keys = ON").unwrap();
    sakila::load(conn, folder.path(), |_| ()).unwrap();

    // And they are enforced at once again after it.
    let orphan = diesel::update(store::table).set(store::manager_staff_id.eq(77)).execute(conn);
    assert!(orphan.unwrap_err().to_string().contains("FOREIGN KEY"));
}

#[test]
fn a_load_in_a_transaction_of_the_caller_is_part_of_it() {
    let folder = Folder::new("transaction");
    let conn = &mut tables();
    let rolled_back = conn.transaction(|conn| {
        sakila::load(conn, folder.path(), |_| ())?;
        Err::<(), sakila::LoadError>(diesel::result::Error::RollbackTransaction.into())
    });
    assert!(rolled_back.is_err());
    assert_eq!(language::table.count().get_result::<i64>(conn), Ok(0));
}
