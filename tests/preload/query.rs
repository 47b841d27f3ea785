//! Any change of a relation's query, and the clauses that cannot stand in one.

use blog::models::{EditedPost, Post, PostTag, Tag, User};
use blog::schema::{comments, post_tags, posts, tags, users};
use diesel::dsl::{count_star, exists, sql};
use diesel::sql_types::Bool;

use crate::support::data::FEW;
use crate::support::prelude::*;

const TAGS: &str = "INSERT INTO tags (id, name) VALUES (1, 'a'), (2, 'b');
    INSERT INTO post_tags (post_id, tag_id, position) VALUES (10, 1, 1), (10, 2, 2), (11, 2, 1);";

scenarios! {
    fn a_query_may_be_joined_filtered_and_boxed(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        go!(conn.batch_execute(TAGS))?;
        let ids = |rows: Vec<(User, Vec<Post>)>| rows.into_iter().map(|(_, posts)| posts.iter().map(|post| post.id).collect()).collect::<Vec<Vec<i32>>>();
        let users = || users::table.order(users::id).select(User::as_select());

        let joined = has_many::<Post>()
            .by(posts::editor_id)
            .query(|posts| posts.inner_join(users::table.on(users::id.eq(posts::author_id))).filter(users::name.eq("Ann")))
            .order(posts::id.desc());
        assert_eq!(ids(go!(users().preload(joined).load(conn))?), [vec![], vec![12, 10], vec![], vec![]]);

        let commented = has_many::<Post>()
            .query(|posts| posts.filter(exists(comments::table.filter(comments::post_id.eq(posts::id)))))
            .filter(posts::published.eq(true));
        assert_eq!(ids(go!(users().preload(commented).load(conn))?), [vec![10], vec![20], vec![], vec![]]);

        let boxed = has_many::<Post>().query(|posts| {
            let mut posts = posts.into_boxed::<DB>();
            for title in ["Seeds", "Snow"] {
                posts = posts.or_filter(posts::title.eq(title));
            }
            posts
        });
        assert_eq!(ids(go!(users().preload(boxed).load(conn))?), [vec![10], vec![21], vec![], vec![]]);

        // A target that the query leaves out is none, not a key that dangles.
        let active = belongs_to::<User>().query(|users| users.filter(users::active.eq(true)));
        let posts: Vec<(Post, Option<User>)> = go!(posts::table.order(posts::id).select(Post::as_select()).preload(active).load(conn))?;
        assert_eq!(posts.iter().filter(|(_, author)| author.is_none()).map(|(post, _)| post.id).collect::<Vec<_>>(), [30]);

        let tagged = many_to_many::<Tag, PostTag>()
            .links(|links| links.query(|links| links.filter(post_tags::position.gt(0))))
            .query(|tags| tags.filter(tags::name.ne("a")))
            .order(tags::name.desc());
        let posts = go!(posts::table.order(posts::id).select(Post::as_select()).preload(tagged).load(conn))?;
        assert_eq!(posts.iter().map(|(_, tags)| tags.len()).collect::<Vec<_>>(), [1, 1, 0, 0, 0, 0]);
    }

    fn a_clause_about_all_parents_together_is_an_error(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        macro_rules! refused {
            ($relation:expr, $message:expr) => {
                let error = go!(users::table.select(User::as_select()).preload($relation).load(conn)).unwrap_err();
                assert!(error.is_unsupported_query());
                assert_eq!(error.to_string(), concat!("the query of the relation by posts.author_id has ", $message));
            };
        }
        refused!(
            has_many::<Post>().query(|posts| posts.limit(3)),
            "LIMIT: it would count the children of all parents; `.limit_per_parent(n)` counts those of each"
        );
        refused!(
            has_many::<Post>().query(|posts| posts.order(posts::id)),
            "ORDER BY: give the order to `.order(..)` of the relation"
        );
        refused!(
            has_many::<Post>().query(|posts| posts.order(posts::title)).order(posts::id),
            "ORDER BY: give the order to `.order(..)` of the relation"
        );
        refused!(
            has_many::<Post>().query(|posts| posts.limit(9)).order(posts::id).limit_per_parent(1),
            "LIMIT: it would count the children of all parents; `.limit_per_parent(n)` counts those of each"
        );
        refused!(
            has_many::<Post>().query(|posts| posts.distinct()),
            "DISTINCT: rows of a model differ by their key; keep a join from repeating them with a filter on EXISTS"
        );
        refused!(
            has_many::<Post>().query(|posts| posts.filter(sql::<Bool>("published OR score > 3"))),
            "a bare OR: the keys of the parents would belong to its last part alone; put parentheses around the SQL of the filter"
        );
        // In a subquery they are nobody's business.
        let newest = posts::table.select(posts::id).order(posts::id.desc()).limit(100);
        let fine = has_many::<Post>().query(|posts| posts.filter(sql::<Bool>("(published OR score > 3)")));
        assert!(go!(newest.load::<i32>(conn))?.len() == 6 && go!(users::table.select(User::as_select()).preload(fine).load(conn)).is_ok());
    }

    /// The root query is sent as it is, whatever it has.
    fn a_root_is_sent_as_it_is(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        macro_rules! as_it_is {
            ($query:expr, $users:expr) => {
                let sql = diesel::debug_query::<DB, _>(&$query).to_string();
                log.take();
                let rows = go!($query.preload(has_many::<Post>().order(posts::id)).load(conn))?;
                assert_eq!(rows.iter().map(|(user, _)| user.id).collect::<Vec<_>>(), $users);
                assert!(rows.iter().all(|(user, posts)| posts.iter().all(|post| post.author_id == user.id)));
                assert_eq!(log.take()[0].sql, sql.split(" -- binds").next().unwrap());
            };
        }
        let busy = || users::table
            .inner_join(posts::table.on(posts::author_id.eq(users::id)))
            .group_by(users::id)
            .having(count_star().gt(1))
            .order(users::id);
        as_it_is!(busy().select(User::as_select()), [1, 2]);
        as_it_is!(users::table.distinct().order(users::id.desc()).limit(2).select(User::as_select()), [4, 3]);
        as_it_is!(
            users::table.filter(users::id.eq_any(posts::table.filter(posts::score.gt(4)).select(posts::author_id))).order(users::name).select(User::as_select()),
            [1, 2]
        );
        as_it_is!(
            users::table.left_join(posts::table.on(posts::author_id.eq(users::id))).filter(posts::id.is_null()).select(User::as_select()),
            [4]
        );
        // Rows with a value that the database computed, grouped too.
        let counted: Vec<((User, i64), Vec<EditedPost>)> =
            go!(busy().select((User::as_select(), count_star())).preload(has_many::<EditedPost>()).load(conn))?;
        assert_eq!(counted.iter().map(|((user, posts), edited)| (user.id, *posts, edited.len())).collect::<Vec<_>>(), [(1, 3, 1), (2, 2, 2)]);
    }
}
