//! Relations of keys alone.

use std::collections::HashMap;

use blog::models::{Comment, Post, PostTag, Profile, Tag, User};
use blog::schema::{comments, posts, tags};

use crate::support::data::FEW;
use crate::support::prelude::*;

scenarios! {
    fn every_key_is_in_the_map(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        go!(conn.batch_execute("INSERT INTO tags (id, name) VALUES (1, 'a'), (2, 'b');
            INSERT INTO post_tags (post_id, tag_id, position) VALUES (10, 1, 1), (10, 2, 0)"))?;
        let log = StatementLog::install(conn);
        let posts: HashMap<i32, Vec<(Post, Vec<Comment>)>> = go!(load_for_keys::<User, _, _>(
            &[1, 4, 1, 99],
            has_many::<Post>().order(posts::id.desc()).preload(has_many::<Comment>().order(comments::id)),
            conn
        ))?;
        let ids = |key| posts[&key].iter().map(|(post, comments)| (post.id, comments.len())).collect::<Vec<_>>();
        assert_eq!((posts.len(), ids(1), ids(4), ids(99)), (3, vec![(12, 0), (11, 0), (10, 2)], vec![], vec![]));
        let sent = log.take();
        assert_eq!((sent.len(), sent[0].binds.matches('1').count()), (2, 1));

        let edited = go!(load_for_keys::<User, _, _>(&[2], has_many::<Post>().by(posts::editor_id), conn))?;
        assert_eq!(edited[&2].len(), 2);
        let profiles: HashMap<i32, Option<Profile>> = go!(load_for_keys::<User, _, _>(&[1, 2], has_one::<Profile>(), conn))?;
        assert!(profiles[&1].is_some() && profiles[&2].is_none());
        let users: HashMap<i32, Option<User>> = go!(load_for_keys::<Comment, _, _>(&[3, 99], belongs_to::<User>(), conn))?;
        assert!(users[&3].is_some() && users[&99].is_none());
        let tags: HashMap<i32, Vec<Tag>> =
            go!(load_for_keys::<Post, _, _>(&[10, 11], many_to_many::<Tag, PostTag>().order(tags::name), conn))?;
        assert_eq!((tags[&10].len(), tags[&11].len()), (2, 0));

        log.take();
        assert!(go!(load_for_keys::<User, _, _>(&[], has_many::<Post>(), conn))?.is_empty());
        assert!(log.is_empty());
    }
}
