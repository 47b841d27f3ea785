//! Loaders of the program's own, and rows that came from elsewhere.

use std::error::Error as _;

use blog::models::{Comment, Post, Profile, User};
use blog::schema::{posts, users};
use turbodiesel::Error;

use crate::support::data::FEW;
use crate::support::prelude::*;

scenarios! {
    fn a_loader_of_ones_own_is_a_relation(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        let titles = "a value of the caller's".to_owned();
        let load = users::table
            .order(users::id)
            .select(User::as_select())
            .preload(load_with(loader!(|users: &[&User], conn| let length = titles.len(); {
                let titles = posts::table.order(posts::id).select((posts::author_id, posts::title));
                let all: Vec<(i32, String)> = go!(titles.load(conn))?;
                assert_eq!(length, 23);
                Ok(users.iter().map(|user| all.iter().filter(|(id, _)| *id == user.id).count()).collect())
            })))
            .preload(has_many::<Post>().order(posts::id).preload(load_with(loader!(|posts: &[&Post], _conn| {
                Ok(posts.iter().map(|post| post.title.len()).collect())
            })).sends(0)));
        let announced = load.statements().fixed();
        let rows: Vec<(User, usize, Vec<(Post, usize)>)> = go!(load.load(conn))?;
        assert_eq!((log.len(), announced), (3, 3));
        let shape: Vec<_> = rows.iter().map(|(user, count, posts)| (user.id, *count, posts.len())).collect();
        assert_eq!(shape, [(1, 3, 3), (2, 2, 2), (3, 1, 1), (4, 0, 0)]);
        assert!(rows.iter().flat_map(|(.., posts)| posts).all(|(post, length)| post.title.len() == *length));
    }

    fn a_loader_that_loses_a_parent_is_an_error(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let short = load_with(loader!(|users: &[&User], _conn| { Ok(users.iter().skip(1).map(|user| user.id).collect()) }));
        let error = go!(users::table.select(User::as_select()).preload(short).load(conn)).unwrap_err();
        assert!(error.is_wrong_number_of_results(), "{error}");
        assert_eq!(error.to_string(), "a relation gave 3 results for 4 parents");
        let long = load_with(loader!(|users: &[&User], _conn| { Ok(vec![0; users.len() + 1]) }));
        assert!(go!(users::table.select(User::as_select()).preload(long).load(conn)).unwrap_err().is_wrong_number_of_results());
        let failed = load_with(loader!(|_users: &[&User], _conn| { Err::<Vec<()>, _>(Error::loader("no answer")) }));
        let error = go!(users::table.select(User::as_select()).preload(failed).load(conn)).unwrap_err();
        assert!(error.is_loader() && error.source().is_some_and(|cause| cause.to_string() == "no answer"), "{error}");
    }

    fn rows_that_came_from_elsewhere(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let users: Vec<User> = go!(users::table.order(users::id.desc()).select(User::as_select()).load(conn))?;
        let log = StatementLog::install(conn);
        let repeated: Vec<User> = users.iter().chain(&users[..2]).cloned().collect();
        let rows: Vec<(User, Vec<(Post, Vec<Comment>)>)> =
            go!(preload_for(repeated, has_many::<Post>().order(posts::id).preload(has_many::<Comment>()), conn))?;
        let shape: Vec<_> = rows.iter().map(|(user, posts)| (user.id, posts.len())).collect();
        assert_eq!(shape, [(4, 0), (3, 1), (2, 2), (1, 3), (4, 0), (3, 1)]);
        assert_eq!(log.take().len(), 2);
        // Parents that may not be there.
        let ragged = vec![None, users.last().cloned(), None];
        let rows: Vec<(Option<User>, Option<Option<Profile>>)> = go!(preload_for(ragged, if_some(has_one::<Profile>()), conn))?;
        assert_eq!(rows.iter().map(|(_, profile)| profile.as_ref().map(Option::is_some)).collect::<Vec<_>>(), [None, Some(true), None]);
        log.take();
        let nobody: Vec<(User, Vec<Post>)> = go!(preload_for(vec![], has_many::<Post>(), conn))?;
        assert!(nobody.is_empty() && log.is_empty());
    }
}
