//! What a walk promises while rows change: a test for each line of the table in `src/keyset/walks.md`, in its order.

use blog::models::Post;
use blog::schema::posts;

use crate::support::data::FEW;
use crate::support::prelude::*;

// In this order the posts are 10, 11, 12 (the same moment as 11), 20, 21, 30 (the same moment as 21).
macro_rules! oldest {
    () => {
        posts::table.select(Post::as_select()).keyset((posts::created_at.asc(), posts::id.asc()))
    };
}

fn ids<'a>(posts: impl IntoIterator<Item = &'a Post>) -> Vec<i32> {
    posts.into_iter().map(|post| post.id).collect()
}

fn insert(id: i32, created_at: &str) -> String {
    format!(
        "INSERT INTO posts (id, author_id, title, body, published, created_at)
         VALUES ({id}, 1, '', '', TRUE, '{created_at}')"
    )
}

fn moved(id: i32, created_at: &str) -> String {
    format!("UPDATE posts SET created_at = '{created_at}' WHERE id = {id}")
}

fn deleted(ids: &str) -> String {
    format!("DELETE FROM comments WHERE post_id IN ({ids}); DELETE FROM posts WHERE id IN ({ids})")
}

/// The first three posts are read, `$change` happens, and the walk goes on to the end.
macro_rules! walk {
    ($go:ident, $conn:expr, $change:expr) => {{
        let conn = $conn;
        $go!(conn.batch_execute(FEW))?;
        let first = $go!(oldest!().first(3).load(conn))?;
        assert_eq!(ids(&first), [10, 11, 12]);
        $go!(conn.batch_execute(&$change))?;
        let (mut seen, mut cursor) = (vec![], first.next_cursor().cloned());
        while let Some(position) = cursor {
            let page = $go!(oldest!().first(2).after(Some(&position)).load(conn))?;
            seen.extend(ids(&page));
            cursor = page.next_cursor().cloned();
        }
        seen
    }};
}

scenarios! {
    fn a_row_inserted_before_the_cursor_is_seen_by_a_walk_back_alone(db) {
        assert_eq!(walk!(go, db.conn(), insert(99, "2026-01-01 00:00:00")), [20, 21, 30]);
        let all = go!(oldest!().first(2).load(db.conn()))?;
        assert_eq!(ids(&all), [99, 10]);
        let back = go!(oldest!().last(9).before(all.end_cursor()).load(db.conn()))?;
        assert_eq!(ids(&back), [99]);
    }

    fn a_row_inserted_after_the_cursor_is_seen_once(db) {
        assert_eq!(walk!(go, db.conn(), insert(99, "2026-02-03 12:00:00")), [20, 99, 21, 30]);
    }

    fn a_row_inserted_at_the_moment_of_the_cursor_is_seen_if_its_id_is_larger(db) {
        // The cursor stands at post 12.
        let moment = "2026-02-02 10:00:00.000002";
        assert_eq!(walk!(go, db.conn(), format!("{}; {}", insert(5, moment), insert(15, moment))), [15, 20, 21, 30]);
    }

    fn the_row_of_the_cursor_can_be_deleted(db) {
        assert_eq!(walk!(go, db.conn(), deleted("12")), [20, 21, 30]);
    }

    fn a_row_deleted_before_it_is_reached_is_the_only_one_missed(db) {
        assert_eq!(walk!(go, db.conn(), deleted("20")), [21, 30]);
    }

    fn when_all_rows_are_gone_the_position_stays(db) {
        assert_eq!(walk!(go, db.conn(), "SELECT 1"), [20, 21, 30]);
        let conn = db.conn();
        let last = go!(oldest!().first(9).load(conn))?;
        go!(conn.batch_execute(&deleted("SELECT id FROM (SELECT id FROM posts) p")))?;
        let empty = go!(oldest!().first(9).after(last.end_cursor()).load(conn))?;
        assert_eq!((empty.len(), empty.has_next(), empty.end_cursor()), (0, Some(false), last.end_cursor()));
        go!(conn.batch_execute(&insert(99, "2026-12-31 00:00:00")))?;
        assert_eq!(ids(&go!(oldest!().first(9).after(empty.end_cursor()).load(conn))?), [99]);
    }

    fn a_row_that_moves_behind_the_cursor_is_seen_again(db) {
        assert_eq!(walk!(go, db.conn(), moved(10, "2026-02-03 12:00:00")), [20, 10, 21, 30]);
    }

    fn a_row_that_moves_before_the_cursor_is_never_seen(db) {
        assert_eq!(walk!(go, db.conn(), moved(21, "2026-01-01 00:00:00")), [20, 30]);
    }

    fn the_row_of_the_cursor_can_move_either_way(db) {
        // 12 is the row of the cursor: the walk goes on from where it was.
        assert_eq!(walk!(go, db.conn(), moved(12, "2026-01-01 00:00:00")), [20, 21, 30]);
        go!(db.conn().batch_execute(&moved(12, "2026-02-02 10:00:00.000002")))?;
        let conn = db.conn();
        let first = go!(oldest!().first(3).load(conn))?;
        go!(conn.batch_execute(&moved(12, "2026-02-03 12:00:00")))?;
        assert_eq!(ids(&go!(oldest!().first(9).after(first.end_cursor()).load(conn))?), [20, 12, 21, 30]);
    }

    fn a_row_that_does_not_move_is_seen_once_as_it_is(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let first = go!(oldest!().first(3).load(conn))?;
        go!(conn.batch_execute("UPDATE posts SET title = 'new' WHERE id IN (10, 20)"))?;
        let rest = go!(oldest!().first(9).after(first.end_cursor()).load(conn))?;
        assert_eq!(rest.items().iter().map(|post| (post.id, post.title.as_str())).collect::<Vec<_>>(),
            [(20, "new"), (21, "Snow"), (30, "Stone")]);
    }

    fn a_row_that_gets_the_keys_of_the_cursor_is_taken_for_it(db) {
        let again = format!("{}; {}", deleted("12"), insert(12, "2026-02-02 10:00:00.000002"));
        assert_eq!(walk!(go, db.conn(), again), [20, 21, 30]);
    }

    fn a_row_committed_late_before_the_cursor_is_not_seen(db) {
        let url = match BACKEND {
            "sqlite" => std::env::temp_dir().join(format!("turbodiesel_walk_{}.db", std::process::id())).display().to_string(),
            _ => {
                let name = if BACKEND == "postgres" { "current_database()" } else { "DATABASE()" };
                let name: String = go!(diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>(name)).get_result(db.conn()))?;
                let variable = if BACKEND == "postgres" { "TURBODIESEL_POSTGRES_URL" } else { "TURBODIESEL_MYSQL_URL" };
                let server = std::env::var(variable)?;
                format!("{}/{name}", server.rsplit_once('/').ok_or("a URL without a database")?.0)
            }
        };
        let (mut reader, mut writer) = (go!(Conn::establish(&url))?, go!(Conn::establish(&url))?);
        if BACKEND == "sqlite" {
            go!(reader.batch_execute("PRAGMA journal_mode = WAL"))?;
            migrate(&mut reader)?;
        }
        go!(reader.batch_execute(FEW))?;

        go!(writer.batch_execute("BEGIN"))?;
        go!(writer.batch_execute(&insert(15, "2026-02-02 12:00:00")))?;
        let first = go!(oldest!().first(4).load(&mut reader))?;
        assert_eq!(ids(&first), [10, 11, 12, 20]);
        go!(writer.batch_execute("COMMIT"))?;
        assert_eq!(ids(&go!(oldest!().first(9).after(first.end_cursor()).load(&mut reader))?), [21, 30]);
        assert_eq!(go!(oldest!().first(9).load(&mut reader))?.len(), 7);

        // A walk inside one snapshot sees nothing of it.
        let snapshot = match BACKEND {
            "sqlite" => "BEGIN",
            "postgres" => "BEGIN ISOLATION LEVEL REPEATABLE READ",
            _ => "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; BEGIN",
        };
        go!(reader.batch_execute(snapshot))?;
        let first = go!(oldest!().first(5).load(&mut reader))?;
        go!(writer.batch_execute(&format!("{}; {}", insert(99, "2026-12-31 00:00:00"), moved(10, "2026-12-31 00:00:00"))))?;
        assert_eq!(ids(&go!(oldest!().first(9).after(first.end_cursor()).load(&mut reader))?), [21, 30]);
        go!(reader.batch_execute("COMMIT"))?;
        drop((reader, writer));
        if BACKEND == "sqlite" {
            for suffix in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(format!("{url}{suffix}"));
            }
        }
    }
}
