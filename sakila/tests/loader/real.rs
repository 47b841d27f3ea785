//! The real data set, from the folder in the environment variable SAKILA.

use crate::tables;
use diesel::dsl::{count_star, sum};
use diesel::prelude::*;
use sakila::Money;
use sakila::schema;
use std::collections::HashMap;
use std::path::PathBuf;

fn folder() -> PathBuf {
    std::env::var_os("SAKILA").expect("SAKILA is the folder of the files").into()
}

/// The fields of one column by those of another, read without the loader.
fn column(table: &str, key: usize, value: usize) -> HashMap<i32, String> {
    let text = std::fs::read_to_string(folder().join(format!("{table}.tsv"))).unwrap();
    let rows = text.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    rows.map(|fields| (fields[key].parse().unwrap(), fields[value].to_owned())).collect()
}

macro_rules! counts {
    ($conn:ident, $($table:ident $rows:literal),* $(,)?) => {$(
        assert_eq!(schema::$table::table.count().get_result::<i64>($conn), Ok($rows), stringify!($table));
    )*};
}

#[test]
#[ignore = "set SAKILA"]
fn all_rows_arrive() {
    let conn = &mut tables();
    let mut last = None;
    sakila::load(conn, folder(), |progress| last = Some(progress)).unwrap();

    let last = last.unwrap();
    assert_eq!((last.rows, last.total), (46_273, 46_273));
    counts! {
        conn, language 6, country 109, city 600, address 603, actor 200, staff 2, store 2, category 16, film 1_000,
        inventory 4_581, customer 599, rental 16_044, payment 16_049, film_actor 5_462, film_category 1_000,
    }
    let out = schema::rental::table.filter(schema::rental::return_date.is_null()).count().get_result::<i64>(conn);
    assert_eq!(out, Ok(183));
}

#[test]
#[ignore = "set SAKILA"]
fn money_is_what_the_files_say() {
    use schema::{film, payment};
    let conn = &mut tables();
    sakila::load(conn, folder(), |_| ()).unwrap();

    let paid = payment::table.select((payment::payment_id, payment::amount)).load::<(i32, Money)>(conn).unwrap();
    let paid: HashMap<_, _> = paid.into_iter().map(|(id, amount)| (id, amount.to_string())).collect();
    assert_eq!(paid, column("payment", 0, 4));
    let rates = film::table.select((film::film_id, film::rental_rate)).load::<(i32, Money)>(conn).unwrap();
    let rates: HashMap<_, _> = rates.into_iter().map(|(id, amount)| (id, amount.to_string())).collect();
    assert_eq!(rates, column("film", 0, 7));
    let costs = film::table.select((film::film_id, film::replacement_cost)).load::<(i32, Money)>(conn).unwrap();
    let costs: HashMap<_, _> = costs.into_iter().map(|(id, amount)| (id, amount.to_string())).collect();
    assert_eq!(costs, column("film", 0, 9));

    // Each amount, bound as a parameter, finds its rows, and the database's own sum is exact.
    let amounts = payment::table
        .group_by(payment::amount)
        .select((payment::amount, count_star()))
        .load::<(Money, i64)>(conn)
        .unwrap();
    assert_eq!(amounts.len(), 19);
    for (amount, rows) in amounts {
        let found = payment::table.filter(payment::amount.eq(amount)).count().get_result::<i64>(conn);
        assert_eq!(found, Ok(rows), "{amount}");
    }
    let total = column("payment", 0, 4).values().map(|amount| amount.parse::<Money>().unwrap()).sum::<Money>();
    let summed = payment::table.select(sum(payment::amount)).get_result::<Option<Money>>(conn);
    assert_eq!(summed, Ok(Some(total)));
}
