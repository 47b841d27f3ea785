//! The index that a relation says it needs: made from its text, and then used by the relation.

use blog::Seed;
use blog::models::{Post, PostTag, Tag, User};
use blog::schema::{post_tags, tags, users};
use turbodiesel::plan::Plans;

use crate::support::prelude::*;

diesel::table! {
    notes (id) {
        id -> Integer,
        user_id -> Integer,
        editor_id -> Nullable<Integer>,
        score -> Integer,
        written -> Integer,
    }
}

diesel::table! {
    note_links (id) {
        id -> Integer,
        user_id -> Integer,
        tag_id -> Integer,
        place -> Integer,
    }
}

/// A child of a table without any index but its primary key's.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable, Associations)]
#[diesel(table_name = notes, belongs_to(User), check_for_backend(diesel::sqlite::Sqlite))]
struct Note {
    id: i32,
    user_id: i32,
    score: i32,
}

/// A link of such a table.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable, Associations)]
#[diesel(table_name = note_links, belongs_to(User), belongs_to(Tag), check_for_backend(diesel::sqlite::Sqlite))]
struct NoteLink {
    id: i32,
    user_id: i32,
    tag_id: i32,
}

/// Twelve notes of each user, in an order that is not theirs.
const NOTES: &str = "
CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY, user_id INTEGER NOT NULL, editor_id INTEGER, score INTEGER NOT NULL, written INTEGER NOT NULL);
INSERT INTO notes (id, user_id, editor_id, score, written)
  SELECT id, author_id, CASE WHEN id % 3 = 0 THEN author_id ELSE NULL END, id * 7 % 11, id * 31 % 101 FROM posts;
CREATE TABLE note_links (id INTEGER NOT NULL PRIMARY KEY, user_id INTEGER NOT NULL, tag_id INTEGER NOT NULL, place INTEGER NOT NULL);
INSERT INTO note_links (id, user_id, tag_id, place) SELECT id, author_id, 1 + id % 10, id * 31 % 101 FROM posts;
";

/// The name in `CREATE INDEX "name" ON ..`.
fn name(sql: &str) -> &str {
    sql.split(['"', '`']).nth(1).unwrap_or_default()
}

#[track_caller]
fn served(table: &str, index: &str, before: &Plans, after: &Plans) {
    assert_ne!(before.to_string(), after.to_string(), "it was not needed");
    after.assert_no_full_scan_of(table).assert_uses_index(name(index));
}

/// The users whose relations are loaded, few of many.
macro_rules! few {
    ($relation:expr) => {
        users::table.filter(users::id.between(40, 43)).select(User::as_select()).preload($relation)
    };
}

scenarios! {
    fn the_index_of_each_relation_serves_it(db) {
        let conn = db.conn();
        seed(conn, &Seed { users: 1_500, posts_per_user: 12, comments_per_post: 0, tags: 10 })?;
        go!(conn.batch_execute(NOTES))?;
        let analyze = if BACKEND == "mysql" { "ANALYZE TABLE notes, note_links" } else { "ANALYZE" };
        macro_rules! indexed {
            ($($table:literal: $relation:expr => $columns:literal;)+) => {$(
                let sql = $relation.index_sql::<User, DB>()?;
                let (before, rows) = (go!(few!($relation).explain(conn))?, go!(few!($relation).load(conn))?);
                go!(conn.batch_execute(&sql))?;
                go!(conn.batch_execute(analyze))?;
                let after = go!(few!($relation).explain(conn))?;
                served($table, &sql, &before, &after);
                assert_eq!(go!(few!($relation).load(conn))?, rows);
                let on = if BACKEND == "mysql" { format!(" ON {}", $table) } else { String::new() };
                go!(conn.batch_execute(&format!("DROP INDEX {}{on}", name(&sql))))?;
                assert_eq!(sql.split_once(" ON ").unwrap().1.replace(['"', '`'], ""), concat!($table, " (", $columns, ")"));
            )+};
        }
        let newest = || has_many::<Note>().order((notes::score, notes::written.desc()));
        indexed! {
            "notes": has_many::<Note>().order(notes::id) => "user_id";
            "notes": has_many::<Note>().order(notes::id).by(notes::editor_id) => "editor_id";
            "notes": newest().limit_per_parent(3) => "user_id, score, written DESC, id DESC";
            "notes": newest().offset_per_parent(2).limit_per_parent(20) => "user_id, score, written DESC, id DESC";
            "notes": has_many::<Note>().latest(notes::id.desc()) => "user_id, id DESC";
            "notes": has_many::<Note>().count() => "user_id";
            "notes": has_many::<Note>().exists() => "user_id";
            "notes": has_many::<Note>().sum::<i64>(notes::score) => "user_id, score";
            "notes": has_many::<Note>().max::<i32>(notes::score) => "user_id, score";
            "notes": belongs_to::<Note>().by_key(notes::written, |user: &User| user.id + 1_000).filter(notes::score.ge(0)) => "written";
            "note_links": many_to_many::<Tag, NoteLink>().links(|links| links.order(note_links::id)) => "user_id";
            "note_links": many_to_many::<Tag, NoteLink>().links(|links| links.order(note_links::place).limit_per_parent(2))
                => "user_id, place, id";
        }
    }

    fn what_no_index_serves_is_an_error(db) {
        let conn = db.conn();
        go!(conn.batch_execute("SELECT 1"))?;
        let joined = many_to_many::<Tag, PostTag>().through(post_tags::table.inner_join(tags::table)).order(tags::name);
        let error = joined.limit_per_parent(2).index_sql::<Post, DB>().unwrap_err();
        assert!(error.is_no_index(), "{error}");
        let expression = has_many::<Note>().order((notes::score + 1).desc()).limit_per_parent(1);
        assert!(expression.index_sql::<User, DB>().unwrap_err().is_no_index());
    }

    fn with_an_index_extremes_read_a_row_a_parent(db) {
        let conn = db.conn();
        seed(conn, &Seed { users: 1_500, posts_per_user: 12, comments_per_post: 0, tags: 10 })?;
        go!(conn.batch_execute(NOTES))?;
        go!(conn.batch_execute(&has_many::<Note>().max::<i32>(notes::score).index_sql::<User, DB>()?))?;
        go!(conn.batch_execute(match BACKEND { "mysql" => "ANALYZE TABLE notes", "postgres" => "VACUUM ANALYZE notes", _ => "ANALYZE" }))?;
        // User 1 has thousands of notes.
        let users = || users::table.filter(users::id.le(20)).select(User::as_select());
        let extremes = || users().preload(has_many::<Note>().max::<i32>(notes::score)).preload(has_many::<Note>().min::<i32>(notes::score));
        assert!(go!(extremes().load(conn))?.iter().any(|(_, max, min)| max > min));
        if BACKEND == "sqlite" {
            go!(extremes().explain(conn))?.assert_no_full_scan_of("notes").assert_uses_index("notes_user_id_score_idx").assert_no_sort();
        } else {
            let plans = go!(extremes().explain_analyze(conn))?;
            for plan in &plans[1..] {
                // A row of the list of keys, and one of the index, for each.
                plan.assert_rows_read_at_most(40);
            }
        }
    }
}
