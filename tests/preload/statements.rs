//! How many statements are sent, how many different ones, and what they bind.

use blog::models::{Comment, EditedPost, Post, Profile, User};
use blog::schema::{posts, users};

use crate::support::data::FEW;
use crate::support::prelude::*;

scenarios! {
    fn no_parents_send_no_statement(db) {
        let conn = db.conn();
        let log = StatementLog::install(conn);
        let rows = go!(users::table
            .select(User::as_select())
            .preload(has_many::<Post>().preload(has_many::<Comment>()))
            .preload(has_one::<Profile>())
            .load(conn))?;
        assert_eq!((rows.len(), log.len()), (0, 1));
    }

    fn a_null_key_binds_nothing(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        let unedited = posts::table.filter(posts::editor_id.is_null()).select(EditedPost::as_select());
        let rows = go!(unedited.preload(belongs_to::<User>()).load(conn))?;
        assert_eq!((rows.len(), log.len()), (3, 1));
        log.take();

        // One NULL among keys: the keys are bound, each once.
        let rows = go!(posts::table.order(posts::id).select(EditedPost::as_select()).preload(belongs_to::<User>()).load(conn))?;
        assert_eq!(rows.len(), 6);
        let binds = log.take().pop().unwrap().binds;
        // A driver may show the type of a bind too.
        assert_eq!(binds.replace(['"', ' ', ')'], "").replace("String(", ""), "[[2,1]]");
    }

    fn the_statements_sent_are_those_announced(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        let feed = users::table
            .select(User::as_select())
            .preload(has_many::<Post>().preload(has_many::<Comment>().preload(belongs_to::<User>())))
            .preload(has_one::<Profile>());
        let announced = feed.statements();
        go!(feed.load(conn))?;
        assert_eq!((announced.fixed(), announced.for_parents(4), log.len()), (5, 5, 5));
    }

    fn few_texts_for_any_number_of_parents(db) {
        let conn = db.conn();
        seed_posts(conn, 100_000)?;
        let log = StatementLog::install(conn);
        for size in [1, 2, 3, 10, 100, 1_000, 10_000, 100_000] {
            let load = posts::table
                .filter(posts::id.le(size))
                .select(Post::as_select())
                .preload(has_many::<Comment>())
                .preload(belongs_to::<User>());
            let announced = load.statements().for_parents(size as usize);
            let before = log.len();
            assert_eq!(go!(load.load(conn))?.len(), size as usize);
            assert!(log.len() - before <= announced);
        }
        let mut texts: Vec<String> = log.take().into_iter().map(|statement| statement.sql).collect();
        texts.sort();
        texts.dedup();
        insta::assert_snapshot!(format!("few_texts_for_any_number_of_parents__{BACKEND}"), texts.join("\n\n"));
    }
}
