//! Loads that are dropped half-way: nothing half-read is handed out later, and no pool keeps a connection of that kind.

#[macro_use]
#[path = "../support/mod.rs"]
mod support;

use blog::models::{Comment, Post, Profile, User};
use blog::schema::{comments, posts, users};
use diesel::prelude::{ExpressionMethods, QueryDsl, SelectableHelper};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, bb8, deadpool};
use diesel_async::{AsyncConnection, SimpleAsyncConnection};
use turbodiesel::async_prelude::*;
use turbodiesel::keyset::Count;

use crate::support::data::FEW;
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

macro_rules! page {
    () => {
        posts::table.select(Post::as_select()).keyset(posts::id.asc()).first(3).preload(has_many::<Comment>())
    };
}

macro_rules! counted {
    () => {
        page!().count_total(Count::All)
    };
}

/// Drops a load on a pool's connection after each number of polls until one is ready, and looks at the pool after each.
macro_rules! at_each_await {
    ($pool:ident, $load:expr) => {{
        let mut drops = Drops::default();
        while let Some(polls) = drops.polls() {
            let output = {
                let mut conn = $pool.get().await?;
                polled($load.load(&mut conn), polls).await
            };
            assert_healthy!(&mut $pool.get().await?);
            drops.saw(output.transpose()?.is_some());
        }
        drops.assert_some(BACKEND);
    }};
}

/// The rows of another statement are what they should be.
macro_rules! assert_healthy {
    ($conn:expr) => {{
        let page = page!().load($conn).await?;
        assert_eq!(
            page.items().iter().map(|(post, comments)| (post.id, comments.len())).collect::<Vec<_>>(),
            [(10, 2), (11, 0), (12, 0)]
        );
        let rows = feed!().load($conn).await?;
        assert_eq!(
            rows.iter().map(|(user, posts, _)| (user.id, posts.len())).collect::<Vec<_>>(),
            [(1, 3), (2, 2), (3, 1), (4, 0)]
        );
    }};
}

scenarios! {
    fn a_bare_connection_is_of_use_or_refuses_itself(db) {
        go!(db.conn().batch_execute(FEW))?;
        for polls in 1..=8 {
            let conn = &mut <Conn as AsyncConnection>::establish(db.url()).await?;
            let finished = go!(polled(feed!().load(conn), polls));
            if finished.is_some() || BACKEND != "mysql" {
                assert_healthy!(conn);
                continue;
            }
            for error in [
                go!(feed!().load(conn)).err(),
                go!(page!().load(conn)).err(),
                go!(posts::table.keyset(posts::id.asc()).select(posts::id).first(1).load_page::<i32>(conn)).err(),
                go!(preload_for(Vec::<User>::new(), has_many::<Post>(), conn)).err(),
            ] {
                assert!(error.is_some_and(|error| error.is_database()), "a half-read connection is used");
            }
        }
    }

    fn a_count_that_was_dropped_is_never_handed_out(db) {
        go!(db.conn().batch_execute(FEW))?;
        let mut drops = Drops::default();
        while let Some(polls) = drops.polls() {
            let conn = &mut <Conn as AsyncConnection>::establish(db.url()).await?;
            let page = go!(polled(counted!().load(conn), polls)).transpose()?;
            drops.saw(page.is_some());
            if page.is_none() && BACKEND == "mysql" {
                assert!(go!(counted!().load(conn)).is_err_and(|error| error.is_database()));
            } else {
                assert_healthy!(conn);
                let page = go!(counted!().load(conn))?;
                assert_eq!((page.len(), page.total().map(|total| total.rows())), (3, Some(6)));
            }
        }
        drops.assert_some(BACKEND);
    }

    fn a_pool_stays_healthy(db) {
        go!(db.conn().batch_execute(FEW))?;
        let manager = || AsyncDieselConnectionManager::<Conn>::new(db.url());
        let pool = bb8::Pool::builder().max_size(1).build(manager()).await?;
        at_each_await!(pool, feed!());
        at_each_await!(pool, page!());
        at_each_await!(pool, counted!());
        let pool = deadpool::Pool::builder(manager()).max_size(1).build()?;
        at_each_await!(pool, feed!());
    }

    fn a_batch_that_was_dropped_comes_again(db) {
        go!(db.conn().batch_execute(FEW))?;
        let conn = db.conn();
        let mut batches = posts::table.select(Post::as_select()).keyset(posts::id.asc()).batches(4);
        let first = match go!(polled(batches.next(conn), 1)) {
            Some(batch) => batch?,
            None => go!(batches.next(&mut <Conn as AsyncConnection>::establish(db.url()).await?))?,
        };
        let first = first.ok_or("no batch")?;
        assert_eq!(first.items().iter().map(|post| post.id).collect::<Vec<_>>(), [10, 11, 12, 20]);
    }
}
