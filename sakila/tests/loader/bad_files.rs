//! What is wrong with the files is said with file and line, and nothing is loaded.

use crate::folder::Folder;
use crate::tables;
use diesel::prelude::*;
use sakila::{FieldProblem, LoadError};
use std::fs;

/// Loads, finds the database as empty as before, and gives the error with its message, from the file's name on.
#[track_caller]
fn refused(folder: &Folder) -> (LoadError, String) {
    let conn = &mut tables();
    let error = sakila::load(conn, folder.path(), |_| ()).unwrap_err();
    let left = sakila::schema::language::table.count().get_result::<i64>(conn);
    assert_eq!(left, Ok(0), "rows are left behind");
    let message = error.to_string().replace(&format!("{}/", folder.path().display()), "");
    (error, message)
}

#[test]
fn a_missing_file() {
    let folder = Folder::new("missing");
    fs::remove_file(folder.file("payment")).unwrap();
    let mut told = 0;
    let error = sakila::load(&mut tables(), folder.path(), |_| told += 1).unwrap_err();
    assert!(matches!(&error, LoadError::Open { file, .. } if *file == folder.file("payment")));
    assert!(error.to_string().contains("payment.tsv: cannot be opened: No such file"), "{error}");
    // It is the last of all files to load, and yet none was.
    assert_eq!(told, 0);
}

#[test]
fn a_missing_folder() {
    let error = sakila::load(&mut tables(), "no/such/folder", |_| ()).unwrap_err();
    assert!(error.to_string().starts_with("no/such/folder/store.tsv: cannot be opened"), "{error}");
}

#[test]
fn other_columns() {
    let folder = Folder::new("columns");
    folder.write("actor", &["actor_id|last_name|first_name|last_update"]);
    let (error, message) = refused(&folder);
    assert!(matches!(error, LoadError::Header { .. }));
    let names =
        (r#""actor_id\tfirst_name\tlast_name\tlast_update""#, r#""actor_id\tlast_name\tfirst_name\tlast_update""#);
    assert_eq!(message, format!("actor.tsv:1: the columns should be {}, but are {}", names.0, names.1));
}

#[test]
fn an_empty_file_has_no_columns() {
    let folder = Folder::new("empty");
    folder.write("category", &[]);
    let (_, message) = refused(&folder);
    assert!(message.starts_with("category.tsv:1: the columns should be"), "{message}");
    assert!(message.ends_with(r#"but are """#), "{message}");
}

#[test]
fn a_file_with_the_line_ends_of_windows() {
    let folder = Folder::new("windows");
    folder.write("category", &["category_id|name|last_update\r", "5|Comedy|2006-02-15 04:46:27\r"]);
    let (_, message) = refused(&folder);
    assert!(message.ends_with(r#"last_update\r""#), "{message}");
}

#[test]
fn too_few_and_too_many_fields() {
    for (line, found) in [("10|BELOW|2006-02-15 04:34:33", 3), ("10|A|B|2006-02-15 04:34:33|", 5), ("", 1)] {
        let folder = Folder::new(&format!("fields-{found}"));
        folder.add("actor", line);
        let (error, message) = refused(&folder);
        assert!(matches!(error, LoadError::FieldCount { line: 3, expected: 4, .. }));
        assert_eq!(message, format!("actor.tsv:3: {found} fields where the table has 4 columns"));
    }
}

#[test]
fn a_field_that_does_not_parse() {
    let folder = Folder::new("field");
    folder.add("payment", "33|9|2|21|4,99|2005-06-18 03:57:36");
    let (error, message) = refused(&folder);
    assert!(matches!(error, LoadError::Field { line: 4, column: "amount", .. }));
    assert_eq!(message, r#"payment.tsv:4: column amount: "4,99" is not an amount with at most two decimals"#);
}

#[test]
fn null_where_there_is_none() {
    let folder = Folder::new("null");
    folder.add("rental", r"22|\N|11|9|\N|2|2006-02-15 21:30:53");
    let (error, message) = refused(&folder);
    assert!(matches!(error, LoadError::Field { problem: FieldProblem::Null, .. }));
    assert_eq!(message, r#"rental.tsv:3: column rental_date: "\\N" is NULL, which the column does not take"#);
}

#[test]
fn an_unknown_escape() {
    let folder = Folder::new("escape");
    folder.add("actor", r"10|A\|B|2006-02-15 04:34:33");
    let (_, message) = refused(&folder);
    assert_eq!(message, r#"actor.tsv:3: column first_name: "A\\" has a backslash that escapes nothing"#);
}

#[test]
fn bytes_that_are_no_text() {
    let folder = Folder::new("bytes");
    let mut bytes = fs::read(folder.file("category")).unwrap();
    bytes.extend(b"6\tDram\xff\t2006-02-15 04:46:27\n");
    fs::write(folder.file("category"), bytes).unwrap();
    let (error, message) = refused(&folder);
    assert!(matches!(error, LoadError::Read { line: 3, .. }));
    assert!(message.starts_with("category.tsv:3: cannot be read: "), "{message}");
}

#[test]
fn a_key_twice() {
    let folder = Folder::new("twice");
    folder.add("film_actor", "81|4|2006-02-15 05:05:03");
    let (error, message) = refused(&folder);
    assert!(matches!(error, LoadError::Insert { first_line: 2, last_line: 3, .. }));
    assert!(message.starts_with("film_actor.tsv:2-3: refused by the database: UNIQUE constraint failed"), "{message}");
}

#[test]
fn a_row_without_its_parent() {
    let folder = Folder::new("orphan");
    folder.add("rental", r"25|2005-05-30 01:56:11|12|9|\N|2|2006-02-15 21:30:53");
    folder.add("rental", r"24|2005-05-30 01:56:11|13|9|\N|2|2006-02-15 21:30:53");
    let (error, message) = refused(&folder);
    assert!(matches!(error, LoadError::ForeignKey { rows: 2, first_row: 24, .. }));
    assert_eq!(message, "rental: rows that point to no row of inventory: 2, the first of them is 24");
}

#[test]
fn a_store_without_its_manager() {
    let folder = Folder::new("manager");
    folder.add("store", "2|99|5|2006-02-15 04:57:12");
    let (_, message) = refused(&folder);
    assert_eq!(message, "store: rows that point to no row of staff: 1, the first of them is 2");
}

#[test]
fn files_of_a_batch_and_more_name_the_line_and_not_the_batch() {
    let folder = Folder::new("long");
    for id in 100..1_300 {
        folder.add("actor", &format!("{id}|A|B|2006-02-15 04:34:33"));
    }
    folder.add("actor", "one|A|B|2006-02-15 04:34:33");
    let (_, message) = refused(&folder);
    assert_eq!(message, r#"actor.tsv:1203: column actor_id: "one" is not an integer of 32 bits"#);
}
