//! What each relation gives.

use blog::models::{Comment, EditedPost, Post, Profile, User};
use blog::schema::{comments, posts, users};

use crate::support::data::FEW;
use crate::support::prelude::*;

scenarios! {
    fn has_many_gives_every_parent_its_children(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let rows = go!(users::table
            .order(users::id)
            .select(User::as_select())
            .preload(has_many::<Post>().order(posts::id))
            .load(conn))?;
        let ids: Vec<_> = rows.iter().map(|(user, posts)| (user.id, posts.iter().map(|p| p.id).collect())).collect();
        assert_eq!(ids, [(1, vec![10, 11, 12]), (2, vec![20, 21]), (3, vec![30]), (4, vec![])]);
    }

    fn children_are_filtered_and_ordered_within_their_parent(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let rows = go!(users::table
            .order(users::id)
            .select(User::as_select())
            .preload(has_many::<Post>()
                .filter(posts::published.eq(true).or(posts::title.eq("Leaves")))
                .order((posts::created_at.desc(), posts::id.asc())))
            .load(conn))?;
        let ids: Vec<_> = rows.iter().map(|(user, posts)| (user.id, posts.iter().map(|p| p.id).collect())).collect();
        assert_eq!(ids, [(1, vec![11, 12, 10]), (2, vec![20]), (3, vec![30]), (4, vec![])]);
    }

    fn has_one_gives_one_or_none(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let rows = go!(users::table
            .order(users::id)
            .select(User::as_select())
            .preload(has_one::<Profile>())
            .load(conn))?;
        let bios: Vec<_> = rows.into_iter().map(|(_, profile)| profile.map(|p| p.bio)).collect();
        assert_eq!(bios, [Some("Writes.".into()), None, Some("Reads.".into()), None]);
    }

    fn belongs_to_gives_the_one(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let rows: Vec<(Post, User)> = go!(posts::table
            .order(posts::id)
            .select(Post::as_select())
            .preload(belongs_to::<User>())
            .load(conn))?;
        assert_eq!(rows.len(), 6);
        assert!(rows.iter().all(|(post, author)| post.author_id == author.id));
    }

    fn belongs_to_by_a_nullable_key_gives_an_option(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let rows: Vec<(EditedPost, Option<User>)> = go!(posts::table
            .order(posts::id)
            .select(EditedPost::as_select())
            .preload(belongs_to::<User>())
            .load(conn))?;
        let editors: Vec<_> = rows.iter().map(|(_, editor)| editor.as_ref().map(|user| user.id)).collect();
        assert_eq!(editors, [Some(2), None, Some(2), Some(1), None, None]);
    }

    fn a_filtered_belongs_to_gives_an_option(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let rows: Vec<(Post, Option<User>)> = go!(posts::table
            .order(posts::id)
            .select(Post::as_select())
            .preload(belongs_to::<User>().filter(users::active.eq(true)))
            .load(conn))?;
        let authors: Vec<_> = rows.iter().map(|(_, author)| author.as_ref().map(|user| user.id)).collect();
        assert_eq!(authors, [Some(1), Some(1), Some(1), Some(2), Some(2), None]);
    }

    fn relations_nest_and_stand_side_by_side(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let rows: Vec<(User, Vec<(Post, Vec<(Comment, User)>)>, Option<Profile>)> = go!(users::table
            .order(users::id)
            .select(User::as_select())
            .preload(
                has_many::<Post>()
                    .order(posts::id)
                    .preload(has_many::<Comment>().order(comments::id.desc()).preload(belongs_to::<User>())),
            )
            .preload(has_one::<Profile>())
            .load(conn))?;
        let (ann, posts, profile) = &rows[0];
        assert_eq!((ann.name.as_str(), profile.as_ref().map(|p| p.id)), ("Ann", Some(1)));
        let comments: Vec<_> = posts
            .iter()
            .map(|(post, comments)| (post.id, comments.iter().map(|(c, by)| (c.id, by.id)).collect()))
            .collect();
        assert_eq!(comments, [(10, vec![(101, 3), (100, 2)]), (11, vec![]), (12, vec![])]);
    }

    fn eight_siblings_are_one_flat_tuple(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let few = || has_many::<Post>().order(posts::id);
        let rows = go!(users::table
            .filter(users::id.eq(2))
            .select(User::as_select())
            .preload(few().filter(posts::id.eq(20)))
            .preload(few().filter(posts::id.eq(21)))
            .preload(few())
            .preload(few().filter(posts::id.eq(10)))
            .preload(has_one::<Profile>())
            .preload(has_one::<Profile>())
            .preload(few().filter(posts::score.is_null()))
            .preload(has_many::<Comment>())
            .load(conn))?;
        let (user, a, b, c, d, e, f, g, h) = &rows[0];
        assert_eq!((user.id, a[0].id, b[0].id, c.len(), d.len()), (2, 20, 21, 2, 0));
        assert_eq!((e, f, g.len(), h.len()), (&None, &None, 0, 1));
    }
}
