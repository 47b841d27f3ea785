//! What reads.

use blog::models::{Post, Translation, User};
use blog::schema::{posts, translations, users};

use crate::support::data::FEW;
use crate::support::prelude::*;

scenarios! {
    fn by_id(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        assert_eq!(go!(conn.repo::<User>().get(2))?.map(|user| user.email).as_deref(), Some("bob@example.com"));
        assert_eq!(go!(conn.repo::<User>().get(&99))?, None);
        // Held, it is the same.
        let mut users = conn.repo::<User>();
        assert!(go!(users.get(1))?.is_some() && go!(users.get(4))?.is_some());
        assert_eq!(go!(users.conn().repo::<Post>().get(10))?.map(|post| post.title).as_deref(), Some("Seeds"));
    }

    fn by_many_ids(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        assert!(go!(conn.repo::<User>().get_many(&[]))?.is_empty());
        assert_eq!(log.len(), 0);
        let found = go!(conn.repo::<User>().get_many(&[3, 99, 1, 3]))?;
        let ids: Vec<_> = found.iter().map(|user| user.as_ref().map(|user| user.id)).collect();
        assert_eq!(ids, [Some(3), None, Some(1), Some(3)]);
        assert_eq!(log.len(), 1);
        // More ids than any database takes binds.
        let many: Vec<i32> = (0..100_000).collect();
        let found = go!(conn.repo::<User>().get_many(&many))?;
        assert_eq!((found.len(), found.iter().flatten().count(), log.len()), (100_000, 4, 2));
    }

    fn by_predicate(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let mut users = conn.repo::<User>();
        let bob = go!(users.find_by(users::email.eq("bob@example.com")))?;
        assert_eq!(bob.map(|user| user.id), Some(2));
        assert_eq!(go!(users.find_by(users::email.eq("nobody")))?, None);
        let error = go!(users.find_by(users::active.eq(true))).unwrap_err();
        assert!(error.is_several_rows());
        assert_eq!(error.to_string(), "find_by: more than one User fits the predicate");
        assert_eq!(go!(users.list(users::active.eq(true).and(users::id.gt(1))))?.len(), 2);
        assert!(go!(users.list(users::id.gt(9)))?.is_empty());
        assert!(go!(users.exists(users::active.eq(false)))?);
        assert!(!go!(users.exists(users::name.eq("Eve")))?);
        assert_eq!(go!(users.count(users::active.eq(true)))?, 3);
        assert_eq!(go!(users.get_all())?.len(), 4);
    }

    fn by_composite_id(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        go!(conn.batch_execute("INSERT INTO translations (post_id, language, title) VALUES (10, 'de', 'Samen'), (10, 'fr', 'Graines'), (11, 'de', 'Wurzeln')"))?;
        let title = go!(conn.repo::<Translation>().get((10, "fr")))?.map(|row| row.title);
        assert_eq!(title.as_deref(), Some("Graines"));
        assert_eq!(go!(conn.repo::<Translation>().get((11, "fr")))?, None);
        assert_eq!(go!(conn.repo::<Translation>().count(translations::language.eq("de")))?, 2);
    }

    fn the_query_goes_on_as_any_other(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let loaded = go!(conn.repo::<User>().query().filter(users::id.le(2)).order(users::id).preload(has_many::<Post>()).load(conn))?;
        assert_eq!(loaded.iter().map(|(user, posts)| (user.id, posts.len())).collect::<Vec<_>>(), [(1, 3), (2, 2)]);
        let page = go!(conn.repo::<Post>().query().keyset((posts::created_at.desc(), posts::id.desc())).first(4).load(conn))?;
        assert_eq!(page.len(), 4);
    }
}
