//! How the keys are sent: every strategy gives the same rows, and says how many statements it takes.

use blog::Seed;
use blog::models::{Comment, Post, PostTag, Tag, User};
use blog::schema::{comments, post_tags, posts, users};
use turbodiesel::backend::{KeySql, TopN};
use turbodiesel::preload::{Bound, Strategy};

use crate::support::data::FEW;
use crate::support::prelude::*;

scenarios! {
    fn a_strategy_is_minded_where_children_are_cut(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        let users = || users::table.order(users::id).select(User::as_select());
        let first = |strategy| has_many::<Post>().strategy(strategy).order(posts::id.desc()).limit_per_parent(2);
        let mut texts = Vec::new();
        let mut all = Vec::new();
        for strategy in [Strategy::Auto, Strategy::Search, Strategy::RowOrder, Strategy::Scan, Strategy::Binds] {
            log.take();
            match go!(users().preload(first(strategy)).load(conn)) {
                Ok(rows) => {
                    all.push(rows);
                    texts.extend(log.take().into_iter().skip(1).map(|sent| format!("{strategy:?}\n{}", sent.sql)));
                }
                Err(error) => {
                    assert!(error.is_unsupported_strategy() && strategy == Strategy::RowOrder, "{error}");
                    texts.push(format!("{strategy:?}\n{error}"));
                }
            }
        }
        assert_eq!(all.len(), 4);
        assert!(all.windows(2).all(|pair| pair[0] == pair[1]));
        assert_eq!(all[0].iter().map(|(_, posts)| posts.iter().map(|post| post.id).collect()).collect::<Vec<Vec<_>>>(), [vec![12, 11], vec![21, 20], vec![30], vec![]]);
        insta::assert_snapshot!(format!("cut__{BACKEND}"), texts.join("\n\n"));

        // A window reads all children, by any strategy; the other forms look each key up.
        for strategy in [Strategy::Search, Strategy::Scan, Strategy::Binds] {
            assert_eq!(go!(users().preload(first(strategy).strategy(TopN::Window)).load(conn))?, all[0]);
        }
        let own = if BACKEND == "sqlite" { TopN::KeyArray } else if BACKEND == "postgres" { TopN::Lateral } else { TopN::Union };
        let error = go!(users().preload(first(Strategy::Scan).strategy(own)).load(conn)).unwrap_err();
        assert!(error.is_unsupported_strategy(), "{error}");
        assert_eq!(error.to_string(), format!("posts.author_id: {own:?} looks each key up, and Scan reads all of the table: choose one of them"));
    }

    fn every_strategy_gives_the_same_rows(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        let mut texts = Vec::new();
        let mut all = Vec::new();
        for strategy in [Strategy::Search, Strategy::RowOrder, Strategy::Scan, Strategy::Binds] {
            let load = users::table.order(users::id).select(User::as_select()).preload(
                has_many::<Post>()
                    .filter(posts::published.eq(true).or(posts::score.gt(3)))
                    .order(posts::id)
                    .strategy(strategy)
                    .preload(belongs_to::<User>().strategy(strategy)),
            );
            log.take();
            match go!(load.load(conn)) {
                Ok(rows) => {
                    all.push(rows);
                    texts.extend(log.take().into_iter().skip(1).map(|sent| format!("{strategy:?}\n{}", sent.sql)));
                }
                Err(error) => {
                    assert!(error.is_unsupported_strategy(), "{error}");
                    let known = <DB as KeySql>::STRATEGIES;
                    assert!(!known.contains(&strategy), "{error}");
                    texts.push(format!("{strategy:?}\n{error}"));
                }
            }
        }
        assert_eq!(all.len(), if BACKEND == "sqlite" { 4 } else { 3 });
        assert!(all.windows(2).all(|pair| pair[0] == pair[1]));
        assert_eq!(all[0].iter().map(|(_, posts)| posts.len()).collect::<Vec<_>>(), [3, 1, 1, 0]);
        insta::assert_snapshot!(format!("strategies__{BACKEND}"), texts.join("\n\n"));
    }

    fn the_number_of_keys_decides(db) {
        let conn = db.conn();
        seed(conn, &Seed { users: 8_000, posts_per_user: 1, comments_per_post: 0, tags: 0 })?;
        let log = StatementLog::install(conn);
        let (search, row_order, scan) = match BACKEND {
            "sqlite" => (
                "WHERE `posts`.`author_id` IN (SELECT value FROM",
                "WHERE `posts`.`id` IN (SELECT `posts`.`id` FROM `posts` WHERE `posts`.`author_id` IN (",
                "WHERE +(`posts`.`author_id` IN (",
            ),
            "postgres" => ("= ANY($1)", "= ANY($1)", "= ANY($1)"),
            _ => {
                let search = "WHERE `posts`.`author_id` IN (SELECT k.id FROM";
                (search, search, "WHERE CASE WHEN `posts`.`author_id` IN (")
            }
        };
        let asks_from = match BACKEND {
            "sqlite" => 100,
            "postgres" => usize::MAX,
            _ => 1_000,
        };
        let many = if BACKEND == "sqlite" { row_order } else { scan };
        for (keys, text) in [(1, search), (99, search), (100, row_order), (1_000, row_order), (2_500, many), (7_900, scan)] {
            // There is a gap in them.
            let with_gap = users::table.filter(users::id.le(keys + 1)).filter(users::id.ne(1.max(keys / 2)));
            let load = with_gap.select(User::as_select()).preload(has_many::<Post>());
            let announced = load.statements().for_parents(keys as usize);
            log.take();
            assert_eq!(go!(load.load(conn))?.len(), keys as usize);
            let sent = log.take();
            assert!(sent.last().unwrap().sql.contains(text), "{keys}: {}", sent.last().unwrap().sql);
            assert_eq!(sent.len(), 2 + usize::from(keys as usize >= asks_from), "{keys}");
            assert!(sent.len() <= announced && announced <= 4, "{keys}: {announced}");
        }
    }

    fn whole_numbers_without_a_gap_are_sent_by_their_ends(db) {
        let conn = db.conn();
        seed(conn, &Seed { users: 8_000, posts_per_user: 1, comments_per_post: 0, tags: 0 })?;
        let log = StatementLog::install(conn);
        let (search, row_order, scan) = match BACKEND {
            "sqlite" => (
                "WHERE `posts`.`author_id` IN (SELECT value FROM",
                "WHERE `posts`.`id` IN (SELECT `posts`.`id` FROM `posts` WHERE `posts`.`author_id` BETWEEN ? AND ?)",
                "WHERE +(`posts`.`author_id` BETWEEN ? AND ?)",
            ),
            "postgres" => ("= ANY($1)", "\"author_id\" BETWEEN $1 AND $2", "\"author_id\" BETWEEN $1 AND $2"),
            _ => {
                let search = "WHERE `posts`.`author_id` IN (SELECT k.id FROM";
                (search, "WHERE `posts`.`author_id` BETWEEN ? AND ?", "WHERE `posts`.`author_id` BETWEEN ? AND ?")
            }
        };
        for (keys, text) in [(9, search), (10, row_order), (99, row_order), (100, row_order), (1_000, row_order), (4_000, scan)] {
            let load = |strategy| {
                let some = users::table.filter(users::id.between(3_001, 3_000 + keys)).order(users::id.desc());
                some.select(User::as_select()).preload(has_many::<Post>().order(posts::id).strategy(strategy))
            };
            let bound = go!(load(Strategy::Binds).load(conn))?;
            log.take();
            let by_ends = go!(load(Strategy::Auto).load(conn))?;
            let sent = log.take();
            assert!(by_ends == bound && bound.len() == keys as usize, "{keys}");
            assert!(sent.last().unwrap().sql.contains(text), "{keys}: {}", sent.last().unwrap().sql);
            // How many rows a run has the servers know.
            assert_eq!(sent.len(), 2 + usize::from(BACKEND == "sqlite" && keys >= 100), "{keys}");
            for strategy in <DB as KeySql>::STRATEGIES {
                log.take();
                assert!(go!(load(*strategy).load(conn))? == bound, "{keys}: {strategy:?}");
                let (sent, by_ends) = (log.take().pop().unwrap().sql, keys >= 10 && *strategy != Strategy::Binds);
                assert_eq!(sent.contains(" BETWEEN "), by_ends, "{keys}: {sent}");
            }
        }
    }

    /// Rows cannot be sorted by a primary key of several columns.
    fn many_keys_of_a_table_without_an_integer_as_its_key(db) {
        let conn = db.conn();
        seed(conn, &Seed { users: 1_000, posts_per_user: 5, comments_per_post: 0, tags: 10 })?;
        for published in [true, false] {
            let some = |strategy| {
                let tags = many_to_many::<Tag, PostTag>()
                    .links(|links| links.order((post_tags::position, post_tags::tag_id)).strategy(strategy));
                let some = posts::table.filter(posts::published.eq(published)).order(posts::id);
                some.select(Post::as_select()).preload(tags)
            };
            let rows = go!(some(Strategy::Auto).load(conn))?;
            assert!(rows.iter().any(|(_, tags)| tags.len() > 1));
            assert!(rows == go!(some(Strategy::Binds).load(conn))?);
        }
    }

    fn binds_have_five_texts_and_keep_the_order_within_a_parent(db) {
        let conn = db.conn();
        seed_posts(conn, 9_000)?;
        let log = StatementLog::install(conn);
        // The edges of a chunk, and of its padding.
        for size in [1, 15, 16, 17, 65, 257, 4095, 4096, 4097, 8192, 8193] {
            let load = |strategy| {
                posts::table.filter(posts::id.le(size)).order(posts::id).select(Post::as_select()).preload(
                    has_many::<Comment>().order((comments::created_at.desc(), comments::id)).strategy(strategy),
                )
            };
            let searched = go!(load(Strategy::Search).load(conn))?;
            let binds = load(Strategy::Binds);
            let announced = binds.statements().for_parents(size as usize);
            let before = log.len();
            assert!(go!(binds.load(conn))? == searched, "{size} parents");
            let sent = log.len() - before;
            assert_eq!((sent, announced), (1 + (size as usize).div_ceil(4096), sent), "{size} parents");
        }
        let mut texts: Vec<_> = log.take().into_iter().map(|sent| sent.sql.len()).collect();
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), 8, "{texts:?}");
    }

    /// One at each level, by the strategy that is picked, then a third of them by each.
    fn four_hundred_thousand_parents(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&many(BACKEND, 400_000)))?;
        let log = StatementLog::install(conn);
        let load = many::parents::table.select(many::Parent::as_select()).preload(has_many::<many::Child>());
        let announced = load.statements().for_parents(400_000);
        let rows = go!(load.load(conn))?;
        assert!(log.len() <= announced);
        assert_eq!((rows.len(), rows.iter().map(|(_, children)| children.len()).sum::<usize>()), (400_000, 400_000));
        assert!(rows.iter().all(|(parent, children)| children.iter().all(|child| child.parent_id == parent.id)));
        log.take();
        // A key each, and none is forgotten at the edge of a chunk.
        let bound = has_one::<many::Child>().by_key(many::children::parent_id, |parent: &many::Parent| Bound(parent.id));
        let load = many::parents::table.select(many::Parent::as_select()).preload(bound);
        let announced = load.statements().for_parents(400_000);
        let rows = go!(load.load(conn))?;
        assert!(log.len() <= announced && rows.iter().all(|(_, child)| child.is_some()));
        // Every third of them, by every strategy.
        for strategy in <DB as KeySql>::STRATEGIES {
            let third = many::parents::table.filter(many::parents::third.eq(0)).select(many::Parent::as_select());
            let rows = go!(third.preload(has_one::<many::Child>().strategy(*strategy)).load(conn))?;
            assert_eq!(rows.len(), 133_333, "{strategy:?}");
            assert!(rows.iter().all(|(parent, child)| child.as_ref().map(|c| c.parent_id) == Some(parent.id)), "{strategy:?}");
        }
    }
}

fn many(backend: &str, rows: usize) -> String {
    let numbers = match backend {
        "sqlite" => format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) SELECT"),
        "postgres" => format!("SELECT {{}} FROM generate_series(1, {rows}) AS n(i)"),
        _ => format!("SELECT {{}} FROM (SELECT seq AS i FROM seq_1_to_{rows}) AS n"),
    };
    let select = |columns: &str| match backend {
        "sqlite" => format!("{numbers} {columns} FROM n"),
        _ => numbers.replace("{}", columns),
    };
    format!(
        "CREATE TABLE parents (id INTEGER NOT NULL PRIMARY KEY, third INTEGER NOT NULL);
         CREATE TABLE children (id INTEGER NOT NULL PRIMARY KEY, parent_id INTEGER NOT NULL);
         INSERT INTO parents {};
         INSERT INTO children {};
         CREATE INDEX children_parent ON children (parent_id);",
        select("i, i % 3"),
        select(&format!("i, {rows} + 1 - i")),
    )
}

mod many {
    use super::*;

    diesel::table! { parents (id) { id -> Integer, third -> Integer, } }
    diesel::table! { children (id) { id -> Integer, parent_id -> Integer, } }

    #[derive(Debug, Clone, Queryable, Selectable, Identifiable)]
    #[diesel(table_name = parents)]
    pub(super) struct Parent {
        pub(super) id: i32,
    }

    #[derive(Debug, Clone, Queryable, Selectable, Identifiable, Associations)]
    #[diesel(table_name = children, belongs_to(Parent))]
    pub(super) struct Child {
        id: i32,
        pub(super) parent_id: i32,
    }
}
