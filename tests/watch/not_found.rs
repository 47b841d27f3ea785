//! What looks like an N+1 and is none.

use crate::support::data::FEW;
use crate::support::prelude::*;
use crate::support::watching::{allow, scope, watch};
use blog::models::{Comment, NewUser, Post, User};
use blog::schema::{posts, tags, users};

/// Checks that `body` is no N+1, and that it sent at least `least` statements.
macro_rules! none {
    ($db:ident, $least:expr, |$conn:ident| $body:block) => {{
        let conn = $db.conn();
        go!(conn.batch_execute(FEW))?;
        let (_, log) = go!(watch(conn, work!(|$conn| -> turbodiesel::Result<()> {
            $body
            Ok(())
        })))?;
        log.assert_no_n_plus_one();
        assert!(log.len() >= $least, "{log}");
        log
    }};
}

scenarios! {
    fn inserts_in_a_loop(db) {
        none!(db, 10, |conn| {
            for number in 0..10 {
                let tag = tags::name.eq(format!("tag {number}"));
                go!(diesel::insert_into(tags::table).values(tag).execute(conn))?;
            }
        });
    }

    fn updates_and_deletes_in_a_loop(db) {
        none!(db, 8, |conn| {
            for id in 10..14 {
                go!(diesel::update(posts::table.find(id)).set(posts::score.eq(id)).execute(conn))?;
                go!(diesel::delete(tags::table.filter(tags::id.eq(id))).execute(conn))?;
            }
        });
    }

    fn polling(db) {
        let log = none!(db, 10, |conn| {
            for _ in 0..10 {
                let open = posts::table.filter(posts::published.eq(false)).order(posts::id).select(posts::id);
                go!(open.first::<i32>(conn))?;
            }
        });
        assert_eq!(log.statements().next().map(|statement| statement.duplicates()), Some(9));
    }

    fn pages_by_offset(db) {
        none!(db, 4, |conn| {
            for page in 0..4 {
                go!(posts::table.order(posts::id).limit(2).offset(page * 2).select(posts::id).load::<i32>(conn))?;
            }
        });
    }

    fn pages_of_a_hand_written_seek(db) {
        none!(db, 4, |conn| {
            let mut last = 0;
            for _ in 0..4 {
                let page = posts::table.filter(posts::author_id.eq(1)).filter(posts::id.gt(last)).order(posts::id).limit(1);
                last = go!(page.select(posts::id).first::<i32>(conn)).optional()?.unwrap_or(last);
            }
        });
    }

    fn pages_of_this_crate(db) {
        none!(db, 6, |conn| {
            let mut cursor = None;
            loop {
                let page = posts::table.select(Post::as_select()).keyset((posts::created_at.desc(), posts::id.desc())).first(1);
                let page = go!(page.after(cursor.as_ref()).load(conn))?;
                cursor = page.next_cursor().cloned();
                if cursor.is_none() {
                    break;
                }
            }
        });
    }

    fn ranges_of_dates(db) {
        none!(db, 5, |conn| {
            for score in 0..5 {
                let range = posts::table.filter(posts::score.ge(score)).filter(posts::score.lt(score + 1));
                go!(range.count().get_result::<i64>(conn))?;
            }
        });
    }

    fn a_transaction_that_is_tried_again(db) {
        none!(db, 5, |conn| {
            for _ in 0..5 {
                let _ = go!(conn.transaction(work!(|conn| {
                    go!(users::table.find(1).select(users::name).first::<String>(conn))?;
                    QueryResult::<()>::Err(diesel::result::Error::RollbackTransaction)
                })));
            }
        });
    }

    fn a_load_in_several_pieces(db) {
        // Comments are asked for twice in one load, from one place, by other keys each time.
        none!(db, 5, |conn| {
            go!(posts::table
                .filter(posts::id.le(12))
                .select(Post::as_select())
                .preload(has_many::<Comment>())
                .preload(has_many::<Comment>().order(blog::schema::comments::id.desc()))
                .preload(has_many::<Comment>())
                .preload(has_many::<Comment>())
                .load(conn))?;
        });
    }

    fn rows_that_a_repository_creates(db) {
        // Where there is no RETURNING, each is read back.
        let (_, log) = go!(watch(db.conn(), work!(|conn| -> turbodiesel::Result<()> {
            for number in 0..4 {
                let email = format!("{number}@example.com");
                go!(conn.repo::<User>().create(&NewUser { email: &email, name: "New" }))?;
            }
            Ok(())
        })))?;
        log.assert_no_n_plus_one();
        assert!(log.len() >= 4, "{log}");
    }

    fn one_helper_called_from_three_lines(db) {
        none!(db, 3, |conn| {
            let name =
                work!(|conn: &mut Conn, id: i32| go!(users::table.find(id).select(users::name).first::<String>(conn)));
            go!(name(conn, 1))?;
            go!(name(conn, 2))?;
            go!(name(conn, 3))?;
        });
    }

    fn the_same_read_in_each_request(db) {
        none!(db, 4, |conn| {
            for id in 1..=4 {
                go!(scope(block!(go!(users::table.find(id).select(users::name).first::<String>(conn)))))?;
            }
        });
    }

    fn what_is_allowed_with_a_reason(db) {
        let log = none!(db, 4, |conn| {
            go!(allow("four users, in a script", block! {
                for id in 1..=4 {
                    go!(users::table.find(id).select(users::name).first::<String>(conn))?;
                }
                QueryResult::Ok(())
            }))?;
        });
        assert_eq!(log.allowed().collect::<Vec<_>>(), [("four users, in a script", 4)]);
    }

    fn questions_for_plans(db) {
        let conn = db.conn();
        let (_, log) = go!(watch(conn, work!(|conn| {
            let explain = if BACKEND == "sqlite" { "EXPLAIN QUERY PLAN" } else { "EXPLAIN" };
            for id in 1..=4 {
                go!(conn.batch_execute(&format!("{explain} SELECT title FROM posts WHERE author_id = {id}")))?;
            }
            QueryResult::Ok(())
        })))?;
        log.assert_statements(0);
        assert_eq!(log.housekeeping(), 4);
        log.assert_no_n_plus_one();
    }
}
