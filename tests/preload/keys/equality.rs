//! Keys that are equal to the database and not to Rust, or to Rust and not to the database.

use std::collections::HashMap;

use turbodiesel::backend::{AggregateForm, TopN};
use turbodiesel::preload::Strategy;

use super::{Book, Shelf, books, shelves};

use crate::support::prelude::*;

scenarios! {
    /// Where the database's equality is not Rust's, a child that nobody can place is an error, until a fold says whose it is.
    fn a_key_that_the_database_takes_for_equal_is_folded_or_an_error(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&case_insensitive(BACKEND)))?;
        let shelves = || shelves::table.order(shelves::code).select(Shelf::as_select());
        let error = go!(shelves().preload(has_many::<Book>()).load(conn)).unwrap_err();
        assert!(error.is_unmatched_child(), "{error}");
        assert_eq!(
            error.to_string(),
            "has_many: the database matched a row by books.shelf_code whose key equals that of no parent in Rust; a \
             case-insensitive or padded collation does that, and `.fold_keys(..)` says which keys are equal"
        );
        assert!(!error.to_string().contains("OAK") && error.key() == Some("\"OAK\""));

        let fold = |code: String| code.to_lowercase();
        let rows = go!(shelves().preload(has_many::<Book>().order(books::id).fold_keys(fold)).load(conn))?;
        let ids: Vec<_> = rows.iter().map(|(shelf, books)| (&shelf.code[..], books.iter().map(|b| b.id).collect())).collect();
        assert_eq!(ids, [("oak", vec![1, 2]), ("pine", vec![])]);
        let rows = go!(books::table.order(books::id).select(Book::as_select()).preload(belongs_to::<Shelf>().fold_keys(fold)).load(conn))?;
        let codes: Vec<_> = rows.iter().map(|(_, shelf)| shelf.as_ref().map(|shelf| &shelf.code[..])).collect();
        assert_eq!(codes, [Some("oak"), Some("oak"), None]);
    }

    /// A group of all that the database takes for equal belongs to each of the keys that are equal to it.
    fn groups_of_text_are_given_to_every_spelling(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&case_insensitive(BACKEND)))?;
        let keys = ["oak", "OAK", "Oak", "pine"].map(str::to_owned);
        for form in [AggregateForm::EachKey, AggregateForm::Grouped] {
            let count = || has_many::<Book>().count().strategy(form);
            let counts: HashMap<String, i64> = go!(load_for_keys::<Shelf, _, _>(&keys, count(), conn))?;
            assert_eq!(keys.each_ref().map(|key| counts[key]), [2, 2, 2, 0], "{form:?}");
            let max = has_many::<Book>().max::<i32>(books::id).strategy(form);
            let last: HashMap<String, Option<i32>> = go!(load_for_keys::<Shelf, _, _>(&keys, max, conn))?;
            assert_eq!(keys.each_ref().map(|key| last[key]), [Some(2), Some(2), Some(2), None], "{form:?}");
            let there = has_many::<Book>().strategy(Strategy::Binds).exists().strategy(form);
            let there: HashMap<String, bool> = go!(load_for_keys::<Shelf, _, _>(&keys, there, conn))?;
            assert_eq!(keys.each_ref().map(|key| there[key]), [true, true, true, false], "{form:?}");
            // A fold that merges no two of the keys changes nothing.
            let folded = has_many::<Book>().fold_keys(|code: String| code.to_lowercase()).count().strategy(form);
            let counts: HashMap<String, i64> = go!(load_for_keys::<Shelf, _, _>(&["Oak".to_owned(), "pine".to_owned()], folded, conn))?;
            assert_eq!((counts["Oak"], counts["pine"]), (2, 0), "{form:?}");
        }
    }

    /// The first children of a key are those of every key that the database takes for equal to it.
    fn the_first_children_are_given_to_every_spelling(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&case_insensitive(BACKEND)))?;
        let keys = ["oak", "OAK", "Oak", "pine"].map(str::to_owned);
        for strategy in [Strategy::Auto, Strategy::Binds] {
            for form in [None, Some(TopN::Window)] {
                for limit in [1, 2, 20] {
                    let first = has_many::<Book>().strategy(strategy).order(books::id).limit_per_parent(limit);
                    let first = match form {
                        Some(form) => first.strategy(form),
                        None => first,
                    };
                    let found: HashMap<String, Vec<Book>> = go!(load_for_keys::<Shelf, _, _>(&keys, first, conn))?;
                    let found = keys.each_ref().map(|key| found[key].iter().map(|book| book.id).collect::<Vec<_>>());
                    let of_oak = if limit == 1 { vec![1] } else { vec![1, 2] };
                    assert_eq!(found, [of_oak.clone(), of_oak.clone(), of_oak, vec![]], "{strategy:?} {form:?} {limit}");
                }
            }
            let latest = has_many::<Book>().strategy(strategy).latest(books::id.desc());
            let found: HashMap<String, Option<Book>> = go!(load_for_keys::<Shelf, _, _>(&keys, latest, conn))?;
            assert_eq!(keys.each_ref().map(|key| found[key].as_ref().map(|book| book.id)), [Some(2), Some(2), Some(2), None]);
        }
    }

    /// A column that is padded to its width is read with its blanks on PostgreSQL, and compared without them.
    fn padded_keys_find_their_children(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&text_tables("", "CHAR(5)")))?;
        go!(conn.batch_execute("INSERT INTO shelves VALUES ('oak'), ('pine'), ('larch');
            INSERT INTO books VALUES (1, 'oak'), (2, 'larch'), (3, 'oak');"))?;
        let shelves = || shelves::table.order(shelves::code.desc()).select(Shelf::as_select());
        let rows = go!(shelves().preload(has_many::<Book>().order(books::id)).load(conn))?;
        assert_eq!(ids(&rows), [("pine", vec![]), ("oak", vec![1, 3]), ("larch", vec![2])]);
        let rows = go!(books::table.order(books::id).select(Book::as_select()).preload(belongs_to::<Shelf>()).load(conn))?;
        assert!(rows.iter().all(|(book, shelf)| book.shelf_code == shelf.as_ref().map(|shelf| shelf.code.clone())));
        // What is padded and points to nothing does so when it is asked once more, too.
        go!(conn.batch_execute("DELETE FROM shelves WHERE code = 'oak'"))?;
        let error = go!(books::table.select(Book::as_select()).preload(belongs_to::<Shelf>()).load(conn)).unwrap_err();
        assert!(error.is_dangling_key(), "{error}");
    }

    /// Where blanks count, a key that ends in them is another key, and the children of the one without them are not its own.
    fn blanks_that_count_are_kept(db) {
        let conn = db.conn();
        let text = if BACKEND == "mysql" { "VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin" } else { "VARCHAR(20)" };
        go!(conn.batch_execute(&text_tables("", text)))?;
        go!(conn.batch_execute("INSERT INTO shelves VALUES ('oak '), ('oak  '), ('pine'), ('pine ');
            INSERT INTO books VALUES (1, 'oak'), (2, 'oak '), (3, 'pine'), (4, 'pine '), (5, 'oak  '), (6, 'oak ');"))?;
        let shelves = shelves::table.order(shelves::code).select(Shelf::as_select());
        let mut rows = go!(shelves.preload(has_many::<Book>().order(books::id)).load(conn))?;
        rows.sort_by_key(|(shelf, _)| shelf.code.clone());
        let found: Vec<(&str, Vec<i32>)> = rows.iter().map(|(shelf, books)| (&shelf.code[..], books.iter().map(|b| b.id).collect())).collect();
        assert_eq!(found, [("oak ", vec![2, 6]), ("oak  ", vec![5]), ("pine", vec![3]), ("pine ", vec![4])]);
    }

    /// A padded collation: what it takes for equal, the fold must too.
    fn a_padded_collation_is_folded_or_an_error(db) {
        let conn = db.conn();
        let text = match BACKEND {
            "mysql" => "VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            "sqlite" => "VARCHAR(20) COLLATE RTRIM",
            _ => return Ok(()), // PostgreSQL has none
        };
        go!(conn.batch_execute(&text_tables("", text)))?;
        go!(conn.batch_execute("INSERT INTO shelves VALUES ('oak'); INSERT INTO books VALUES (1, 'oak  ');"))?;
        let shelves = || shelves::table.select(Shelf::as_select());
        let error = go!(shelves().preload(has_many::<Book>()).load(conn)).unwrap_err();
        assert!(error.is_unmatched_child() && error.to_string().contains(".fold_keys(..)"), "{error}");
        let fold = |code: String| code.trim_end().to_owned();
        let rows = go!(shelves().preload(has_many::<Book>().fold_keys(fold)).load(conn))?;
        assert_eq!(ids(&rows), [("oak", vec![1])]);
    }
}

fn ids(rows: &[(Shelf, Vec<Book>)]) -> Vec<(&str, Vec<i32>)> {
    rows.iter().map(|(shelf, books)| (shelf.code.trim_end(), books.iter().map(|book| book.id).collect())).collect()
}

fn text_tables(before: &str, text: &str) -> String {
    format!(
        "{before}
         CREATE TABLE shelves (code {text} NOT NULL PRIMARY KEY);
         CREATE TABLE books (id INTEGER NOT NULL PRIMARY KEY, shelf_code {text});"
    )
}

/// Shelves and books whose codes differ by case alone, in a column that does not care.
pub(super) fn case_insensitive(backend: &str) -> String {
    let (before, text) = match backend {
        "mysql" => ("", "VARCHAR(700) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"),
        "postgres" => (
            "CREATE COLLATION careless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);",
            "TEXT COLLATE careless",
        ),
        _ => ("", "TEXT COLLATE NOCASE"),
    };
    format!(
        "{}
         INSERT INTO shelves VALUES ('oak'), ('pine');
         INSERT INTO books VALUES (1, 'OAK'), (2, 'oak'), (3, NULL);",
        text_tables(before, text)
    )
}
