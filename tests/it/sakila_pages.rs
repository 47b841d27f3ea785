//! Pages of a real database, on every backend: their union is the list that plain SQL gives.

use diesel::dsl::sql;
use diesel::sql_types::Integer;
use sakila::models::{Film, Language, Payment, Rental};
use sakila::schema::{film, language, payment, rental};
use turbodiesel::keyset::{Cursor, asc, desc, unique};

use crate::sakila::folder;
use crate::support::prelude::*;

/// All pages of `$size` rows, forward and then backward, for each ordering with its ORDER BY in plain SQL.
macro_rules! walks {
    ($go:ident, $conn:expr, $query:expr, $size:expr, $plain:expr, $id:expr, [$(($ordering:expr, $order_by:literal)),+ $(,)?]) => {{
        let id = $id;
        for (ordering, order_by) in [$(($ordering, $order_by)),+] {
            let unpaged: Vec<i32> = $go!($plain.order(sql::<Integer>(order_by)).load(&mut *$conn))?;
            assert!(unpaged.len() > 5 * $size as usize, "{order_by}");
            let (mut forward, mut cursor) = (vec![], None::<Cursor>);
            loop {
                let page = $go!($query.keyset(ordering).first($size).after(cursor.as_ref()).load(&mut *$conn))?;
                forward.extend(page.items().iter().map(id));
                let Some(next) = page.next_cursor() else { break };
                cursor = Some(next.to_string().parse()?);
            }
            assert!(forward == unpaged, "forward, {order_by}");
            let (mut backward, mut cursor) = (vec![], None::<Cursor>);
            loop {
                let page = $go!($query.keyset(ordering).last($size).before(cursor.as_ref()).load(&mut *$conn))?;
                backward.splice(0..0, page.items().iter().map(id));
                let Some(previous) = page.previous_cursor() else { break };
                cursor = Some(previous.to_string().parse()?);
            }
            assert!(backward == unpaged, "backward, {order_by}");
        }
    }};
}

scenarios! {
    #[ignore = "set SAKILA"]
    fn pages_are_the_list_of_plain_sql(db) {
        sakila::create(db.blocking())?;
        sakila::load(db.blocking(), folder()?, |_| ())?;
        let conn = db.conn();

        // 183 rentals were never returned, more than a page has; many dates are shared.
        let (back, id) = (rental::return_date, rental::rental_id);
        assert_eq!(go!(rental::table.filter(back.is_null()).count().get_result::<i64>(conn))?, 183);
        let shared = rental::table.filter(back.is_not_null()).select(sql::<diesel::sql_types::BigInt>("COUNT(*) - COUNT(DISTINCT return_date)"));
        assert!(go!(shared.get_result::<i64>(conn))? > 20);
        let plain = rental::table.select(id);
        walks!(go, conn, rental::table.select(Rental::as_select()), 150, plain, |row: &Rental| row.rental_id, [
            ((asc(back).nulls_first(), asc(id)), "return_date IS NULL DESC, return_date, rental_id"),
            ((asc(back).nulls_last(), desc(id)), "return_date IS NULL, return_date, rental_id DESC"),
            ((desc(back).nulls_first(), desc(id)), "return_date IS NULL DESC, return_date DESC, rental_id DESC"),
            ((desc(back).nulls_last(), asc(id)), "return_date IS NULL, return_date DESC, rental_id"),
            ((asc(back), asc(id)), "return_date, rental_id"),
            ((desc(back), asc(id)), "return_date DESC, rental_id"),
        ]);

        // 16,049 payments of 19 amounts.
        let plain = payment::table.select(payment::payment_id);
        walks!(go, conn, payment::table.select(Payment::as_select()), 500, plain, |row: &Payment| row.payment_id, [
            ((payment::amount.asc(), payment::payment_id.asc()), "amount, payment_id"),
        ]);
        walks!(go, conn, payment::table.select(Payment::as_select()), 500, plain, |row: &Payment| row.payment_id, [
            ((payment::amount.desc(), payment::payment_id.asc()), "amount DESC, payment_id"),
        ]);

        let plain = film::table.select(film::film_id);
        let (rate, title, id) = (film::rental_rate, film::title, film::film_id);
        walks!(go, conn, film::table.select(Film::as_select()), 70, plain, |row: &Film| row.film_id, [
            ((asc(rate), asc(title), asc(id)), "rental_rate, title, film_id"),
            ((desc(rate), desc(title), desc(id)), "rental_rate DESC, title DESC, film_id DESC"),
            ((asc(rate), desc(title), asc(id)), "rental_rate, title DESC, film_id"),
        ]);

        // All of the data is in English: one language for each sixth of the films sorts by something.
        go!(conn.batch_execute("UPDATE film SET language_id = film_id % 6 + 1"))?;
        let joined = || film::table.inner_join(language::table);
        walks!(go, conn, joined().select((Film::as_select(), Language::as_select())), 70, joined().select(film::film_id),
            |(film, language): &(Film, Language)| { assert_eq!(film.language_id, language.language_id); film.film_id }, [
            ((asc(language::name), desc(film::length), unique(asc(id))), "language.name, length DESC, film_id"),
            ((desc(language::name), asc(film::length), unique(desc(id))), "language.name DESC, length, film_id DESC"),
        ]);
    }
}
