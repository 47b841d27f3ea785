//! Snapshots that are awaited: which transaction it is, that it ends, and that nothing is left open by what is dropped.

#[macro_use]
#[path = "../support/mod.rs"]
mod support;

use blog::models::{Comment, Post, Profile, User};
use blog::schema::{comments, posts, users};
use diesel::sql_types::BigInt;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, bb8};
use turbodiesel::Error;

use crate::support::data::FEW;
use crate::support::prelude::*;
use crate::support::race::{Two, take};
use crate::support::{Drops, polled};

/// Five statements.
macro_rules! feed {
    () => {
        users::table
            .order(users::id)
            .select(User::as_select())
            .preload(
                has_many::<Post>()
                    .order(posts::id)
                    .preload(has_many::<Comment>().order(comments::id).preload(belongs_to::<User>())),
            )
            .preload(has_one::<Profile>())
    };
}

fn is_send<T: Send>(value: T) -> T {
    value
}

scenarios! {
    fn a_transaction_of_its_own_ends(db) {
        db.conn();
        let mut two = Two::<Conn>::new()?;
        two.other(FEW)?;
        let sent = two.race(usize::MAX, "");
        let frames = |sent: &_| take(sent).into_iter().filter(|sql| !sql.starts_with("SELECT") && !sql.starts_with("SET")).collect::<Vec<_>>();
        let asked: &[&str] = if BACKEND == "sqlite" { &["BEGIN", "ROLLBACK"] } else { &[] };
        assert_eq!(go!(is_send(feed!().in_snapshot().load(&mut two.one)))?.len(), 4);
        assert_eq!(frames(&sent), [asked, &["BEGIN", "COMMIT"]].concat());
        assert_eq!(go!(is_send(feed!().in_snapshot().load_optional(&mut two.one)))?.map(|(user, ..)| user.id), Some(1));
        assert_eq!(frames(&sent), [asked, &["BEGIN", "COMMIT"]].concat());

        let failing = load_with(|_: &[&User], _: &mut turbodiesel::driver::Lent<'_, Conn>| Box::pin(async { Err::<Vec<()>, _>(Error::loader("no")) }));
        let error = go!(feed!().preload(failing).in_snapshot().load(&mut two.one)).unwrap_err();
        assert!(error.is_loader(), "{error}");
        assert_eq!(frames(&sent), [asked, &["BEGIN", "ROLLBACK"]].concat());
        // None is open: what is committed now is seen.
        two.other("UPDATE users SET name = 'Zoe' WHERE id = 1")?;
        assert_eq!(go!(feed!().load(&mut two.one))?[0].0.name, "Zoe");
    }

    fn pages_and_counts_fit_each_other(db) {
        db.conn();
        let mut two = Two::<Conn>::new()?;
        two.other(FEW)?;
        // Between the page and what hangs on it.
        two.race(1, "DELETE FROM comments WHERE author_id = 3 OR id = 101; DELETE FROM posts WHERE author_id = 3; DELETE FROM profiles WHERE user_id = 3; DELETE FROM users WHERE id = 3");
        let (page, count) = go!(is_send(in_snapshot(&mut two.one, |conn| Box::pin(async move {
            let page = comments::table.select(Comment::as_select()).keyset(comments::id.asc()).first(2).preload(belongs_to::<User>()).load(conn).await?;
            Ok((page, users::table.count().get_result::<i64>(conn).await?))
        }))))?;
        assert_eq!(page.items().iter().map(|(comment, writer)| (comment.id, writer.id)).collect::<Vec<_>>(), [(100, 2), (101, 3)]);
        assert_eq!((count, go!(users::table.count().get_result::<i64>(&mut two.one))?), (4, 3));
    }

    fn the_callers_transaction_is_used_or_refused(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        go!(conn.batch_execute(if BACKEND == "postgres" { "BEGIN ISOLATION LEVEL REPEATABLE READ" } else { "BEGIN" }))?;
        let log = StatementLog::install(conn);
        assert_eq!(go!(feed!().in_snapshot().load(conn))?.len(), 4);
        // The caller's is still open.
        go!(conn.batch_execute("INSERT INTO tags (id, name) VALUES (1, 'a')"))?;
        go!(conn.batch_execute("ROLLBACK"))?;
        log.take();
        if BACKEND == "postgres" {
            go!(conn.batch_execute("BEGIN"))?;
            assert!(go!(feed!().in_snapshot().load(conn)).is_err_and(|error| error.is_weak_isolation()));
            assert!(log.take().iter().all(|statement| !statement.sql.contains(" FROM ")), "it was loaded nevertheless");
        }
    }

    fn a_snapshot_that_is_dropped_leaves_no_transaction_in_a_pool(db) {
        go!(db.conn().batch_execute(FEW))?;
        let open = match BACKEND {
            "postgres" => "SELECT COUNT(*) AS open FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'",
            "mysql" => "SELECT COUNT(*) AS open FROM information_schema.innodb_trx t JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id WHERE p.db = database() AND p.id <> connection_id()",
            _ => "SELECT 0 AS open",
        };
        let pool = bb8::Pool::builder().max_size(1).build(AsyncDieselConnectionManager::<Conn>::new(db.url())).await?;
        let mut drops = Drops::default();
        while let Some(polls) = drops.polls() {
            let finished = {
                let mut conn = pool.get().await?;
                go!(polled(feed!().in_snapshot().load(&mut conn), polls))
            };
            let mut conn = pool.get().await?;
            // The server may still be told that the other connection is gone.
            let mut left = 1;
            for _ in 0..100 {
                left = go!(diesel::sql_query(open).get_result::<Open>(db.conn()))?.open;
                if left == 0 {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            assert_eq!(left, 0, "a transaction is open after {polls} polls");
            // Outside of a transaction: this one begins, and what it writes is there for others.
            let name = format!("seen {polls}");
            go!(diesel::update(users::table.find(1)).set(users::name.eq(&name)).execute(&mut conn))?;
            assert_eq!(go!(users::table.find(1).select(users::name).get_result::<String>(db.conn()))?, name);
            drops.saw(finished.is_some());
            if let Some(rows) = finished {
                assert_eq!(rows?.len(), 4);
            }
        }
        drops.assert_some(BACKEND);
    }

    fn a_bare_connection_with_a_snapshot_open_refuses_itself(db) {
        go!(db.conn().batch_execute(FEW))?;
        let mut refused = 0;
        let mut polls = 0;
        for _ in 0..100 {
            polls += 1;
            let conn = &mut go!(Conn::establish(db.url()))?;
            if go!(polled(feed!().in_snapshot().load(conn), polls)).is_some() {
                if refused > 0 {
                    break;
                }
                // Its answers were there before they were waited for.
                polls = 0;
                continue;
            }
            match go!(feed!().load(conn)) {
                Ok(rows) => assert_eq!(rows.len(), 4),
                Err(error) => {
                    assert!(error.is_database(), "{error}");
                    refused += 1;
                }
            }
        }
        assert!(refused > 0 || BACKEND == "sqlite", "none was refused");
    }
}

#[derive(QueryableByName)]
struct Open {
    #[diesel(sql_type = BigInt)]
    open: i64,
}
