//! Many to many: links first, then each target once.

use std::sync::Arc;

use blog::models::{Post, PostTag, Tag, User};
use blog::schema::{post_tags, posts, tags};

use crate::support::data::{FEW, TAGS};
use crate::support::prelude::*;

diesel::table! {
    labels (id) {
        id -> Integer,
        post_id -> Integer,
        tag_id -> Nullable<Integer>,
    }
}

/// A link without any constraint: twice the same, to nothing, to a tag that is not there.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable, Associations)]
#[diesel(table_name = labels, belongs_to(Post), belongs_to(Tag), check_for_backend(diesel::sqlite::Sqlite))]
struct Label {
    id: i32,
    post_id: i32,
    tag_id: Option<i32>,
}

const LABELS: &str = "
CREATE TABLE labels (id INTEGER PRIMARY KEY, post_id INTEGER NOT NULL, tag_id INTEGER);
INSERT INTO labels (id, post_id, tag_id) VALUES (1, 10, 1), (2, 10, 1), (3, 10, NULL), (4, 11, 2), (5, 10, 2);
";

/// The names of the tags of each post.
fn names<'a>(rows: impl IntoIterator<Item = &'a (Post, Vec<Tag>)>) -> Vec<(i32, String)> {
    rows.into_iter().map(|(post, tags)| (post.id, tags.iter().map(|tag| tag.name.as_str()).collect())).collect()
}

fn of(rows: &[(i32, &str)]) -> Vec<(i32, String)> {
    rows.iter().map(|(id, names)| (*id, (*names).to_owned())).collect()
}

scenarios! {
    fn each_parent_gets_its_targets_and_each_target_is_sent_once(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        go!(conn.batch_execute(TAGS))?;
        let log = StatementLog::install(conn);
        let posts = || posts::table.order(posts::id).filter(posts::id.lt(21)).select(Post::as_select());
        let load = posts().preload(many_to_many::<Tag, PostTag>().order(tags::name));
        let announced = load.statements().fixed();
        let rows: Vec<(Post, Vec<Tag>)> = go!(load.load(conn))?;
        assert_eq!(names(&rows), of(&[(10, "abc"), (11, "b"), (12, ""), (20, "ac")]));
        let sent = log.take();
        assert_eq!((sent.len(), announced), (3, 3));
        insta::assert_snapshot!(
            format!("many_to_many__{BACKEND}"),
            sent.iter().skip(1).map(|statement| statement.sql.clone()).collect::<Vec<_>>().join("\n\n"));

        // By columns of the link.
        let rows = go!(posts().preload(many_to_many::<Tag, PostTag>().links(|links| links.order(post_tags::position))).load(conn))?;
        assert_eq!(names(&rows), of(&[(10, "bac"), (11, "b"), (12, ""), (20, "ac")]));
        let first = many_to_many::<Tag, PostTag>().links(|links| links.filter(post_tags::position.le(1)).order(post_tags::position.desc()));
        assert_eq!(names(&go!(posts().preload(first).load(conn))?), of(&[(10, "ab"), (11, "b"), (12, ""), (20, "a")]));
        // By columns of both: the order of the targets first, then that of the links.
        let both = many_to_many::<Tag, PostTag>().filter(tags::name.ne("c")).order(tags::name.desc()).links(|links| links.filter(post_tags::position.lt(9)));
        assert_eq!(names(&go!(posts().preload(both).load(conn))?), of(&[(10, "ba"), (11, "b"), (12, ""), (20, "a")]));
    }

    fn without_links_there_is_no_second_statement(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        go!(conn.batch_execute(TAGS))?;
        let log = StatementLog::install(conn);
        let load = |id| posts::table.filter(posts::id.eq(id)).select(Post::as_select()).preload(many_to_many::<Tag, PostTag>());
        assert_eq!(go!(load(12).load(conn))?[0].1, []);
        assert_eq!(log.take().len(), 2);
        assert!(go!(load(0).load(conn))?.is_empty());
        assert_eq!(log.take().len(), 1);
    }

    fn a_target_comes_with_its_link_and_with_relations_of_its_own(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        go!(conn.batch_execute(TAGS))?;
        let rows: Vec<(Tag, Vec<((Post, User), PostTag)>)> = go!(tags::table
            .order(tags::id)
            .select(Tag::as_select())
            .preload(many_to_many::<Post, PostTag>().order(posts::id).preload(belongs_to::<User>()).with_link())
            .load(conn))?;
        let shape: Vec<Vec<_>> = rows.iter().map(|(tag, posts)| posts.iter().map(|((post, author), link)| {
            assert_eq!((post.author_id, post.id, tag.id), (author.id, link.post_id, link.tag_id));
            (post.id, link.position)
        }).collect()).collect();
        assert_eq!(shape, [vec![(10, 2), (20, 5)], vec![(10, 1), (20, 0)], vec![(10, 0), (11, 0)], vec![]]);
        // There and back, repeated parents, targets that are shared.
        let twice = posts::table.inner_join(post_tags::table).filter(posts::id.eq(10)).select(Post::as_select());
        let rows: Vec<(Post, Vec<Arc<(Tag, Vec<Post>)>>)> = go!(twice
            .preload(many_to_many::<Tag, PostTag>().order(tags::id).preload(many_to_many::<Post, PostTag>().order(posts::id)).shared())
            .load(conn))?;
        assert_eq!(rows.len(), 3);
        for (_, tags) in &rows {
            let shape: Vec<_> = tags.iter().map(|tag| (tag.0.id, tag.1.iter().map(|post| post.id).collect())).collect();
            assert_eq!(shape, [(1, vec![10, 20]), (2, vec![10, 20]), (3, vec![10, 11])]);
        }
        assert!(Arc::ptr_eq(&rows[0].1[0], &rows[2].1[0]));
    }

    fn through_a_join_of_the_callers_it_is_one_statement(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        go!(conn.batch_execute(TAGS))?;
        let log = StatementLog::install(conn);
        let posts = || posts::table.order(posts::id).filter(posts::id.lt(21)).select(Post::as_select());
        let through = || many_to_many::<Tag, PostTag>().through(post_tags::table.inner_join(tags::table));
        let rows: Vec<(Post, Vec<Tag>)> = go!(posts().preload(through().filter(tags::name.ne("c")).order(post_tags::position)).load(conn))?;
        assert_eq!(names(&rows), of(&[(10, "ba"), (11, "b"), (12, ""), (20, "a")]));
        let sent = log.take();
        assert_eq!(sent.len(), 2);
        insta::assert_snapshot!(format!("through__{BACKEND}"), sent[1].sql);
        let rows: Vec<(Post, Vec<(Tag, PostTag)>)> = go!(posts().preload(through().with_link().order(post_tags::position.desc())).load(conn))?;
        assert_eq!(rows[0].1.iter().map(|(tag, link)| (tag.id, link.position)).collect::<Vec<_>>(), [(1, 2), (2, 1), (3, 0)]);
    }

    fn links_without_constraints(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        go!(conn.batch_execute(TAGS))?;
        go!(conn.batch_execute(LABELS))?;
        let posts = || posts::table.order(posts::id).filter(posts::id.lt(12)).select(Post::as_select());
        // One entry for each link row: the link that stands twice gives its target twice, the NULL one gives none.
        let tags = many_to_many::<Tag, Label>().links(|links| links.order(labels::id));
        assert_eq!(names(&go!(posts().preload(tags).load(conn))?), of(&[(10, "cca"), (11, "a")]));
        let links = many_to_many::<Tag, Label>().order(tags::name).links(|links| links.order(labels::id.desc())).with_link();
        let rows = go!(posts().preload(links).load(conn))?;
        assert_eq!(rows[0].1.iter().map(|(_, label)| label.id).collect::<Vec<_>>(), [5, 2, 1]);
        // A link that points to no row dangles; a target that is filtered out does not.
        go!(conn.batch_execute("INSERT INTO labels (id, post_id, tag_id) VALUES (6, 11, 77)"))?;
        let error = go!(posts().preload(many_to_many::<Tag, Label>()).load(conn)).unwrap_err();
        assert!(error.is_dangling_key(), "{error}");
        assert_eq!((error.to_string().as_str(), error.key()), ("belongs_to: labels.tag_id points to a row that is not there", Some("77")));
        let filtered = many_to_many::<Tag, Label>().filter(tags::name.eq("a"));
        assert_eq!(names(&go!(posts().preload(filtered).load(conn))?), of(&[(10, "a"), (11, "a")]));
    }
}
