//! Orderings as values: stored, chosen by name, of expressions and aggregates; and what is dropped from their SQL.

use blog::models::{Post, User};
use blog::schema::{comments, posts, users};
use diesel::dsl::{count, sql};
use diesel::sql_types::{Bool, Text};
use turbodiesel::keyset::{Cursor, OrderingSet, SeekForm, asc, desc, unique};

use crate::support::data::FEW;
use crate::support::prelude::*;

diesel::define_sql_function!(fn lower(text: Text) -> Text);
diesel::define_sql_function!(fn coalesce(value: diesel::sql_types::Nullable<diesel::sql_types::Integer>, other: diesel::sql_types::Integer) -> diesel::sql_types::Integer);

/// All rows, in pages of two, forward, through the text of the cursors.
macro_rules! walk {
    ($go:ident, $page:expr, $load:ident $(::<$T:ty>)?, $conn:expr, $id:expr) => {{
        let (mut seen, mut cursor) = (vec![], None::<Cursor>);
        loop {
            let page = $go!($page.first(2).after(cursor.as_ref()).$load$(::<$T>)?($conn))?;
            seen.extend(page.items().iter().map($id));
            let Some(next) = page.next_cursor() else { break seen };
            cursor = Some(next.to_string().parse()?);
        }
    }};
}

scenarios! {
    fn one_ordering_serves_many_queries(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let newest = (posts::created_at.desc(), posts::id.desc());
        let all = walk!(go, posts::table.select(Post::as_select()).keyset(newest), load, conn, |post: &Post| post.id);
        let some = walk!(go, posts::table.filter(posts::published).select(Post::as_select()).keyset(newest), load, conn, |post: &Post| post.id);
        assert_eq!((all, some), (vec![30, 21, 20, 12, 11, 10], vec![30, 20, 11, 10]));
    }

    fn orderings_are_chosen_by_name(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let sorts = OrderingSet::<posts::table>::new()
            .with("newest", (posts::created_at.desc(), posts::id.desc()))
            .with("title", (asc(lower(posts::title)), posts::id.asc()))
            .with("best", (desc(posts::score).nulls_last(), desc(posts::created_at), asc(posts::id)))
            .with("id", posts::id.asc());
        let expected = [("newest", [30, 21, 20, 12, 11, 10]), ("title", [12, 20, 11, 10, 21, 30]), ("best", [12, 20, 10, 21, 30, 11]), ("id", [10, 11, 12, 20, 21, 30])];
        assert_eq!(sorts.names(), expected.map(|(name, _)| name));
        let mut cursors = vec![];
        for (name, ids) in expected {
            let seen = walk!(go, posts::table.select(Post::as_select()).keyset(sorts.get(name)?), load, conn, |post: &Post| post.id);
            assert_eq!(seen, ids, "{name}");
            let boxed = go!(posts::table.into_boxed().select(Post::as_select()).keyset(sorts.get(name)?).first(1).load(conn))?;
            cursors.extend(boxed.end_cursor().cloned());
        }
        let error = sorts.get("score").unwrap_err();
        assert!(error.is_unknown_ordering());
        assert_eq!((error.to_string().as_str(), error.key()), ("no ordering has this name: there are `newest`, `title`, `best`, `id`", Some("\"score\"")));
        let error = go!(posts::table.select(Post::as_select()).keyset(sorts.get("title")?).first(1).after(cursors.as_slice().first()).load(conn)).unwrap_err();
        assert!(error.as_cursor().is_some_and(|cursor| cursor.is_wrong_ordering()));
        // A set of one table writes the cursors that the ordering alone writes.
        let page = go!(posts::table.select(Post::as_select()).keyset((posts::created_at.desc(), posts::id.desc())).first(1).load(conn))?;
        assert_eq!(page.end_cursor(), cursors.as_slice().first());
    }

    fn keys_behind_a_unique_one_are_dropped(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        let by_id = go!(posts::table.select(Post::as_select()).keyset((posts::id.desc(), posts::title.asc(), posts::id.asc())).first(2).load(conn))?;
        let again = go!(posts::table.select(Post::as_select()).keyset(posts::id.desc()).first(2).after(by_id.end_cursor()).load(conn))?;
        assert_eq!(again.items().iter().map(|post| post.id).collect::<Vec<_>>(), [20, 12]);
        let texts = log.take();
        assert!(texts[0].sql.contains("keyset_1") && !texts[0].sql.contains("keyset_2"), "{}", texts[0].sql);
        let declared = (posts::published.asc(), unique(posts::title.asc()), posts::score.asc(), posts::id.asc());
        let _ = go!(posts::table.select(Post::as_select()).keyset(declared).first(2).load(conn))?;
        // Twice the same key is once.
        let twice = (posts::score.desc(), posts::score.asc(), posts::id.asc());
        let _ = go!(posts::table.select(Post::as_select()).keyset(twice).first(2).load(conn))?;
        for text in log.take() {
            assert!(text.sql.contains("keyset_2") && !text.sql.contains("keyset_3"), "{}", text.sql);
        }
    }

    fn expressions_and_correlated_counts_are_keys(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let query = || posts::table.select(Post::as_select());
        let by_score = (desc(coalesce(posts::score, 0)), asc(posts::id));
        assert_eq!(walk!(go, query().keyset(by_score), load, conn, |post: &Post| post.id), [12, 10, 20, 21, 11, 30]);
        macro_rules! discussed {
            () => {{
                let comments = comments::table.filter(comments::post_id.eq(posts::id)).select(count(comments::id)).single_value();
                (desc(comments), asc(posts::id))
            }};
        }
        assert_eq!(walk!(go, query().keyset(discussed!()), load, conn, |post: &Post| post.id), [10, 20, 11, 12, 21, 30]);
    }

    fn grouped_queries_page_by_their_aggregates(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        macro_rules! writers {
            () => {
                users::table.inner_join(posts::table.on(posts::author_id.eq(users::id))).group_by((users::id, users::name)).filter(posts::published.or(posts::score.is_not_null()))
            };
        }
        let most = || (desc(count(posts::id)), unique(users::id.asc()));
        let selection = || (users::name, count(posts::id));
        let rows = walk!(go, writers!().keyset(most()).select(selection()), load_page::<(String, i64)>, conn, |(name, posts): &(String, i64)| (name.clone(), *posts));
        assert_eq!(rows, [("Ann".into(), 3), ("Bob".into(), 2), ("Cid".into(), 1)]);
        assert!(log.take()[1].sql.contains(" HAVING "));
        // A HAVING of the user's own stays.
        let rows = walk!(go, writers!().having(count(posts::id).lt(3)).keyset(most()).select(selection()), load_page::<(String, i64)>, conn, |(name, posts): &(String, i64)| (name.clone(), *posts));
        assert_eq!(rows, [("Bob".into(), 2), ("Cid".into(), 1)]);
        // Keys that are grouped are compared before the groups are made.
        log.take();
        let rows = walk!(go, writers!().keyset((users::name.desc(), unique(users::id.asc()))).select(selection()), load_page::<(String, i64)>, conn, |(name, posts): &(String, i64)| (name.clone(), *posts));
        assert_eq!(rows, [("Cid".into(), 1), ("Bob".into(), 2), ("Ann".into(), 3)]);
        assert!(log.take().iter().all(|statement| !statement.sql.contains(" HAVING ")));
    }

    fn aliases_are_keys(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let editors = diesel::alias!(users as editors);
        let query = || posts::table
            .inner_join(users::table.on(users::id.eq(posts::author_id)))
            .left_join(editors.on(editors.field(users::id).nullable().eq(posts::editor_id)))
            .select((Post::as_select(), User::as_select()));
        let ordering = || (asc(editors.field(users::name).nullable()).nulls_last(), desc(users::name), unique(posts::id.asc()));
        let rows = walk!(go, query().keyset(ordering()), load, conn, |(post, _): &(Post, User)| post.id);
        // Edited by Ann, by Bob, by nobody.
        assert_eq!(rows, [20, 10, 12, 30, 21, 11]);
    }

    fn any_selection_is_paged(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let titles = walk!(go, posts::table.keyset((posts::title.asc(), posts::id.asc())).select(posts::title), load_page::<String>, conn, String::clone);
        assert_eq!(titles, ["Leaves", "Rain", "Roots", "Seeds", "Snow", "Stone"]);
        let joined = posts::table.inner_join(comments::table);
        let rows = go!(
            joined.keyset(unique(comments::id.asc())).select((comments::id, posts::title)).first(2).load_page::<(i32, String)>(conn)
        )?;
        assert_eq!(rows.items(), [(100, "Seeds".to_owned()), (101, "Seeds".to_owned())]);
    }

    fn a_key_that_is_not_unique_is_found_in_debug_builds(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let page = posts::table.select(Post::as_select()).keyset(unique(posts::created_at.asc())).first(4);
        let error = go!(page.load(conn)).unwrap_err();
        assert!(error.is_not_unique(), "{error}");
        // The row behind the page counts: there the next page would begin.
        let page = posts::table.select(Post::as_select()).keyset(unique(posts::created_at.asc())).first(2);
        assert!(go!(page.load(conn)).unwrap_err().is_not_unique());
    }

    fn bounds_are_values_too(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let query = || posts::table.select(Post::as_select());
        let ids = |page: &turbodiesel::keyset::Page<Post>| page.items().iter().map(|post| post.id).collect::<Vec<_>>();
        let best = || (posts::score.desc(), posts::id.asc());
        let page = go!(query().keyset(best()).first(9).after_values((Some(5), 10)).load(conn))?;
        let nulls_last = BACKEND != "postgres";
        assert_eq!(ids(&page), if nulls_last { vec![20, 21, 11, 30] } else { vec![20, 21] });
        assert_eq!((page.has_previous(), page.has_next()), (None, Some(false)));
        let page = go!(query().keyset(best()).first(9).after_values((None::<i32>, 11)).load(conn))?;
        assert_eq!(ids(&page), if nulls_last { vec![30] } else { vec![30, 12, 10, 20, 21] });
        let page = go!(query().keyset(best()).last(1).after_values((Some(6), 0)).load(conn))?;
        assert_eq!(page.has_previous(), Some(true));
        // The later word counts.
        let all = go!(query().keyset(best()).first(9).after_values((Some(5), 10)).after(None).load(conn))?;
        assert_eq!((all.len(), all.has_previous()), (6, Some(false)));
    }

    fn bounds_can_be_part_of_the_page(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let ids = |page: &turbodiesel::keyset::Page<Post>| page.items().iter().map(|post| post.id).collect::<Vec<_>>();
        macro_rules! check {
            ($ordering:expr) => {{
                let query = || posts::table.select(Post::as_select()).keyset($ordering);
                let all = go!(query().first(9).load(conn))?;
                let cursors: Vec<Cursor> = all.edges().map(|edge| edge.cursor.clone()).collect();
                let all = ids(&all);
                for from in 0..all.len() {
                    assert_eq!(ids(&go!(query().first(9).from(cursors.get(from)).load(conn))?), all[from..]);
                    assert_eq!(ids(&go!(query().last(9).until(cursors.get(from)).load(conn))?), all[..=from]);
                    for until in from..all.len() {
                        let page = go!(query().last(9).from(cursors.get(from)).until(cursors.get(until)).load(conn))?;
                        assert_eq!(ids(&page), all[from..=until]);
                    }
                }
                // Where the row is gone, the next one begins.
                go!(diesel::delete(posts::table.find(all[2])).execute(conn))?;
                assert_eq!(ids(&go!(query().first(1).from(cursors.get(2)).load(conn))?), all[3..4]);
            }};
        }
        go!(conn.batch_execute("DELETE FROM comments WHERE parent_id IS NOT NULL; DELETE FROM comments;"))?;
        check!((posts::created_at.desc(), posts::id.desc()));
        check!((posts::score.desc(), posts::id.asc()));
    }

    fn a_form_of_the_seek_can_be_chosen(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        let query = || posts::table.select(Post::as_select());
        macro_rules! check {
            ($ordering:expr, $shape:ident => $sent:expr) => {{
                let page = || query().keyset($ordering).first(3);
                let first = go!(page().load(conn))?;
                let next = || page().after(first.end_cursor());
                let rows = go!(next().load(conn))?;
                for $shape in [SeekForm::RowValue, SeekForm::OrChain, SeekForm::Segments] {
                    log.take();
                    let result = go!(next().strategy($shape).load(conn));
                    let Some(sent): Option<&str> = ($sent) else {
                        assert!(result.unwrap_err().is_strategy());
                        continue;
                    };
                    assert_eq!(result?, rows, "{:?}", $shape);
                    let sql = log.take().pop().map(|statement| statement.sql).unwrap_or_default();
                    assert!(sql.contains(sent), "{sql}");
                }
            }};
        }
        check!((posts::created_at.desc(), posts::id.desc()), form => Some(match form {
            SeekForm::RowValue => ") < (",
            SeekForm::OrChain => ") OR (",
            _ => " UNION ALL ",
        }));
        check!((posts::created_at.desc(), posts::id.asc()), form => match form {
            SeekForm::RowValue => None,
            SeekForm::OrChain => Some(") OR ("),
            _ => Some(" UNION ALL "),
        });
        // Of groups there are no ranges.
        let groups = || posts::table.group_by(posts::author_id).keyset((desc(count(posts::id)), unique(posts::author_id.asc()))).select(posts::author_id);
        let log = StatementLog::install(conn);
        let error = go!(groups().strategy(SeekForm::Segments).first(2).load_page::<i32>(conn)).unwrap_err();
        assert!(error.is_strategy() && log.is_empty(), "{error}");
        assert_eq!(go!(groups().strategy(SeekForm::OrChain).first(2).load_page::<i32>(conn))?.items(), [1, 2]);
    }

    fn a_bare_or_is_refused(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let query = |filter: &str| posts::table.filter(sql::<Bool>(filter)).select(Post::as_select()).keyset(posts::id.asc()).first(9);
        let error = go!(query("score = 5 OR score = 7").load(conn)).unwrap_err();
        assert!(error.is_unsupported_query() && error.to_string().contains("bare OR"), "{error}");
        assert_eq!(go!(query("(score = 5 OR score = 7)").load(conn))?.len(), 3);
    }
}
