//! Real data: `cargo run --example sakila -- DIR`, DIR being the folder of the tab-separated Sakila files.
//!
//! Loads 46,000 rows into an embedded SQLite, then (a) every customer with address, city and country and with all
//! rentals, their copies and films, and (b) every payment, page by page, the largest first. Both are checked against
//! plain SQL. Ends with 1 where a file is missing or wrong, or where a figure differs.

use std::error::Error;
use std::fmt::Display;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use diesel::connection::InstrumentationEvent;
use diesel::dsl::sum;
use diesel::prelude::*;
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use sakila::Money;
use sakila::models::{Address, City, Country, Customer, Film, Inventory, Payment, Rental};
use sakila::schema::{address, city, country, customer, film, inventory, payment, rental};
use turbodiesel::prelude::*;

const PAGE: u32 = 100;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [dir] = arguments.as_slice() else {
        eprintln!(
            "usage: cargo run --example sakila -- DIR\n\nDIR is the folder of the Sakila files, one <table>.tsv each"
        );
        return ExitCode::from(2);
    };
    match run(Path::new(dir)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(dir: &Path) -> Result<(), Box<dyn Error>> {
    let conn = &mut SqliteConnection::establish(":memory:")?;
    load_files(conn, dir)?;

    let statements = Statements::watch(conn);
    let customers = customers(conn, &statements)?;
    let payments = payments(conn, &statements)?;
    if customers && payments { Ok(()) } else { Err("a figure differs from that of plain SQL".into()) }
}

fn load_files(conn: &mut SqliteConnection, dir: &Path) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let style = ProgressStyle::with_template("{msg:13} [{bar:50}] {human_pos} of {human_len} rows")?;
    let bar = ProgressBar::new(0).with_style(style.progress_chars("=> "));
    sakila::create(conn)?;
    let mut loaded = 0;
    let result = sakila::load(conn, dir, |progress| {
        loaded = progress.rows;
        bar.set_length(progress.total as u64);
        bar.set_message(progress.table);
        bar.set_position(progress.rows as u64);
    });
    // Before an error is printed, so that it has a line of its own.
    bar.finish_and_clear();
    result?;
    println!("{} rows of 15 tables loaded in {:.1?}", HumanCount(loaded as u64), start.elapsed());
    Ok(())
}

/// (a) Everything about everyone, in one load.
fn customers(conn: &mut SqliteConnection, statements: &Statements) -> Result<bool, Box<dyn Error>> {
    let place = belongs_to::<Address>().preload(belongs_to::<City>().preload(belongs_to::<Country>()));
    let rentals =
        has_many::<Rental>().order(rental::rental_id).preload(belongs_to::<Inventory>().preload(belongs_to::<Film>()));

    statements.since_last();
    let few = customer::table
        .filter(customer::customer_id.le(3))
        .select(Customer::as_select())
        .preload(place)
        .preload(rentals)
        .load(conn)?;
    let for_few = statements.since_last();
    let everyone =
        customer::table.order(customer::customer_id).select(Customer::as_select()).preload(place).preload(rentals);
    let bound = everyone.statements().fixed();
    let start = Instant::now();
    let everyone = everyone.load(conn)?;
    let took = start.elapsed();
    let for_everyone = statements.since_last();

    println!("\n(a) customers with address, city, country, rentals, copies and films, in {took:.1?}");
    println!(
        "    {for_everyone} statements for {} customers, {for_few} for {}; relations: {bound}, and a question before 1,000 keys\n",
        everyone.len(),
        few.len()
    );

    let lent =
        || everyone.iter().flat_map(|(customer, _, rentals)| rentals.iter().map(move |rental| (customer, rental)));
    let films = || lent().map(|(_, (_, (_, film)))| film);
    let out = lent().filter(|(_, (rental, _))| rental.return_date.is_none()).count();
    let minutes = films().map(|film| i64::from(film.length)).sum::<i64>();
    let homes = everyone.iter().map(|(customer, (_, (_, country)), _)| (customer.customer_id, country.country.clone()));
    let who_lent_what =
        lent().map(|(customer, (rental, (_, film)))| (customer.customer_id, rental.rental_id, film.film_id));

    let rentals_in_sql = rental::table.inner_join(inventory::table.inner_join(film::table));
    let homes_in_sql = customer::table
        .inner_join(address::table.inner_join(city::table.inner_join(country::table)))
        .order(customer::customer_id)
        .select((customer::customer_id, country::country_))
        .load::<(i32, String)>(conn)?;
    let who_lent_what_in_sql = rentals_in_sql
        .order((rental::customer_id, rental::rental_id))
        .select((rental::customer_id, rental::rental_id, film::film_id))
        .load::<(i32, i32, i32)>(conn)?;

    let mut table = Table::new("preload");
    table.count("customers", everyone.len(), customer::table.count().get_result(conn)?);
    table.row("country of each", Rows(homes.collect()), Rows(homes_in_sql));
    table.count("rentals", lent().count(), rental::table.count().get_result(conn)?);
    let in_sql = rental::table.filter(rental::return_date.is_null()).count().get_result(conn)?;
    table.count("rentals not returned", out, in_sql);
    let in_sql = rentals_in_sql.select(sum(film::length)).get_result::<Option<i64>>(conn)?;
    table.count("minutes of film lent", usize::try_from(minutes)?, in_sql.unwrap_or_default());
    let in_sql = rentals_in_sql.select(sum(film::rental_rate)).get_result::<Option<Money>>(conn)?;
    table.row("sum of rental rates", films().map(|film| film.rental_rate).sum(), in_sql.unwrap_or_default());
    table.row("who lent which film", Rows(who_lent_what.collect()), Rows(who_lent_what_in_sql));
    Ok(table.agrees)
}

/// (b) Every payment, the largest first, in pages that each start where the last one ended.
fn payments(conn: &mut SqliteConnection, statements: &Statements) -> Result<bool, Box<dyn Error>> {
    statements.since_last();
    let start = Instant::now();
    let mut payments = Vec::new();
    let mut cursor = None;
    let mut pages = 0;
    loop {
        let page = payment::table
            .select(Payment::as_select())
            .keyset((payment::amount.desc(), payment::payment_id.asc()))
            .first(PAGE)
            .after(cursor.as_ref())
            .load(conn)?;
        pages += 1;
        cursor = page.next_cursor().cloned();
        payments.extend(page);
        if cursor.is_none() {
            break;
        }
    }
    let took = start.elapsed();

    println!("\n(b) payments by (amount desc, payment_id asc) in pages of {PAGE}, in {took:.1?}");
    println!("    {} statements for {pages} pages\n", statements.since_last());

    let walked: Vec<_> = payments.iter().map(|payment| payment.payment_id).collect();
    let in_order = payment::table
        .order((payment::amount.desc(), payment::payment_id.asc()))
        .select(payment::payment_id)
        .load::<i32>(conn)?;
    let rows = payment::table.count().get_result::<i64>(conn)?;

    let mut table = Table::new("pages");
    table.count("payments", payments.len(), rows);
    table.count("pages", pages, rows.div_euclid(PAGE.into()) + i64::from(rows % i64::from(PAGE) > 0));
    let in_sql = payment::table.select(sum(payment::amount)).get_result::<Option<Money>>(conn)?;
    table.row("sum of amounts", payments.iter().map(|payment| payment.amount).sum(), in_sql.unwrap_or_default());
    table.row("payment ids in order", Rows(walked), Rows(in_order));
    Ok(table.agrees)
}

/// Counts the statements that a connection sends.
struct Statements(Arc<AtomicUsize>);

impl Statements {
    fn watch(conn: &mut SqliteConnection) -> Self {
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        });
        Self(count)
    }

    fn since_last(&self) -> usize {
        self.0.swap(0, Ordering::Relaxed)
    }
}

/// Figures side by side, printed as they come.
struct Table {
    agrees: bool,
}

impl Table {
    fn new(ours: &str) -> Self {
        println!("    {:<24}{ours:>14}{:>14}", "", "plain SQL");
        Self { agrees: true }
    }

    fn row<T: Display + PartialEq>(&mut self, what: &str, ours: T, in_sql: T) {
        let verdict = if ours == in_sql { "same" } else { "DIFFERENT" };
        println!("    {what:<24}{ours:>14}{in_sql:>14}  {verdict}");
        self.agrees &= ours == in_sql;
    }

    fn count(&mut self, what: &str, ours: usize, in_sql: i64) {
        // A count that does not fit is a difference too.
        let in_sql =
            u64::try_from(in_sql).map(HumanCount).map_or_else(|_| in_sql.to_string(), |count| count.to_string());
        self.row(what, HumanCount(ours as u64).to_string(), in_sql);
    }
}

/// A list that is compared whole, and shown as its length.
#[derive(PartialEq)]
struct Rows<T>(Vec<T>);

impl<T> Display for Rows<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&format!("{} rows", HumanCount(self.0.len() as u64)))
    }
}
