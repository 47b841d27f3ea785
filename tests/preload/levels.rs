//! What becomes of the rows of a level, and where a relation hangs.

use std::sync::Arc;

use blog::models::{Comment, EditedPost, Post, Profile, User};
use blog::schema::{comments, posts, profiles, users};

use crate::support::data::FEW;
use crate::support::prelude::*;

#[derive(Debug, Clone, PartialEq)]
struct Title(String);

impl From<Post> for Title {
    fn from(post: Post) -> Self {
        Title(post.title)
    }
}

/// A post and how many comments it has.
#[derive(Debug, Clone, PartialEq)]
struct Talk(i32, usize);

impl From<(Post, Vec<Comment>)> for Talk {
    fn from((post, comments): (Post, Vec<Comment>)) -> Self {
        Talk(post.id, comments.len())
    }
}

#[derive(Debug, PartialEq)]
struct Author(String, Vec<Talk>);

impl From<(User, Vec<Talk>)> for Author {
    fn from((user, talks): (User, Vec<Talk>)) -> Self {
        Author(user.name, talks)
    }
}

scenarios! {
    fn rows_of_each_level_become_structs_of_ones_own(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let authors: Vec<Author> = go!(users::table
            .order(users::id)
            .select(User::as_select())
            .preload(has_many::<Post>().order(posts::id).preload(has_many::<Comment>()).map_into::<Talk>())
            .map_into::<Author>()
            .load(conn))?;
        assert_eq!(authors[0], Author("Ann".into(), vec![Talk(10, 2), Talk(11, 0), Talk(12, 0)]));
        assert_eq!(authors[3], Author("Dot".into(), vec![]));
        // Of a to-one relation, and of rows without relations.
        let comments: Vec<(Comment, Title)> = go!(comments::table
            .order(comments::id)
            .select(Comment::as_select())
            .preload(belongs_to::<Post>().map_into::<Title>())
            .load(conn))?;
        assert_eq!(comments[2].1, Title("Rain".into()));
    }

    fn the_first_row_or_none(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        let users = || users::table.order(users::id.desc()).select(User::as_select());
        let last = go!(users().preload(has_many::<Post>()).load_optional(conn))?;
        assert_eq!(last.map(|(user, posts)| (user.id, posts.len())), Some((4, 0)));
        assert!(log.take()[0].sql.contains(" LIMIT "));
        let boxed = users().into_boxed().filter(users::id.eq(2));
        assert_eq!(go!(boxed.preload(has_many::<Post>()).load_optional(conn))?.map(|(_, posts)| posts.len()), Some(2));
        log.take();
        assert!(go!(users().filter(users::id.eq(9)).preload(has_many::<Post>()).load_optional(conn))?.is_none());
        assert_eq!(log.len(), 1);
    }

    fn a_relation_that_is_not_wanted_sends_nothing(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        for (posts, comments, profile) in [(true, true, true), (true, false, false), (false, true, true), (false, false, false)] {
            let load = users::table
                .order(users::id)
                .select(User::as_select())
                .preload_if(posts, has_many::<Post>().preload_if(comments, has_many::<Comment>()))
                .preload_if(profile, has_one::<Profile>());
            let announced = load.statements().fixed();
            let rows = go!(load.load(conn))?;
            assert_eq!((rows.len(), log.take().len()), (4, announced));
            for (_, loaded, has_one) in &rows {
                assert_eq!((loaded.is_some(), has_one.is_some()), (posts, profile));
                assert!(loaded.iter().flatten().all(|(_, loaded)| loaded.is_some() == comments));
            }
        }
        let nobody = users::table.filter(users::id.eq(0)).select(User::as_select());
        assert!(go!(nobody.preload_if(true, has_many::<Post>()).load(conn))?.is_empty());
        assert_eq!(log.len(), 1);
        let editor = belongs_to::<User>().preload_if(false, has_one::<Profile>());
        let rows: Vec<(EditedPost, Option<Option<(User, Option<Option<Profile>>)>>)> =
            go!(posts::table.order(posts::id).select(EditedPost::as_select()).preload_if(true, editor).load(conn))?;
        assert_eq!(rows[0].1.as_ref().map(Option::is_some), Some(true));
    }

    fn a_relation_of_any_element_of_the_row(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let rows: Vec<((User, Post), Option<Profile>, Vec<Comment>, User)> = go!(users::table
            .inner_join(posts::table.on(posts::author_id.eq(users::id)))
            .order(posts::id)
            .select((User::as_select(), Post::as_select()))
            .preload(has_one::<Profile>())
            .preload_at(Nth::<1>, has_many::<Comment>().order(comments::id))
            .preload_at(Nth::<1>, belongs_to::<User>())
            .load(conn))?;
        let shape: Vec<_> = rows.iter().map(|((user, post), profile, comments, author)| {
            assert_eq!((user.id, post.author_id), (author.id, author.id));
            (user.id, post.id, profile.is_some(), comments.len())
        }).collect();
        assert_eq!(shape, [(1, 10, true, 2), (1, 11, true, 0), (1, 12, true, 0), (2, 20, false, 1), (2, 21, false, 0), (3, 30, true, 0)]);
    }

    fn a_relation_of_an_element_that_may_not_be_there(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        let load = users::table
            .left_join(profiles::table)
            .order(users::id)
            .select((User::as_select(), Option::<Profile>::as_select()))
            .preload_at(Nth::<1>, if_some(belongs_to::<User>().preload(has_many::<Post>().order(posts::id))))
            .preload_at(Nth::<0>, has_many::<Post>());
        let announced = load.statements().fixed();
        let rows: Vec<((User, Option<Profile>), Option<(User, Vec<Post>)>, Vec<Post>)> = go!(load.load(conn))?;
        assert_eq!(log.take().len(), announced);
        let owners: Vec<_> = rows.iter().map(|((user, _), owner, posts)| {
            assert!(owner.as_ref().is_none_or(|(owner, posts)| owner == user && posts.iter().all(|post| post.author_id == user.id)));
            (owner.is_some(), posts.len())
        }).collect();
        assert_eq!(owners, [(true, 3), (false, 2), (true, 1), (false, 0)]);
        // None of them there: nothing to ask for.
        let without = users::table
            .left_join(profiles::table)
            .filter(profiles::id.is_null())
            .select((User::as_select(), Option::<Profile>::as_select()))
            .preload_at(Nth::<1>, if_some(belongs_to::<User>()));
        assert_eq!((go!(without.load(conn))?.len(), log.len()), (2, 1));
    }

    fn a_shared_target_is_one_value(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        /// Not `Clone`: it need not be.
        struct Name(String);
        impl From<(User, Vec<Post>)> for Name {
            fn from((user, _): (User, Vec<Post>)) -> Self {
                Name(user.name)
            }
        }
        let rows: Vec<(Post, Arc<Name>)> = go!(posts::table
            .order(posts::id)
            .select(Post::as_select())
            .preload(belongs_to::<User>().preload(has_many::<Post>()).map_into::<Name>().shared())
            .load(conn))?;
        assert!(Arc::ptr_eq(&rows[0].1, &rows[2].1) && !Arc::ptr_eq(&rows[0].1, &rows[3].1));
        assert_eq!((rows[3].1.0.as_str(), Arc::strong_count(&rows[0].1)), ("Bob", 3));
        let edited: Vec<(EditedPost, Option<Arc<User>>)> = go!(posts::table
            .order(posts::id)
            .select(EditedPost::as_select())
            .preload(belongs_to::<User>().shared())
            .load(conn))?;
        assert!(edited[1].1.is_none() && edited[0].1.as_ref().is_some_and(|editor| editor.id == 2));
    }
}
