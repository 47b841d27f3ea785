//! Loads that are polled in turn, functions that await others, pools, futures that are dropped.

use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::task::Poll;

use blog::models::{Comment, Post, Profile, User};
use blog::schema::{comments, posts, users};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, bb8, deadpool};
use turbodiesel::async_prelude::load_for_keys;
use turbodiesel::watch::Watcher;

use super::found::only;
use crate::support::data::FEW;
use crate::support::prelude::*;
use crate::support::watching::{scope, watch};

const THIS_FILE: &str = include_str!("futures.rs");

fn is_send<T: Send>(value: T) -> T {
    value
}

/// Two calls down: the loop is elsewhere.
macro_rules! helpers {
    ($Conn:ty) => {
        async fn titles(conn: &mut $Conn, author: i32) -> QueryResult<Vec<String>> {
            posts::table.filter(posts::author_id.eq(author)).select(posts::title).load(conn).await
        }

        async fn number(conn: &mut $Conn, author: i32) -> QueryResult<usize> {
            Ok(titles(conn, author).await?.len())
        }

        /// A tree, a level a call.
        async fn replies(conn: &mut $Conn, comment: i32) -> QueryResult<usize> {
            let ids: Vec<i32> =
                comments::table.filter(comments::parent_id.eq(comment)).select(comments::id).load(conn).await?;
            let mut all = ids.len();
            for id in ids {
                all += Box::pin(replies(conn, id)).await?;
            }
            Ok(all)
        }
    };
}

/// Comments below comment 100 of [`FEW`], each below the one before.
const CHAIN: &str = "INSERT INTO comments (id, post_id, author_id, parent_id, body, created_at) VALUES
  (110, 10, 1, 101, '..', '2026-03-03 09:00:00'), (111, 10, 1, 110, '..', '2026-03-03 09:00:00'),
  (112, 10, 1, 111, '..', '2026-03-03 09:00:00')";

scenarios! {
    fn in_a_helper_two_calls_down(db) {
        helpers!(Conn);
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        go!(conn.batch_execute(CHAIN))?;
        let (_, log) = go!(watch(conn, async |conn| {
            for author in 1..=3 {
                number(conn, author).await?;
            }
            QueryResult::Ok(())
        }))?;
        assert_eq!(only(&log).0, 3);
        let found = log.n_plus_ones().remove(0);
        let lines: Vec<_> = found.places().iter().filter_map(|place| THIS_FILE.lines().nth(place.line()? as usize - 1)).collect();
        assert!(lines[0].contains(".load(conn).await") && lines[1].contains("titles(conn, author).await"), "{found}");
        assert!(lines[2].contains("number(conn, author).await"), "who called is named too: {found}");
        let (all, log) = go!(watch(conn, async |conn| replies(conn, 100).await))?;
        assert_eq!(all, 4);
        only(&log);
    }

    fn every_load_of_this_crate_names_its_line(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let mut lines = Vec::new();
        let (_, log) = go!(watch(conn, async |conn| -> turbodiesel::Result<()> {
            for id in 1..=3 {
                let user = users::table.filter(users::id.eq(id)).select(User::as_select()).preload(has_many::<Post>());
                let row = user.load_optional(conn).await?.map(|(user, _)| user);
                lines.push(line!() - 1);
                preload_for(row.into_iter().collect(), has_one::<Profile>(), conn).await?;
                lines.push(line!() - 1);
                load_for_keys::<Post, _, _, _>(&[id], has_many::<Comment>(), conn).await?;
                lines.push(line!() - 1);
                let page = comments::table.filter(comments::post_id.eq(id)).select(Comment::as_select());
                let _ = page.keyset(comments::id.asc()).first(1).load(conn).await?;
                lines.push(line!() - 1);
            }
            Ok(())
        }))?;
        let mut found: Vec<_> = log.n_plus_ones().iter().filter_map(|one| one.place()?.line()).collect();
        lines.truncate(4);
        found.sort_unstable();
        found.dedup();
        assert_eq!(found, lines, "{log}");
    }

    fn a_load_of_rows_or_keys_in_several_pieces(db) {
        // A statement a level, each with other keys.
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        go!(conn.batch_execute(CHAIN))?;
        let replies = || has_many::<Comment>().by(comments::parent_id).tree(6);
        let (_, log) = go!(watch(conn, async |conn| -> turbodiesel::Result<()> {
            let first = comments::table.find(100).select(Comment::as_select()).load(conn).await?;
            preload_for(first, replies(), conn).await?;
            load_for_keys::<Post, _, _, _>(&[10], has_many::<Comment>().preload(replies()), conn).await?;
            Ok(())
        }))?;
        log.assert_no_n_plus_one();
        assert!(log.statements().any(|statement| statement.count() >= 6), "{log}");
    }

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

    fn a_watch_in_a_watch_is_seen_by_both(db) {
        let conn = db.conn();
        let count = async |conn: &mut Conn| users::table.count().get_result::<i64>(conn).await;
        let (inner, outer) = go!(watch(conn, async |conn| {
            count(conn).await?;
            let (_, inner) = watch(conn, count).await?;
            count(conn).await?;
            QueryResult::Ok(inner)
        }))?;
        assert_eq!((inner.len(), outer.len()), (1, 3));
    }

    fn nothing_is_counted_after_a_watch(db) {
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
