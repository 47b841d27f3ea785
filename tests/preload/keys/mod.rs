//! Keys of other types than `i32`: every content must find its children, and nothing else.

mod blanks;
mod bound;
mod composite;
mod equality;
mod types;

use crate::support::prelude::*;

diesel::table! { shelves (code) { code -> Text, } }
diesel::table! { books (id) { id -> Integer, shelf_code -> Nullable<Text>, } }
diesel::table! { large (id) { id -> BigInt, } }
diesel::table! { small (id) { id -> SmallInt, large_id -> BigInt, } }

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable)]
#[diesel(table_name = shelves, primary_key(code))]
struct Shelf {
    code: String,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable, Associations)]
#[diesel(table_name = books, belongs_to(Shelf, foreign_key = shelf_code))]
struct Book {
    id: i32,
    shelf_code: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable)]
#[diesel(table_name = large)]
struct Large {
    id: i64,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable, Associations)]
#[diesel(table_name = small, belongs_to(Large))]
struct Small {
    id: i16,
    large_id: i64,
}

/// Binary collations, as keys should have; the server's default would do the same but for case on MySQL.
fn tables(backend: &str) -> String {
    let text = match backend {
        "mysql" => "VARCHAR(700) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
        _ => "VARCHAR(700)",
    };
    format!(
        "CREATE TABLE shelves (code {text} NOT NULL PRIMARY KEY);
         CREATE TABLE books (id INTEGER NOT NULL PRIMARY KEY, shelf_code {text});
         CREATE TABLE large (id BIGINT NOT NULL PRIMARY KEY);
         CREATE TABLE small (id SMALLINT NOT NULL PRIMARY KEY, large_id BIGINT NOT NULL);"
    )
}

scenarios! {
    fn text_keys_of_any_content(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&tables(BACKEND)))?;
        let long = "x".repeat(600);
        let codes = ["", "1", "01", "1e3", "1.0", "a,b", "[\"]", "\\", "'\"`", "new\nline", "tab\t", "\u{1}", "Ä😀", "null", "NULL", "A", "a", &long];
        for (id, code) in (1..).zip(codes) {
            go!(diesel::insert_into(shelves::table).values(shelves::code.eq(code)).execute(conn))?;
            go!(diesel::insert_into(books::table).values((books::id.eq(id), books::shelf_code.eq(code))).execute(conn))?;
        }
        go!(diesel::insert_into(books::table).values((books::id.eq(99), books::shelf_code.eq(None::<String>))).execute(conn))?;

        let rows = go!(shelves::table.select(Shelf::as_select()).preload(has_many::<Book>()).load(conn))?;
        assert_eq!(rows.len(), codes.len());
        for (shelf, books) in rows {
            assert_eq!(books.iter().map(|book| book.shelf_code.as_ref()).collect::<Vec<_>>(), [Some(&shelf.code)]);
        }
        let rows = go!(books::table.select(Book::as_select()).preload(belongs_to::<Shelf>()).load(conn))?;
        assert!(rows.iter().all(|(book, shelf)| book.shelf_code == shelf.as_ref().map(|s| s.code.clone())));
    }

    fn integer_keys_of_any_size(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&tables(BACKEND)))?;
        let ids = [i64::MIN, -1, 0, 1, (1 << 53) + 1, i64::MAX];
        for (id, large) in (1..).zip(ids) {
            go!(diesel::insert_into(large::table).values(large::id.eq(large)).execute(conn))?;
            go!(diesel::insert_into(small::table).values((small::id.eq(id), small::large_id.eq(large))).execute(conn))?;
        }
        let rows = go!(large::table.select(Large::as_select()).preload(has_one::<Small>()).load(conn))?;
        assert_eq!(rows.len(), ids.len());
        assert!(rows.iter().all(|(large, small)| small.as_ref().map(|s| s.large_id) == Some(large.id)));
    }
}
