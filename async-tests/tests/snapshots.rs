//! Snapshots that are dropped half-way, which leave no transaction open; futures that go to another thread.

#[macro_use]
#[path = "../support/mod.rs"]
mod support;

use blog::models::{Comment, Post, Profile, User};
use blog::schema::{comments, posts, users};
use diesel::sql_types::BigInt;

use crate::support::data::FEW;
use crate::support::prelude::*;
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
    fn they_go_to_another_thread(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        assert_eq!(go!(is_send(feed!().in_snapshot().load(conn)))?.len(), 4);
        assert!(go!(is_send(feed!().in_snapshot().load_optional(conn)))?.is_some());
        let count = go!(is_send(in_snapshot(conn, |conn| Box::pin(async move {
            Ok(users::table.count().get_result::<i64>(conn).await?)
        }))))?;
        assert_eq!(count, 4);
    }

    fn a_snapshot_that_is_dropped_leaves_no_transaction_in_a_pool(db) {
        go!(db.conn().batch_execute(FEW))?;
        let open = match BACKEND {
            "postgres" => "SELECT COUNT(*) AS open FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'",
            "mysql" => "SELECT COUNT(*) AS open FROM information_schema.innodb_trx t JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id WHERE p.db = database() AND p.id <> connection_id()",
            _ => "SELECT 0 AS open",
        };
        let pool = go!(db.pool(1))?;
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
