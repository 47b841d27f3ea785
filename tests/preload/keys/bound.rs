//! Keys that are bound one by one, in chunks, and keys that a backend refuses.

use blog::models::{Comment, Post};
use blog::schema::{comments, posts};
use turbodiesel::preload::Bound;

use super::equality::case_insensitive;
use super::{Book, Shelf, books};

use crate::support::prelude::*;

diesel::table! { prices (amount) { amount -> Numeric, } }
diesel::table! { offers (id) { id -> Integer, amount -> Nullable<Numeric>, } }

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable)]
#[diesel(table_name = prices, primary_key(amount))]
struct Price {
    amount: bigdecimal::BigDecimal,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable, Associations)]
#[diesel(table_name = offers, belongs_to(Price, foreign_key = amount))]
struct Offer {
    id: i32,
    amount: Option<bigdecimal::BigDecimal>,
}

scenarios! {
    fn chunks_keep_the_order_within_a_parent(db) {
        let conn = db.conn();
        seed_posts(conn, 9_000)?;
        let log = StatementLog::install(conn);
        // The edges of a chunk, and of its padding.
        for size in [1, 16, 17, 4096, 4097, 8193] {
            let posts = || posts::table.filter(posts::id.le(size)).order(posts::id).select(Post::as_select());
            let newest_first = || has_many::<Comment>().order((comments::created_at.desc(), comments::id));
            let bound = posts().preload(newest_first().by_key(comments::post_id, |post: &Post| Bound(post.id)));
            let announced = bound.statements().for_parents(size as usize);
            log.take();
            let bound = go!(bound.load(conn))?;
            let chunks = if BACKEND == "postgres" { 1 } else { (size as usize).div_ceil(4096) };
            assert_eq!(log.take().len(), 1 + chunks, "{size} parents");
            assert_eq!(announced, 1 + usize::from(size >= 100) + (size as usize).div_ceil(4096));
            assert!(bound == go!(posts().preload(newest_first()).load(conn))?, "{size} parents");
        }
    }

    /// One statement gives a child once, whatever the database takes its key for. So do several.
    fn chunks_give_a_child_once(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&case_insensitive(BACKEND)))?;
        // A key in the first chunk, and one in the second that the database takes for the same.
        let codes: Vec<String> = (0..5_000).map(|n| match n {
            0 => "oak".to_owned(),
            4_999 => "OAK".to_owned(),
            n => format!("none {n}"),
        }).collect();
        let shelves: Vec<Shelf> = codes.into_iter().map(|code| Shelf { code }).collect();
        let books = has_many::<Book>().order(books::id).by_key(books::shelf_code, |shelf: &Shelf| Bound(shelf.code.clone()));
        let rows = go!(preload_for(shelves.clone(), books, conn))?;
        let ids = |n: usize| rows[n].1.iter().map(|book| book.id).collect::<Vec<_>>();
        assert_eq!((ids(0), ids(4_999)), (vec![2], vec![1]));
        assert_eq!(rows.iter().map(|(_, books)| books.len()).sum::<usize>(), 2);
        // Folded, the two share their children, in one order.
        let fold = |code: Bound<String>| Bound(code.0.to_lowercase());
        let rows = go!(preload_for(shelves, books.fold_keys(fold), conn))?;
        let ids = |n: usize| rows[n].1.iter().map(|book| book.id).collect::<Vec<_>>();
        assert_eq!((ids(0), ids(4_999)), (vec![1, 2], vec![1, 2]));
    }

    /// A key that equals another in Rust and is spelled otherwise equals it in the database too, or is refused.
    fn decimals_are_exact_or_refused(db) {
        let conn = db.conn();
        go!(conn.batch_execute("CREATE TABLE prices (amount DECIMAL(30, 10) NOT NULL PRIMARY KEY);
            CREATE TABLE offers (id INTEGER NOT NULL PRIMARY KEY, amount DECIMAL(30, 4));
            INSERT INTO prices VALUES (1), (1.5), (12345678901234567890.0001);
            INSERT INTO offers VALUES (1, 1.0), (2, 1.5000), (3, 12345678901234567890.0001), (4, NULL), (5, 1);"))?;
        // On SQLite this one is the same as the last.
        let close = "INSERT INTO prices VALUES (12345678901234567890.0002)";
        assert_eq!(go!(conn.batch_execute(close)).is_err(), BACKEND == "sqlite");
        let prices = || prices::table.order(prices::amount).select(Price::as_select());
        let result = go!(prices().preload(has_many::<Offer>().order(offers::id)).load(conn));
        if BACKEND == "sqlite" {
            let error = result.unwrap_err();
            assert!(error.is_unsupported_key());
            assert_eq!(
                error.to_string(),
                "keys of type `bigdecimal::BigDecimal` cannot be looked up in offers.amount on SQLite: it keeps decimals \
                 as floats, so that two of them can be one; use text or an integer"
            );
        } else {
            let ids = |rows: Vec<(Price, Vec<Offer>)>| -> Vec<Vec<i32>> {
                rows.iter().map(|(_, offers)| offers.iter().map(|offer| offer.id).collect()).collect()
            };
            assert_eq!(ids(result?), [vec![1, 5], vec![2], vec![3], vec![]]);
            // A row for each parent, and a page of each.
            let newest = || has_many::<Offer>().order(offers::id.desc());
            let rows = go!(prices().preload(newest().limit_per_parent(1)).load(conn))?;
            assert_eq!(ids(rows), [vec![5], vec![2], vec![3], vec![]]);
            let rows = go!(prices().preload(newest().limit_per_parent(2)).load(conn))?;
            assert_eq!(ids(rows), [vec![5, 1], vec![2], vec![3], vec![]]);
            let rows = go!(prices().preload(has_many::<Offer>().count()).load(conn))?;
            assert_eq!(rows.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [2, 1, 1, 0]);
            let offers = offers::table.order(offers::id).select(Offer::as_select());
            let rows = go!(offers.preload(belongs_to::<Price>()).load(conn))?;
            assert!(rows.iter().all(|(offer, price)| offer.amount == price.as_ref().map(|price| price.amount.clone())));
        }
    }
}

// Types that one backend has.
#[cfg(feature = "postgres")]
only_on! { postgres;
    fn uuids_and_points_in_time_of_postgres(db) {
        diesel::table! { sessions (id) { id -> Uuid, } }
        diesel::table! { visits (id) { id -> Integer, session_id -> Nullable<Uuid>, at -> Timestamptz, } }

        #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable)]
        struct Session {
            id: uuid::Uuid,
        }
        #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable, Associations)]
        #[diesel(belongs_to(Session))]
        struct Visit {
            id: i32,
            session_id: Option<uuid::Uuid>,
            at: chrono::DateTime<chrono::Utc>,
        }
        let conn = db.conn();
        go!(conn.batch_execute(
            "CREATE TABLE sessions (id UUID NOT NULL PRIMARY KEY);
             CREATE TABLE visits (id INTEGER NOT NULL PRIMARY KEY, session_id UUID, at TIMESTAMPTZ NOT NULL);
             INSERT INTO sessions VALUES ('00000000-0000-0000-0000-000000000001'), ('00000000-0000-0000-0000-000000000002');
             INSERT INTO visits VALUES (1, '00000000-0000-0000-0000-000000000001', '2026-01-01 00:00:00+02'),
               (2, NULL, '2025-12-31 22:00:00Z');",
        ))?;
        let sessions = sessions::table.order(sessions::id).select(Session::as_select());
        let rows = go!(sessions.preload(has_many::<Visit>()).load(conn))?;
        assert_eq!(rows.iter().map(|(_, visits)| visits.len()).collect::<Vec<_>>(), [1, 0]);
        // Two spellings of one point in time.
        let at_once = has_many::<Visit>().by_key(visits::at, |visit: &Visit| visit.at).order(visits::id);
        let rows = go!(visits::table.select(Visit::as_select()).preload(at_once).load(conn))?;
        assert!(rows.iter().all(|(_, visits)| visits.iter().map(|visit| visit.id).collect::<Vec<_>>() == [1, 2]));
    }
}

// Unsigned integers, which MySQL alone has.
#[cfg(feature = "mysql")]
only_on! { mysql;
    fn unsigned_keys_of_mysql(db) {
        diesel::table! { accounts (id) { id -> Unsigned<BigInt>, } }
        diesel::table! { logins (id) { id -> Unsigned<Integer>, account_id -> Unsigned<BigInt>, tiny -> TinyInt, } }

        #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable)]
        struct Account {
            id: u64,
        }
        #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable, Associations)]
        #[diesel(belongs_to(Account))]
        struct Login {
            id: u32,
            account_id: u64,
            tiny: i8,
        }
        let conn = db.conn();
        go!(conn.batch_execute(
            "CREATE TABLE accounts (id BIGINT UNSIGNED NOT NULL PRIMARY KEY);
             CREATE TABLE logins (id INTEGER UNSIGNED NOT NULL PRIMARY KEY, account_id BIGINT UNSIGNED NOT NULL, tiny TINYINT NOT NULL);
             INSERT INTO accounts VALUES (18446744073709551615), (9223372036854775807), (0);
             INSERT INTO logins VALUES (1, 18446744073709551615, -128), (4294967295, 0, 127), (3, 0, -128);",
        ))?;
        let accounts = accounts::table.order(accounts::id).select(Account::as_select());
        let rows = go!(accounts.preload(has_many::<Login>().order(logins::id)).load(conn))?;
        let found: Vec<_> =
            rows.iter().map(|(account, logins)| (account.id, logins.iter().map(|login| login.id).collect())).collect();
        assert_eq!(found, [(0, vec![3, u32::MAX]), (i64::MAX as u64, vec![]), (u64::MAX, vec![1])]);
        let alike = has_many::<Login>().by_key(logins::tiny, |login: &Login| login.tiny).order(logins::id);
        let rows = go!(logins::table.order(logins::id).select(Login::as_select()).preload(alike).load(conn))?;
        assert_eq!(rows.iter().map(|(_, alike)| alike.len()).collect::<Vec<_>>(), [2, 2, 1]);
    }
}
