//! Relations by other columns than the derive names: second keys, self relations, closures.

use blog::models::{Comment, EditedPost, Post, Profile, User};
use blog::schema::{comments, posts, profiles, users};

use crate::support::data::FEW;
use crate::support::prelude::*;

scenarios! {
    fn two_keys_to_one_table(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let rows: Vec<(User, Vec<Post>, Vec<Post>)> = go!(users::table
            .order(users::id)
            .select(User::as_select())
            .preload(has_many::<Post>().order(posts::id))
            .preload(has_many::<Post>().by(posts::editor_id).order(posts::id))
            .load(conn))?;
        let ids: Vec<_> = rows.iter().map(|(_, wrote, edited)| (ids(wrote), ids(edited))).collect();
        assert_eq!(ids, [(vec![10, 11, 12], vec![20]), (vec![20, 21], vec![10, 12]), (vec![30], vec![]), (vec![], vec![])]);

        let rows: Vec<(Post, User, Option<User>)> = go!(posts::table
            .order(posts::id)
            .select(Post::as_select())
            .preload(belongs_to::<User>())
            .preload(belongs_to::<User>().by_key(users::id, |post: &Post| post.editor_id))
            .load(conn))?;
        let editors: Vec<_> = rows.iter().map(|(_, _, editor)| editor.as_ref().map(|user| user.id)).collect();
        assert_eq!(editors, [Some(2), None, Some(2), Some(1), None, None]);
    }

    fn a_table_that_points_to_itself(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let rows: Vec<(Comment, Vec<Comment>, Option<Comment>)> = go!(comments::table
            .order(comments::id)
            .select(Comment::as_select())
            .preload(has_many::<Comment>().by(comments::parent_id))
            .preload(belongs_to::<Comment>().by_key(comments::id, |comment: &Comment| comment.parent_id))
            .load(conn))?;
        let ids: Vec<_> = rows
            .iter()
            .map(|(comment, answers, of)| (comment.id, answers.iter().map(|a| a.id).collect(), of.as_ref().map(|c| c.id)))
            .collect();
        assert_eq!(ids, [(100, vec![101], None), (101, vec![], Some(100)), (102, vec![], None)]);
    }

    fn a_key_that_is_not_the_primary_key(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        // Profiles of the author of a post, over the key that both have: no primary key takes part.
        let rows: Vec<(Post, Option<Profile>, Vec<Post>)> = go!(posts::table
            .order(posts::id)
            .select(Post::as_select())
            .preload(has_one::<Profile>().by_key(profiles::user_id, |post: &Post| post.author_id))
            .preload(has_many::<Post>().by_key(posts::author_id, |post: &Post| post.editor_id).order(posts::id))
            .load(conn))?;
        let found: Vec<_> = rows.iter().map(|(_, profile, posts)| (profile.as_ref().map(|p| p.id), ids(posts))).collect();
        assert_eq!(found[0], (Some(1), vec![20, 21]));
        assert_eq!(found[3], (None, vec![10, 11, 12]));
        assert_eq!(found[5], (Some(2), vec![]));
    }

    fn a_closure_gives_a_required_target_where_it_gives_no_option(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let by_author = || belongs_to::<User>().by_key(users::id, |post: &Post| post.author_id);
        let posts = || posts::table.order(posts::id).select(Post::as_select());
        let rows: Vec<(Post, User)> = go!(posts().preload(by_author()).load(conn))?;
        assert!(rows.iter().all(|(post, author)| post.author_id == author.id));
        let rows: Vec<(Post, Option<User>)> =
            go!(posts().preload(by_author().filter(users::active.eq(true))).load(conn))?;
        assert_eq!(rows.iter().filter(|(_, author)| author.is_none()).count(), 1);

        // A key that points nowhere is an error that names the column it was looked up in.
        let off = belongs_to::<User>().by_key(users::id, |post: &Post| post.author_id + 1000);
        let error = go!(posts().preload(off).load(conn)).unwrap_err();
        assert!(error.is_dangling_key(), "{error}");
        assert_eq!(error.to_string(), "belongs_to: no row has the key in users.id that a row points to: it dangles, or was deleted while the load ran");
        assert_eq!(error.key(), Some("1001"));
    }

    fn a_closure_that_gives_no_key_binds_nothing(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        let nobody = |_: &EditedPost| None::<i32>;
        let rows: Vec<(EditedPost, Option<User>, Vec<Post>)> = go!(posts::table
            .select(EditedPost::as_select())
            .preload(belongs_to::<User>().by_key(users::id, nobody))
            .preload(has_many::<Post>().by_key(posts::author_id, nobody))
            .load(conn))?;
        assert_eq!((rows.len(), log.len()), (6, 1));
        assert!(rows.iter().all(|(_, user, posts)| user.is_none() && posts.is_empty()));
    }

    fn relations_by_closures_nest_and_are_copied(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let answers = has_many::<Comment>().by(comments::parent_id).order(comments::id);
        let rows = go!(posts::table
            .order(posts::id)
            .select(Post::as_select())
            .preload(has_many::<Comment>().order(comments::id).preload(answers.preload(answers)))
            .load(conn))?;
        let (_, comments) = &rows[0];
        let answers: Vec<_> = comments.iter().map(|(c, answers)| (c.id, answers.iter().map(|(a, _)| a.id).collect())).collect();
        assert_eq!(answers, [(100, vec![101]), (101, vec![])]);
    }
}

fn ids(posts: &[Post]) -> Vec<i32> {
    posts.iter().map(|post| post.id).collect()
}
