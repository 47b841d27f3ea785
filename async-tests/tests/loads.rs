//! What only concerns futures: they are `Send`, they go through pools, and both preludes live in one crate.

#[macro_use]
#[path = "../support/mod.rs"]
mod support;

use std::sync::{Arc, Mutex};

use blog::models::{Comment, Post, Profile, User};
use blog::schema::{comments, posts, users};
use diesel::connection::{Instrumentation, InstrumentationEvent};
use diesel::prelude::{ExpressionMethods, QueryDsl, SelectableHelper};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, bb8, deadpool};
use diesel_async::{AsyncConnection, RunQueryDsl, SimpleAsyncConnection};
use futures_util::TryStreamExt;
use turbodiesel::async_prelude::*;
use turbodiesel::driver::Lent;
use turbodiesel::keyset::{Count, Page};

use crate::support::data::FEW;

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
    fn a_future_goes_to_another_thread(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let rows: Vec<(User, Vec<(Post, Vec<(Comment, User)>)>, Option<Profile>)> = go!(is_send(feed!().load(conn)))?;
        let shape: Vec<_> = rows.iter().map(|(user, posts, profile)| (user.id, posts.len(), profile.is_some())).collect();
        assert_eq!(shape, [(1, 3, true), (2, 2, false), (3, 1, true), (4, 0, false)]);
        assert_eq!(rows[0].1[0].1.iter().map(|(comment, writer)| (comment.id, writer.id)).collect::<Vec<_>>(), [(100, 2), (101, 3)]);
        // A boxed query is `Send`, and no more than that.
        let boxed = has_many::<Post>().query(|posts| posts.into_boxed().filter(posts::published.eq(true)));
        let rows = go!(is_send(users::table.into_boxed().select(User::as_select()).preload(boxed).load(conn)))?;
        assert_eq!(rows.iter().map(|(_, posts)| posts.len()).sum::<usize>(), 4);
        let first = go!(is_send(feed!().load_optional(conn)))?;
        assert_eq!(first.map(|(user, ..)| user.id), Some(1));
    }

    fn the_first_children_of_a_boxed_query_go_to_another_thread(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let users = || users::table.order(users::id).select(User::as_select());
        let published = || has_many::<Post>().query(|posts| posts.into_boxed().filter(posts::published.eq(true)));
        let newest = published().order(posts::id.desc()).preload(has_many::<Comment>()).limit_per_parent(1);
        let rows: Vec<(User, Vec<(Post, Vec<Comment>)>)> = go!(is_send(users().preload(newest).load(conn)))?;
        let newest: Vec<_> = rows.iter().map(|(_, posts)| posts.iter().map(|(post, _)| post.id).collect::<Vec<_>>()).collect();
        assert_eq!(newest, [vec![11], vec![20], vec![30], vec![]]);
        let latest = go!(is_send(users().preload(published().latest(posts::id)).load(conn)))?;
        assert_eq!(latest.iter().map(|(_, post)| post.as_ref().map(|post| post.id)).collect::<Vec<_>>(), [Some(10), Some(20), Some(30), None]);
        let pages: Vec<(User, Page<Post>)> = go!(is_send(users().preload(published().keyset(posts::id.asc()).first(1)).load(conn)))?;
        let pages: Vec<_> = pages.iter().map(|(_, page)| (page.len(), page.has_next())).collect();
        assert_eq!(pages, [(1, Some(true)), (1, Some(false)), (1, Some(false)), (0, Some(false))]);
    }

    fn through_pools_and_boxes(db) {
        go!(db.conn().batch_execute(FEW))?;
        let manager = || AsyncDieselConnectionManager::<Conn>::new(db.url());
        let pool = bb8::Pool::builder().max_size(1).build(manager()).await?;
        let mut pooled = go!(pool.get())?;
        assert_eq!(go!(feed!().load(&mut pooled))?.len(), 4);
        assert_eq!(go!(feed!().load(&mut *pooled))?.len(), 4);
        let pool = deadpool::Pool::builder(manager()).max_size(1).build()?;
        let mut pooled = Box::new(go!(pool.get())?);
        assert_eq!(go!(feed!().load(&mut pooled))?.len(), 4);
    }
}

scenarios! {
    fn a_loader_is_awaited(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let written = load_with(|users: &[&User], conn: &mut Lent<'_, Conn>| Box::pin(async move {
            let authors: Vec<i32> = posts::table.select(posts::author_id).load(conn).await?;
            Ok(users.iter().map(|user| authors.iter().filter(|id| **id == user.id).count()).collect())
        }));
        let users = users::table.order(users::id).select(User::as_select());
        let load = users.preload(has_one::<Profile>()).preload(written).preload(has_many::<Post>());
        assert_eq!(load.statements().fixed(), 4);
        let rows: Vec<(User, Option<Profile>, usize, Vec<Post>)> = go!(is_send(load.load(conn)))?;
        assert_eq!(rows.iter().map(|(_, _, count, posts)| (*count, posts.len())).collect::<Vec<_>>(), [(3, 3), (2, 2), (1, 1), (0, 0)]);

        let failed = load_with(|_: &[&User], _: &mut Lent<'_, Conn>| Box::pin(async {
            Err::<Vec<()>, _>(turbodiesel::Error::loader("no answer"))
        }));
        assert!(go!(users.preload(failed).load(conn)).is_err_and(|error| error.is_loader()));
    }

    fn pages_and_batches(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let newest = || posts::table.into_boxed().select(Post::as_select()).keyset((posts::created_at.desc(), posts::id.desc())).first(4);
        let page = go!(is_send(newest().preload(has_many::<Comment>()).count_total(Count::All).load(conn)))?;
        assert_eq!((page.len(), page.total().map(|total| total.rows())), (4, Some(6)));
        let titles = posts::table.keyset(posts::id.asc()).select((posts::id, posts::title)).first(2);
        let page = go!(is_send(titles.load_page::<(i32, String)>(conn)))?;
        assert_eq!(page.items(), [(10, "Seeds".to_owned()), (11, "Roots".to_owned())]);

        let by_id = || posts::table.select(Post::as_select()).keyset(posts::id.asc()).preload(belongs_to::<User>());
        let mut batches = by_id().batches(4);
        assert_eq!(go!(is_send(batches.next(conn)))?.map(|batch| batch.len()), Some(4));
        let position = batches.position().cloned();
        assert_eq!(go!(batches.next(conn))?.map(|batch| batch.len()), Some(2));
        assert!(go!(batches.next(conn))?.is_none());

        let rest = is_send(by_id().after(position.as_ref()).batches(1).stream(conn));
        let batches: Vec<_> = go!(rest.map_ok(|batch| batch.items()[0].0.id).try_collect())?;
        assert_eq!(batches, [21, 30]);
    }
}

/// How many statements are on their way, and how many were at most.
#[derive(Clone, Default)]
struct OnTheirWay(Arc<Mutex<(usize, usize)>>);

impl Instrumentation for OnTheirWay {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        let (now, most) = &mut *self.0.lock().unwrap();
        match event {
            InstrumentationEvent::StartQuery { .. } => *now += 1,
            InstrumentationEvent::FinishQuery { .. } => *now -= 1,
            _ => {}
        }
        *most = (*most).max(*now);
    }
}

scenarios! {
    fn siblings_are_on_their_way_together_where_the_protocol_allows(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let on_their_way = OnTheirWay::default();
        conn.set_instrumentation(on_their_way.clone());
        let posts = has_many::<Post>().preload(has_many::<Comment>()).preload(belongs_to::<User>());
        let load = users::table
            .select(User::as_select())
            .preload(has_one::<Profile>())
            .preload(posts)
            .preload(has_many::<Post>().by(posts::editor_id))
            .preload(has_many::<Comment>());
        let mut most = 0;
        // An answer may be there before the last sibling is sent.
        for _ in 0..200 {
            assert_eq!(go!(load.load(conn))?.len(), 4);
            most = on_their_way.0.lock().unwrap().1;
            if most == 4 {
                break;
            }
        }
        assert_eq!(most, if BACKEND == "postgres" { 4 } else { 1 });
    }

    fn a_count_and_its_page_are_on_their_way_together_where_the_protocol_allows(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let on_their_way = OnTheirWay::default();
        conn.set_instrumentation(on_their_way.clone());
        let counted = || posts::table.into_boxed().select(Post::as_select()).keyset(posts::id.asc()).first(4).count_total(Count::UpTo(5));
        for in_a_snapshot in [false, true] {
            let mut most = 0;
            for _ in 0..200 {
                on_their_way.0.lock().unwrap().1 = 0;
                let page = match in_a_snapshot {
                    false => go!(is_send(counted().preload(has_many::<Comment>()).load(conn)))?,
                    true => go!(is_send(in_snapshot(conn, |conn| Box::pin(async move {
                        counted().preload(has_many::<Comment>()).load(conn).await
                    }))))?,
                };
                let total = page.total().ok_or("not counted")?;
                assert_eq!((page.len(), total.to_string().as_str()), (4, "5+"));
                most = on_their_way.0.lock().unwrap().1;
                if most == 2 {
                    break;
                }
            }
            assert_eq!(most, if BACKEND == "postgres" { 2 } else { 1 }, "in a snapshot: {in_a_snapshot}");
        }
    }
}

/// The blocking prelude in a module of the same crate.
mod blocking {
    use blog::models::{Post, User};
    use blog::schema::users;
    use diesel::prelude::*;
    use turbodiesel::prelude::*;

    #[test]
    fn both_preludes_in_one_crate() -> crate::support::TestResult {
        let conn = &mut blog::example()?;
        let rows = users::table.select(User::as_select()).preload(has_many::<Post>()).load(conn)?;
        assert!(!rows.is_empty());
        Ok(())
    }
}
