//! Newtypes in columns of CHAR(n): PostgreSQL reads them with their padding and compares them without it.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types;
use turbodiesel::backend::{AggregateForm, TopN};
use turbodiesel::preload::Strategy;

use crate::support::prelude::*;

/// `$key` is how the newtype is made a key.
macro_rules! newtypes {
    ($($name:ident: {$($key:tt)+})+) => {$(
        mod $name {
            use super::*;

            #[derive(Debug, Clone, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
            #[diesel(sql_type = sql_types::Text)]
            struct Code(String);
            turbodiesel::key!($($key)+);

            impl<DB: Backend> FromSql<sql_types::Text, DB> for Code
            where
                String: FromSql<sql_types::Text, DB>,
            {
                fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
                    String::from_sql(value).map(Code)
                }
            }
            impl<DB: Backend> ToSql<sql_types::Text, DB> for Code
            where
                str: ToSql<sql_types::Text, DB>,
            {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                    str::to_sql(&self.0, out)
                }
            }

            diesel::table! { shelves (code) { code -> Text, } }
            diesel::table! { books (id) { id -> Integer, shelf_code -> Nullable<Text>, room -> Text, } }

            #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable)]
            #[diesel(table_name = shelves, primary_key(code))]
            struct Shelf {
                code: Code,
            }

            #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable, Associations)]
            #[diesel(table_name = books, belongs_to(Shelf, foreign_key = shelf_code))]
            struct Book {
                id: i32,
                shelf_code: Option<Code>,
                room: Code,
            }

            fn ids(rows: &[(Shelf, Vec<Book>)]) -> Vec<(&str, Vec<i32>)> {
                let books = |books: &[Book]| books.iter().map(|book| book.id).collect();
                rows.iter().map(|(shelf, of)| (shelf.code.0.trim_end(), books(of))).collect()
            }

            scenarios! {
                fn padded_keys_find_their_children(db) {
                    let conn = db.conn();
                    go!(conn.batch_execute(PADDED))?;
                    let shelves = || shelves::table.order(shelves::code.desc()).select(Shelf::as_select());
                    let books = || has_many::<Book>().order(books::id);
                    let all = [("pine", vec![]), ("oak", vec![1, 3]), ("larch", vec![2])];
                    for strategy in [Strategy::Auto, Strategy::Search, Strategy::Scan, Strategy::Binds] {
                        let load = shelves().preload(books().strategy(strategy));
                        match go!(load.load(conn)) {
                            Ok(rows) => assert_eq!(ids(&rows), all, "{strategy:?}"),
                            Err(error) => assert!(error.is_unsupported_strategy() && BACKEND != "postgres", "{error}"),
                        }
                    }
                    assert_eq!(ids(&go!(shelves().preload(books().limit_per_parent(9)).load(conn))?), all);
                    assert_eq!(ids(&go!(shelves().preload(books().limit_per_parent(11)).load(conn))?), all);
                    assert_eq!(ids(&go!(shelves().preload(books().limit_per_parent(9).strategy(TopN::Window)).load(conn))?), all);
                    let latest = go!(shelves().preload(has_many::<Book>().latest(books::id.desc())).load(conn))?;
                    assert_eq!(latest.iter().map(|(_, book)| book.as_ref().map(|book| book.id)).collect::<Vec<_>>(), [None, Some(3), Some(2)]);
                    for form in [AggregateForm::EachKey, AggregateForm::Grouped] {
                        let counts = go!(shelves().preload(has_many::<Book>().count().strategy(form)).load(conn))?;
                        assert_eq!(counts.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [0, 2, 1], "{form:?}");
                    }
                    let rows = go!(books::table.order(books::id).select(Book::as_select()).preload(belongs_to::<Shelf>()).load(conn))?;
                    assert_eq!(rows.len(), 3);
                    assert!(rows.iter().all(|(book, shelf)| book.shelf_code == shelf.as_ref().map(|shelf| shelf.code.clone())));
                    let beside = has_many::<Book>()
                        .by_key((books::shelf_code, books::room), |book: &Book| (book.shelf_code.clone(), book.room.clone()));
                    let rows = go!(books::table.order(books::id).select(Book::as_select()).preload(beside.order(books::id)).load(conn))?;
                    let found: Vec<Vec<i32>> = rows.iter().map(|(_, beside)| beside.iter().map(|book| book.id).collect()).collect();
                    assert_eq!(found, [[1], [2], [3]]);
                }

                /// Asked once more after a miss, a padded key that points to nothing points to nothing.
                fn a_padded_key_that_dangles_is_no_concurrent_change(db) {
                    db.without_foreign_keys()?;
                    let conn = db.conn();
                    go!(conn.batch_execute(PADDED))?;
                    go!(conn.batch_execute("DELETE FROM shelves WHERE code = 'oak'"))?;
                    let error = go!(books::table.select(Book::as_select()).preload(belongs_to::<Shelf>()).load(conn)).unwrap_err();
                    assert!(error.is_dangling_key(), "{error}");
                }
            }
        }
    )+};
}

/// A column of CHAR(5), and one of text in which blanks count where they do on this database.
const PADDED: &str = "
CREATE TABLE shelves (code CHAR(5) NOT NULL PRIMARY KEY);
CREATE TABLE books (id INTEGER NOT NULL PRIMARY KEY, shelf_code CHAR(5), room VARCHAR(20) NOT NULL);
INSERT INTO shelves VALUES ('oak'), ('pine'), ('larch');
INSERT INTO books VALUES (1, 'oak', 'a '), (2, 'larch', 'a'), (3, 'oak', 'b ');";

newtypes! {
    text: {Code => |code| &code.0}
    bound: {Code}
}
