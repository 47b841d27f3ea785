//! Futures that go to another thread; loads that are polled in turn, one of which is explained.

use blog::models::{Comment, Post, Profile, User};
use blog::schema::{comments, posts, users};

use crate::support::data::FEW;
use crate::support::prelude::*;

fn is_send<T: Send>(value: T) -> T {
    value
}

scenarios! {
    fn they_go_to_another_thread(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        go!(is_send(posts::table.explain(conn)))?;
        // A boxed query is `Send`, and no more than that.
        let boxed = posts::table.filter(posts::author_id.eq(3)).select(posts::title).into_boxed();
        go!(is_send(boxed.explain(conn)))?;
        // A query is taken, or borrowed.
        let query = posts::table.filter(posts::author_id.eq(3)).select(posts::title);
        go!((&query).explain(conn))?;
        go!(is_send(query.explain_generic(conn)))?;
        let change = diesel::update(posts::table.find(10)).set(posts::score.eq(-7));
        assert_eq!(go!(is_send(change.explain_analyze(conn))).is_ok(), BACKEND != "sqlite");
        // No transaction is open: what is written is there for others.
        go!(diesel::update(posts::table.find(11)).set(posts::score.eq(-8)).execute(conn))?;
        let written = posts::table.filter(posts::score.lt(0)).select(posts::id);
        assert_eq!(go!(written.load::<i32>(&mut go!(db.another())?))?, [11]);

        let conn = db.conn();
        let feed = || users::table.select(User::as_select()).preload(has_many::<Post>());
        assert_eq!(go!(is_send(feed().explain(conn)))?.len(), 2);
        assert_eq!(go!(is_send(feed().explain_generic(conn)))?.len(), 2);
        assert_eq!(go!(is_send(feed().explain_analyze(conn))).is_ok(), BACKEND != "sqlite");
        let page = posts::table.select(Post::as_select()).keyset((posts::created_at.desc(), posts::id.desc())).first(2);
        assert_eq!(go!(is_send(page.preload(belongs_to::<User>()).explain(conn)))?.len(), 2);
        let titles = posts::table.keyset((posts::created_at.desc(), posts::id.desc())).select((posts::id, posts::title));
        assert_eq!(go!(is_send(titles.first(2).explain(conn)))?.len(), 1);
    }

    fn a_load_that_is_polled_in_turn_with_an_explained_one_asks_for_no_plan(db) {
        let mut other = go!(db.another())?;
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let feed = || {
            users::table
                .select(User::as_select())
                .preload(has_many::<Post>().order(posts::id).preload(has_many::<Comment>().order(comments::id)))
                .preload(has_one::<Profile>())
        };
        let log = StatementLog::install(&mut other);
        let (plans, rows) = go!(futures_util::future::try_join(feed().explain(conn), feed().load(&mut other)))?;
        assert_eq!((plans.len(), rows.len()), (4, 4));
        let sent = log.take();
        assert!(!sent.is_empty() && sent.iter().all(|statement| !statement.sql.contains("EXPLAIN")));
    }
}
