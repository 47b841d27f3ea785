//! Somebody else writes between two statements of one load.

use blog::models::{Comment, Post, PostTag, Profile, Tag, User};
use blog::schema::{comments, posts, users};
use turbodiesel::preload::Node;

use crate::support::data::FEW;
use crate::support::database::TestConnection;
use crate::support::prelude::*;
use crate::support::race::{Two, take};

/// What somebody else may do: the rows that are made, changed and taken.
pub(super) const CHANGES: [&str; 4] = [
    "INSERT INTO users (id, email, name) VALUES (5, 'eve@example.com', 'Eve');
     INSERT INTO profiles (id, user_id, bio) VALUES (5, 5, '');
     INSERT INTO posts (id, author_id, title, body) VALUES (50, 5, 'New', ''), (13, 1, 'New', '');
     INSERT INTO comments (id, post_id, author_id, body) VALUES (500, 50, 1, ''), (501, 10, 5, '')",
    "UPDATE posts SET author_id = 4 WHERE id = 10; UPDATE comments SET post_id = 30; UPDATE profiles SET user_id = 2 WHERE id = 1",
    "DELETE FROM comments WHERE author_id = 3; DELETE FROM posts WHERE author_id = 3; DELETE FROM users WHERE id = 3",
    "UPDATE comments SET author_id = 4; DELETE FROM posts WHERE author_id = 2; DELETE FROM posts WHERE id = 11; DELETE FROM users WHERE id = 2",
];
const CLEAR: &str = "DELETE FROM comments; DELETE FROM posts; DELETE FROM profiles; DELETE FROM users;";

type Feed = Vec<(User, Option<Profile>, Vec<(Post, Vec<(Comment, User)>)>)>;

/// Which statement reads the authors of comments. Nothing that is on its way beside it is sent later.
const AUTHORS: usize = 4;

/// Each row is with the one that it pointed to when it was read, and once.
fn assert_placed(feed: &Feed) {
    let mut seen = std::collections::HashSet::new();
    for (user, profile, posts) in feed {
        assert!(profile.as_ref().is_none_or(|profile| profile.user_id == user.id));
        for (post, comments) in posts {
            assert!(post.author_id == user.id && seen.insert(post.id));
            for (comment, author) in comments {
                assert!(comment.post_id == post.id && comment.author_id == author.id && seen.insert(comment.id));
            }
        }
    }
}

scenarios! {
    fn what_others_commit_in_between_is_not_seen(db) {
        db.conn();
        let mut two = Two::<Conn>::new()?;
        for change in CHANGES {
            for nth in 1..5 {
                two.other(&format!("{CLEAR}{FEW}"))?;
                let before = format!("{:?}", go!(feed!().load(&mut two.one))?);
                let sent = two.race(nth, change);
                let during = format!("{:?}", go!(feed!().in_snapshot().load(&mut two.one))?);
                assert_eq!(during, before, "before statement {nth}: {change}");
                assert_eq!(take(&sent).last().map(String::as_str), Some("COMMIT"));
                assert_ne!(format!("{:?}", go!(feed!().load(&mut two.one))?), before, "nothing changed");
            }
        }
    }

    fn without_a_snapshot_no_row_is_with_a_wrong_one(db) {
        db.conn();
        let mut two = Two::<Conn>::new()?;
        let mut changed = vec![];
        for (i, change) in CHANGES.into_iter().enumerate() {
            for nth in 1..5 {
                two.other(&format!("{CLEAR}{FEW}"))?;
                let sent = two.race(nth, change);
                match go!(feed!().load(&mut two.one)) {
                    Ok(feed) => assert_placed(&feed),
                    Err(error) => {
                        assert!(error.is_concurrent_change(), "{error}");
                        assert_eq!(error.to_string(), "belongs_to: comments.author_id points to a row that is not there \
                            any more: it was deleted while the load ran; load again, or `.in_snapshot()`");
                        changed.push((i, nth, error.key().map(str::to_owned)));
                        // One statement more, for this key in both tables.
                        let asked = take(&sent).pop().unwrap_or_default();
                        let asked = asked.split(" -- binds").next().unwrap_or_default();
                        insta::assert_snapshot!(format!("still_dangling__{BACKEND}"), asked);
                    }
                }
            }
        }
        assert_eq!(changed, [(2, AUTHORS, Some("3".to_owned())), (3, AUTHORS, Some("2".to_owned()))]);
    }

    fn a_key_that_dangles_is_told_from_one_that_did(db) {
        db.conn();
        let mut two = Two::<Conn>::new()?;
        two.other(Conn::NO_FOREIGN_KEYS)?;
        let corrupt = format!("{CLEAR}{FEW}UPDATE comments SET author_id = 77 WHERE id = 102");
        // Of several keys it is the first row's that is asked for.
        for (change, key) in CHANGES.into_iter().zip(["77", "77", "3", "2"]) {
            two.other(&corrupt)?;
            two.race(AUTHORS, change);
            let error = go!(feed!().load(&mut two.one)).unwrap_err();
            assert_eq!((error.is_dangling_key(), error.key()), (key == "77", Some(key)), "{error}");
            two.other(&corrupt)?;
            two.race(AUTHORS, change);
            let error = go!(feed!().in_snapshot().load(&mut two.one)).unwrap_err();
            assert_eq!((error.is_dangling_key(), error.key()), (true, Some("77")), "{error}");
        }
    }

    fn links_and_trees_keep_their_promises(db) {
        db.conn();
        let mut two = Two::<Conn>::new()?;
        let reset = format!("DELETE FROM post_tags; DELETE FROM tags; {CLEAR}{FEW}
            INSERT INTO tags (id, name) VALUES (1, 'a'), (2, 'b');
            INSERT INTO post_tags (post_id, tag_id) VALUES (10, 1), (10, 2), (20, 1);
            INSERT INTO comments (id, post_id, author_id, parent_id, body) VALUES (103, 10, 1, 101, ''), (104, 10, 1, 103, '')");
        let tags = || posts::table.order(posts::id).select(Post::as_select()).preload(many_to_many::<Tag, PostTag>());
        two.other(&reset)?;
        two.race(2, "DELETE FROM tags WHERE id = 2");
        let error = go!(tags().load(&mut two.one)).unwrap_err();
        assert_eq!((error.is_concurrent_change(), error.key()), (true, Some("2")), "{error}");
        two.other(&reset)?;
        two.race(2, "DELETE FROM tags WHERE id = 2");
        assert_eq!(go!(tags().in_snapshot().load(&mut two.one))?[0].1.len(), 2);

        fn placed(parent: i32, nodes: &[Node<Comment>]) -> usize {
            nodes.iter().map(|node| {
                assert_eq!(node.row.parent_id, Some(parent));
                1 + placed(node.row.id, &node.children)
            }).sum()
        }
        let threads = || comments::table
            .filter(comments::id.eq(100))
            .select(Comment::as_select())
            .preload(has_many::<Comment>().by(comments::parent_id).tree(9));
        for change in [
            "UPDATE comments SET parent_id = 101 WHERE id = 104",
            "UPDATE comments SET parent_id = 104 WHERE id = 101",
            "UPDATE comments SET parent_id = 103 WHERE id = 100",
            "DELETE FROM comments WHERE id = 103",
        ] {
            for nth in 1..5 {
                two.other(&reset)?;
                two.race(nth, change);
                let rows = go!(threads().in_snapshot().load(&mut two.one))?;
                assert_eq!(placed(100, &rows[0].1), 3);
                two.other(&reset)?;
                two.race(nth, change);
                let rows = go!(threads().load(&mut two.one))?;
                assert!(placed(100, &rows[0].1) <= 4);
            }
        }
    }
}
