//! Trees of a real database, each against one statement of plain SQL.

use diesel::dsl::sql;
use diesel::sql_types::Integer;
use sakila::models::{
    Actor, Category, Customer, Film, FilmActor, FilmCategory, Inventory, Language, OriginalLanguageFilm, Payment,
    Rental, Staff, Store,
};
use sakila::schema::{actor, customer, film, inventory, language, payment, rental, staff, store};

use crate::sakila::folder;
use crate::support::prelude::*;

scenarios! {
    #[ignore = "set SAKILA"]
    fn films_with_cast_category_and_business(db) {
        sakila::create(db.blocking())?;
        sakila::load(db.blocking(), folder()?, |_| ())?;
        let conn = db.conn();

        let films = go!(film::table
            .order(film::film_id)
            .select(Film::as_select())
            .preload(many_to_many::<Actor, FilmActor>().order((actor::last_name, actor::actor_id)))
            .preload(many_to_many::<Category, FilmCategory>())
            .in_snapshot()
            .load(conn))?;
        let cast: Vec<_> = films.iter().flat_map(|(film, cast, _)| cast.iter().map(|actor| (film.film_id, actor.actor_id))).collect();
        let theirs = go!(sql::<(Integer, Integer)>("SELECT film_actor.film_id, actor.actor_id FROM film_actor
            JOIN actor ON actor.actor_id = film_actor.actor_id ORDER BY film_id, last_name, actor.actor_id")
            .load::<(i32, i32)>(conn))?;
        assert!(cast.len() == 5_462 && cast == theirs, "casts differ from those of plain SQL");
        let categories: Vec<_> = films.iter().flat_map(|(film, _, categories)| categories.iter().map(|row| (film.film_id, row.category_id))).collect();
        let theirs = go!(sql::<(Integer, Integer)>("SELECT film_id, category_id FROM film_category ORDER BY film_id, category_id")
            .load::<(i32, i32)>(conn))?;
        assert!(categories.len() == 1_000 && categories == theirs, "categories differ from those of plain SQL");

        // Three levels of has-many, the last by a key that may be NULL.
        let films = go!(film::table
            .order(film::film_id)
            .select(Film::as_select())
            .preload(has_many::<Inventory>().order(inventory::inventory_id).preload(
                has_many::<Rental>().order(rental::rental_id).preload(has_many::<Payment>().order(payment::payment_id)),
            ))
            .load(conn))?;
        let mut ours = vec![];
        for (film, copies) in &films {
            for (copy, rentals) in copies {
                for (rental, payments) in rentals {
                    ours.extend(payments.iter().map(|payment| (film.film_id, copy.inventory_id, rental.rental_id, payment.payment_id)));
                }
            }
        }
        let theirs = go!(sql::<(Integer, Integer, Integer, Integer)>("SELECT i.film_id, i.inventory_id, r.rental_id, p.payment_id
            FROM inventory i JOIN rental r ON r.inventory_id = i.inventory_id JOIN payment p ON p.rental_id = r.rental_id
            ORDER BY i.film_id, i.inventory_id, r.rental_id, p.payment_id").load::<(i32, i32, i32, i32)>(conn))?;
        assert!(ours.len() > 16_000 && ours == theirs, "payments differ from those of plain SQL");
        assert_eq!(films.iter().flat_map(|(_, copies)| copies).map(|(_, rentals)| rentals.len()).sum::<usize>(), 16_044);
        // 42 films have no copy in any store.
        assert_eq!(films.iter().filter(|(_, copies)| copies.is_empty()).count(), 42);
    }

    #[ignore = "set SAKILA"]
    fn the_three_largest_payments_of_each_customer(db) {
        sakila::create(db.blocking())?;
        sakila::load(db.blocking(), folder()?, |_| ())?;
        let conn = db.conn();
        let customers = go!(customer::table
            .order(customer::customer_id)
            .select(Customer::as_select())
            .preload(has_many::<Payment>().order((payment::amount.desc(), payment::payment_id.asc())).limit_per_parent(3))
            .load(conn))?;
        let ours: Vec<_> = customers.iter().flat_map(|(customer, payments)| payments.iter().map(|row| (customer.customer_id, row.payment_id))).collect();
        let theirs = go!(sql::<(Integer, Integer)>("SELECT customer_id, payment_id FROM (
            SELECT customer_id, payment_id, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY amount DESC, payment_id) AS place
            FROM payment) ranked WHERE place <= 3 ORDER BY customer_id, place").load::<(i32, i32)>(conn))?;
        assert!(ours.len() == 3 * 599 && ours == theirs, "the largest payments differ from those of plain SQL");
    }

    #[ignore = "set SAKILA"]
    fn a_circle_of_keys_and_two_keys_to_one_table(db) {
        sakila::create(db.blocking())?;
        sakila::load(db.blocking(), folder()?, |_| ())?;
        let conn = db.conn();
        let log = StatementLog::install(conn);

        // A store has a manager, who works in a store; and the other way round.
        let stores = go!(store::table
            .order(store::store_id)
            .select(Store::as_select())
            .preload(belongs_to::<Staff>().preload(belongs_to::<Store>().preload(belongs_to::<Staff>())))
            .preload(has_many::<Staff>().preload(has_many::<Store>()))
            .load(conn))?;
        assert_eq!(log.take().len(), 6);
        let mut ours = vec![];
        for (store, (manager, (works_in, their_manager)), staff) in &stores {
            assert_eq!((works_in.manager_staff_id, works_in.store_id), (their_manager.staff_id, manager.store_id));
            assert!(staff.iter().all(|(person, manages)| person.store_id == store.store_id
                && manages.iter().all(|store| store.manager_staff_id == person.staff_id)));
            ours.push((store.store_id, manager.staff_id, works_in.store_id, staff.len() as i64));
        }
        let theirs: Vec<(i32, i32, i32, i64)> = go!(sql::<(Integer, Integer, Integer, diesel::sql_types::BigInt)>(
            "SELECT s.store_id, m.staff_id, m.store_id, (SELECT COUNT(*) FROM staff WHERE staff.store_id = s.store_id)
             FROM store s JOIN staff m ON m.staff_id = s.manager_staff_id ORDER BY s.store_id").load(conn))?;
        assert_eq!(ours, theirs);
        assert_eq!(ours.len(), 2);
        assert!(go!(staff::table.count().get_result::<i64>(conn))? == 2);

        // Every film has a language, and none an original one: nothing is sent for keys that are NULL.
        log.take();
        let films = go!(film::table
            .select(Film::as_select())
            .preload(belongs_to::<Language>())
            .preload(belongs_to::<Language>().by_key(language::language_id, |film: &Film| film.original_language_id))
            .load(conn))?;
        assert_eq!((films.len(), log.take().len()), (1_000, 2));
        assert!(films.iter().all(|(film, language, original)| film.language_id == language.language_id && original.is_none()));
        let originals = go!(film::table.select(OriginalLanguageFilm::as_select()).preload(belongs_to::<Language>()).load(conn))?;
        assert!(originals.len() == 1_000 && originals.iter().all(|(_, language)| language.is_none()) && log.take().len() == 1);
        let languages = go!(language::table
            .order(language::language_id)
            .select(Language::as_select())
            .preload(has_many::<Film>())
            .preload(has_many::<OriginalLanguageFilm>())
            .load(conn))?;
        let counts: Vec<_> = languages.iter().map(|(_, films, originals)| (films.len(), originals.len())).collect();
        assert_eq!(counts, [(1_000, 0), (0, 0), (0, 0), (0, 0), (0, 0), (0, 0)]);
    }
}
