//! Shapes that a program needs and that no single relation is.

use blog::models::{Comment, EditedPost, Post, Profile, Tag, User};
use blog::schema::{comments, post_tags, posts, profiles, tags, users};

use crate::support::data::FEW;
use crate::support::prelude::*;

/// A post without the key by which it is found.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable)]
#[diesel(table_name = posts)]
struct Title {
    id: i32,
    title: String,
}

scenarios! {
    fn parents_keep_the_order_of_the_query(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let rows = go!(users::table.order(users::created_at.desc()).select(User::as_select()).preload(has_many::<Post>()).load(conn))?;
        assert_eq!(rows.iter().map(|(user, posts)| (user.id, posts.len())).collect::<Vec<_>>(), [(4, 0), (3, 1), (2, 2), (1, 3)]);
        let grouped = go!(users::table
            .inner_join(posts::table.on(posts::author_id.eq(users::id)))
            .group_by(users::id)
            .order(diesel::dsl::count(posts::id).desc())
            .select(User::as_select())
            .preload(has_many::<Post>())
            .load(conn))?;
        assert_eq!(grouped.iter().map(|(user, posts)| (user.id, posts.len())).collect::<Vec<_>>(), [(1, 3), (2, 2), (3, 1)]);
    }

    fn the_same_relation_twice_is_two_relations(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let rows: Vec<(User, Vec<Post>, Vec<(Post, Vec<Comment>)>, Vec<Post>)> = go!(users::table
            .order(users::id)
            .select(User::as_select())
            .preload(has_many::<Post>().filter(posts::published.eq(true)).order(posts::id))
            .preload(has_many::<Post>().filter(posts::published.eq(false)).order(posts::id).preload(has_many::<Comment>()))
            .preload(has_many::<Post>().by(posts::editor_id).order(posts::id))
            .load(conn))?;
        let ids = |posts: &[Post]| posts.iter().map(|post| post.id).collect::<Vec<_>>();
        let (_, public, drafts, edited) = &rows[0];
        assert_eq!((ids(public), drafts.len(), ids(edited)), (vec![10, 11], 1, vec![20]));
        assert_eq!((ids(&rows[1].1), rows[1].2[0].0.id, ids(&rows[1].3)), (vec![20], 21, vec![10, 12]));
    }

    fn an_empty_level_ends_its_branch(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        let load = users::table
            .filter(users::id.eq(4))
            .select(User::as_select())
            .preload(has_many::<Post>().preload(has_many::<Comment>().preload(belongs_to::<User>())).preload(belongs_to::<User>()))
            .preload(has_one::<Profile>());
        let announced = load.statements().fixed();
        let rows = go!(load.load(conn))?;
        // Users, posts, profiles; nothing for what posts would have.
        assert_eq!((announced, log.len()), (6, 3));
        assert!(rows[0].1.is_empty() && rows[0].2.is_none());
    }

    fn a_child_need_not_have_the_column_of_its_key(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let rows: Vec<(User, Vec<Title>)> = go!(users::table
            .order(users::id)
            .select(User::as_select())
            .preload(has_many::<Title>().by(posts::author_id).order(posts::id))
            .load(conn))?;
        assert_eq!(rows[1].1, [(20, "Rain"), (21, "Snow")].map(|(id, title)| Title { id, title: title.into() }));
    }

    fn has_many_through_two_tables_and_three(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        go!(conn.batch_execute("INSERT INTO tags (id, name) VALUES (1, 'a'), (2, 'b');
            INSERT INTO post_tags (post_id, tag_id) VALUES (10, 1), (10, 2), (11, 1), (30, 2)"))?;
        // The comments on a user's posts; the tags of a user's posts, one for each of these: a post's author is the key.
        let comments = many_to_many::<Comment, Post>()
            .through(posts::table.inner_join(comments::table))
            .order(comments::id);
        let tags = many_to_many::<Tag, Post>()
            .through(posts::table.inner_join(post_tags::table.inner_join(tags::table)))
            .order((tags::id, posts::id));
        let log = StatementLog::install(conn);
        let rows: Vec<(User, Vec<Comment>, Vec<Tag>)> =
            go!(users::table.order(users::id).select(User::as_select()).preload(comments).preload(tags).load(conn))?;
        let ids: Vec<_> = rows.iter().map(|(_, comments, tags)| {
            (comments.iter().map(|row| row.id).collect::<Vec<_>>(), tags.iter().map(|row| row.id).collect::<Vec<_>>())
        }).collect();
        assert_eq!(ids, [(vec![100, 101], vec![1, 1, 2]), (vec![102], vec![]), (vec![], vec![2]), (vec![], vec![])]);
        assert_eq!(log.len(), 3);
    }

    fn many_to_many_of_a_table_with_itself(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        // A post links its author and its editor: whom a user edits, and by whom a user is edited.
        let edits = many_to_many::<User, Post>().links(|links| links.by(posts::editor_id).order(posts::id));
        let edited_by = many_to_many::<User, EditedPost>().links(|links| links.by(posts::author_id).order(posts::id));
        let rows = go!(users::table.order(users::id).select(User::as_select()).preload(edits).preload(edited_by).load(conn))?;
        let ids = |users: &[User]| users.iter().map(|user| user.id).collect::<Vec<_>>();
        let ids: Vec<_> = rows.iter().map(|(_, edits, edited_by)| (ids(edits), ids(edited_by))).collect();
        assert_eq!(ids, [(vec![2], vec![2, 2]), (vec![1, 1], vec![1]), (vec![], vec![]), (vec![], vec![])]);
    }

    fn every_element_of_a_row_has_relations_at_any_depth(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        // Three elements, the last of which may be missing; two relations of the second, one of each other.
        let rows = go!(comments::table
            .inner_join(posts::table)
            .left_join(profiles::table.on(profiles::user_id.eq(comments::author_id)))
            .order(comments::id)
            .select((Comment::as_select(), Post::as_select(), Option::<Profile>::as_select()))
            .preload(belongs_to::<User>())
            .preload_at(Nth::<1>, has_many::<Comment>().order(comments::id).preload(belongs_to::<User>().preload(has_one::<Profile>())))
            .preload_at(Nth::<1>, belongs_to::<User>())
            .preload_at(Nth::<2>, if_some(belongs_to::<User>()))
            .load(conn))?;
        let shape: Vec<_> = rows.iter().map(|((comment, post, profile), writer, comments, author, owner)| {
            assert_eq!((comment.author_id, post.author_id), (writer.id, author.id));
            assert_eq!(profile.as_ref().map(|profile| profile.user_id), owner.as_ref().map(|user| user.id));
            assert!(comments.iter().all(|(row, (user, profile))| row.post_id == post.id && row.author_id == user.id
                && profile.as_ref().is_none_or(|profile| profile.user_id == user.id)));
            (comment.id, comments.len(), owner.is_some())
        }).collect();
        assert_eq!(shape, [(100, 2, false), (101, 2, true), (102, 1, true)]);
    }

    fn a_polymorphic_key_is_a_relation_for_each_type(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        // What a comment is about, by its parity here, by a type column elsewhere: the others bind nothing.
        let post = belongs_to::<Post>().by_key(posts::id, |row: &Comment| (row.id % 2 == 0).then_some(row.post_id));
        let user = belongs_to::<User>().by_key(users::id, |row: &Comment| (row.id % 2 == 1).then_some(row.author_id));
        let rows = go!(comments::table.order(comments::id).select(Comment::as_select()).preload(post).preload(user).load(conn))?;
        let about: Vec<_> = rows.iter().map(|(_, post, user)| (post.as_ref().map(|row| row.id), user.as_ref().map(|row| row.id))).collect();
        assert_eq!(about, [(Some(10), None), (None, Some(3)), (Some(20), None)]);
    }
}
