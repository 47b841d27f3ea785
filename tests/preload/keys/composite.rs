//! Keys of two and three columns, each with a column that another key shares.

use turbodiesel::backend::{PerParentSql, TopN};
use turbodiesel::preload::{Bound, Strategy};

use crate::support::prelude::*;

diesel::table! { seats (row, number) { row -> Text, number -> Integer, } }
diesel::table! {
    tickets (id) { id -> Integer, row -> Nullable<Text>, number -> Nullable<Integer>, day -> BigInt, }
}
diesel::table! { shows (row, number, day) { row -> Text, number -> Integer, day -> BigInt, } }

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable)]
#[diesel(table_name = seats, primary_key(row, number))]
struct Seat {
    row: String,
    number: i32,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable)]
#[diesel(table_name = tickets)]
struct Ticket {
    id: i32,
    row: Option<String>,
    number: Option<i32>,
    day: i64,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable)]
#[diesel(table_name = shows, primary_key(row, number, day))]
struct Show {
    row: String,
    number: i32,
    day: i64,
}

/// Every pair of two rows and two numbers but one is a seat, so that a cross product of the columns finds too much.
const TABLES: &str = "
    CREATE TABLE seats (row VARCHAR(20) NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (row, number));
    CREATE TABLE tickets (id INTEGER NOT NULL PRIMARY KEY, row VARCHAR(20), number INTEGER, day BIGINT NOT NULL);
    CREATE TABLE shows (row VARCHAR(20) NOT NULL, number INTEGER NOT NULL, day BIGINT NOT NULL, PRIMARY KEY (row, number, day));
    INSERT INTO seats VALUES ('a', 1), ('a', 2), ('b', 1);
    INSERT INTO shows VALUES ('a', 1, 5), ('a', 1, 6), ('b', 1, 5);
    INSERT INTO tickets VALUES (1, 'a', 1, 5), (2, 'a', 2, 5), (3, 'b', 2, 5), (4, 'a', NULL, 5), (5, NULL, 1, 5),
      (6, 'a', 1, 6), (7, NULL, NULL, 7);";

scenarios! {
    fn keys_of_two_columns(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&TABLES.replace("row", quoted(BACKEND))))?;
        let seats = || seats::table.order((seats::row, seats::number)).select(Seat::as_select());
        let by_columns = has_many::<Ticket>().by((tickets::row, tickets::number)).order(tickets::id);
        let by_closure = has_many::<Ticket>()
            .by_key((tickets::row, tickets::number), |seat: &Seat| (seat.row.clone(), seat.number))
            .order(tickets::id);
        let want = [("a", 1, vec![1, 6]), ("a", 2, vec![2]), ("b", 1, vec![])];
        let rows: Vec<(Seat, Vec<Ticket>)> = go!(seats().preload(by_columns).load(conn))?;
        assert_eq!(seats_and_tickets(&rows), want);
        let rows = go!(seats().preload(by_closure).load(conn))?;
        assert_eq!(seats_and_tickets(&rows), want);
        for strategy in [Strategy::Search, Strategy::Scan, Strategy::Binds] {
            let rows = go!(seats().preload(by_columns.strategy(strategy)).load(conn))?;
            assert_eq!(seats_and_tickets(&rows), want, "{strategy:?}");
        }
        // One by one.
        let bound = has_many::<Ticket>()
            .by_key((tickets::row, tickets::number), |seat: &Seat| (seat.row.clone(), Bound(seat.number)))
            .order(tickets::id);
        let rows = go!(seats().preload(bound).load(conn))?;
        assert_eq!(seats_and_tickets(&rows), want);

        // The last ticket of each seat, in every form that there is.
        let want = [("a", 1, vec![6]), ("a", 2, vec![2]), ("b", 1, vec![])];
        for form in [TopN::Lateral, TopN::LateralKeys, TopN::KeyArray, TopN::Union, TopN::Single, TopN::Window] {
            let last = has_many::<Ticket>().by((tickets::row, tickets::number)).order(tickets::id.desc()).limit_per_parent(1);
            let bound = has_many::<Ticket>()
                .by_key((tickets::row, tickets::number), |seat: &Seat| (seat.row.clone(), Bound(seat.number)))
                .order(tickets::id.desc())
                .limit_per_parent(1);
            if DB::knows(form) {
                let rows = go!(seats().preload(last.strategy(form)).load(conn))?;
                assert_eq!(seats_and_tickets(&rows), want, "{form:?}");
                let rows = go!(seats().preload(bound.strategy(form)).load(conn))?;
                assert_eq!(seats_and_tickets(&rows), want, "{form:?}");
            }
        }

        // A NULL in either column is no key; ticket 3 points to a seat that is not there.
        let seat = |ticket: &Ticket| (ticket.row.clone(), ticket.number);
        let to_seat = || belongs_to::<Seat>().by_key((seats::row, seats::number), seat);
        let tickets = || tickets::table.order(tickets::id).select(Ticket::as_select());
        let rows: Vec<(Ticket, Option<Seat>)> = go!(tickets().filter(tickets::id.ne(3)).preload(to_seat()).load(conn))?;
        let found: Vec<_> = rows.iter().map(|(ticket, seat)| (ticket.id, seat.is_some())).collect();
        assert_eq!(found, [(1, true), (2, true), (4, false), (5, false), (6, true), (7, false)]);
        let error = go!(tickets().preload(to_seat()).load(conn)).unwrap_err();
        assert!(error.is_dangling_key(), "{error}");
        assert_eq!(error.key(), Some("(\"b\", 2)"));
    }

    fn keys_of_three_columns(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&TABLES.replace("row", quoted(BACKEND))))?;
        let relation = has_many::<Ticket>().by((tickets::row, tickets::number, tickets::day));
        let rows: Vec<(Show, Vec<Ticket>)> = go!(shows::table
            .order((shows::row, shows::number, shows::day))
            .select(Show::as_select())
            .preload(relation)
            .load(conn))?;
        let ids: Vec<Vec<i32>> = rows.iter().map(|(_, tickets)| tickets.iter().map(|t| t.id).collect()).collect();
        assert_eq!(ids, [vec![1], vec![6], vec![]]);
    }
}

/// `row` is a word of MySQL's own.
fn quoted(backend: &str) -> &'static str {
    if backend == "mysql" { "`row`" } else { "row" }
}

fn seats_and_tickets(rows: &[(Seat, Vec<Ticket>)]) -> Vec<(&str, i32, Vec<i32>)> {
    rows.iter().map(|(seat, tickets)| (&seat.row[..], seat.number, tickets.iter().map(|t| t.id).collect())).collect()
}
