//! Loads that are polled in turn, pools, futures that are dropped.

use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::task::Poll;

use blog::models::{Comment, Post, Profile, User};
use blog::schema::{comments, users};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, bb8, deadpool};
use turbodiesel::watch::Watcher;

use super::calls::CHAIN;
use crate::support::data::FEW;
use crate::support::prelude::*;
use crate::support::watching::{scope, watch};

fn is_send<T: Send>(value: T) -> T {
    value
}

scenarios! {
    fn loads_that_are_polled_in_turn(db) {
        let mut other = go!(db.another())?;
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        go!(conn.batch_execute(CHAIN))?;
        let watcher = Watcher::builder().threshold(2).build();
        watcher.install(conn);
        watcher.install(&mut other);
        // Each is one load of six pieces, and a piece of one is sent between two of the other.
        let replies = |id: i32| {
            let first = comments::table.filter(comments::id.eq(id)).select(Comment::as_select());
            first.preload(has_many::<Comment>().by(comments::parent_id).tree(6))
        };
        let one = scope(replies(100).load(conn));
        let two = scope(replies(101).load(&mut other));
        let (one, two) = go!(futures_util::future::try_join(one, two))?;
        assert_eq!((one.len(), two.len()), (1, 1));
        watcher.log().assert_no_n_plus_one();
        assert!(watcher.log().statements().any(|statement| statement.count() >= 6), "{}", watcher.log());
    }

    fn statements_that_are_on_their_way_together(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let siblings = users::table.select(User::as_select()).preload(has_one::<Profile>()).preload(has_many::<Post>());
        let (_, log) = go!(watch(conn, async |conn| siblings.load(conn).await))?;
        log.assert_statements(3);
        assert!(log.statements().all(|one| one.count() == 1 && one.max_time() > std::time::Duration::ZERO), "{log}");
    }

    fn a_watch_goes_to_another_thread(db) {
        let conn = db.conn();
        let (_, log) = go!(is_send(watch(conn, async |conn: &mut Conn| {
            users::table.count().get_result::<i64>(conn).await
        })))?;
        log.assert_statements(1);
    }

    fn nothing_is_counted_after_a_watch_that_is_dropped(db) {
        let conn = db.conn();
        let outer = Watcher::new();
        outer.install(conn);
        go!(watch(conn, async |conn| users::table.count().get_result::<i64>(conn).await))?;
        go!(users::table.count().get_result::<i64>(conn))?;
        assert_eq!(outer.log().len(), 0, "the process's default is back, not what was there");
        outer.install(conn);
        {
            let mut dropped = pin!(watch(conn, async |conn| -> QueryResult<()> {
                users::table.count().get_result::<i64>(conn).await?;
                pending().await
            }));
            assert!(poll_fn(|context| Poll::Ready(dropped.as_mut().poll(context))).await.is_pending());
        }
        // And the next watch is not taken for one inside of the one that was dropped.
        let (_, log) = go!(watch(conn, async |conn| users::table.count().get_result::<i64>(conn).await))?;
        log.assert_statements(1);
        assert_eq!(outer.log().len(), 0);
    }

    fn whole_pools_are_watched(db) {
        let url = db.url();
        let watcher = Watcher::new();
        let manager = || {
            let mut config = ManagerConfig::<Conn>::default();
            config.custom_setup = watcher.custom_setup();
            AsyncDieselConnectionManager::new_with_config(url, config)
        };
        let bb8 = bb8::Pool::builder().max_size(1).build(manager()).await?;
        let deadpool = deadpool::Pool::builder(manager()).max_size(1).build()?;
        let user = |id: i32| users::table.find(id).select(users::name);
        // A check-out for each of ten reads: ten requests.
        for id in 1..=10 {
            go!(user(id).first::<String>(&mut go!(bb8.get())?)).optional()?;
            go!(user(id).first::<String>(&mut go!(deadpool.get())?)).optional()?;
        }
        let log = watcher.take();
        log.assert_statements(20);
        log.assert_no_n_plus_one();
        // The same reads in one check-out are an N+1, in each of the pools.
        let (mut bb8, mut deadpool) = (go!(bb8.get())?, go!(deadpool.get())?);
        for id in 1..=10 {
            go!(user(id).first::<String>(&mut bb8)).optional()?;
            go!(user(id).first::<String>(&mut deadpool)).optional()?;
        }
        assert_eq!(watcher.log().n_plus_ones().len(), 2);
    }
}
