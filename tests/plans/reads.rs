//! How many rows the first children of each parent cost, with the index of `index_sql`: those that are given, those that an
//! offset skips, and one. Counted by the servers; SQLite, which counts nothing, shows an index that is searched and no sort.

use blog::Seed;
use blog::models::{Post, PostTag, Tag, Translation, TranslationReview, User};
use blog::schema::{post_tags, posts, translation_reviews, translations, users};
#[cfg(any(feature = "postgres", feature = "mysql"))]
use diesel::sql_types::BigInt;
#[cfg(feature = "postgres")]
use diesel::sql_types::Text;
use turbodiesel::backend::{PerParentSql, TopN};
use turbodiesel::preload::Strategy;

#[cfg(feature = "mysql")]
use crate::support::database::mysql;
#[cfg(feature = "postgres")]
use crate::support::database::postgres;
use crate::support::database::sqlite;
use crate::support::prelude::*;

/// A connection that knows how many rows were read of a table.
trait Reads: Sized {
    /// What makes the planner plan as it may.
    const MODES: &'static [&'static str] = &["SELECT 1"];
    /// Tells the planner of the rows.
    const ANALYZE: &'static str;

    /// The most that was read of the table or one of its indexes while `run` ran.
    fn reads(
        &mut self,
        table: &str,
        run: &mut dyn FnMut(&mut Self) -> turbodiesel::Result<()>,
    ) -> turbodiesel::Result<Option<i64>>;
}

impl Reads for sqlite::Conn {
    const ANALYZE: &'static str = "ANALYZE";

    fn reads(
        &mut self,
        _: &str,
        run: &mut dyn FnMut(&mut Self) -> turbodiesel::Result<()>,
    ) -> turbodiesel::Result<Option<i64>> {
        run(self).map(|()| None)
    }
}

#[cfg(feature = "postgres")]
impl Reads for postgres::Conn {
    const MODES: &'static [&'static str] =
        &["SET plan_cache_mode = force_custom_plan", "SET plan_cache_mode = force_generic_plan"];
    // The index answers alone only for pages that VACUUM has seen.
    const ANALYZE: &'static str = "VACUUM ANALYZE";

    fn reads(
        &mut self,
        table: &str,
        run: &mut dyn FnMut(&mut Self) -> turbodiesel::Result<()>,
    ) -> turbodiesel::Result<Option<i64>> {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = BigInt)]
            oid: i64,
            #[diesel(sql_type = BigInt)]
            read: i64,
        }
        let counts = |conn: &mut Self| {
            let sql = diesel::sql_query(
                "SELECT oid, pg_stat_get_xact_tuples_returned(oid::oid) AS read FROM (SELECT $1::regclass::bigint AS oid
                 UNION ALL SELECT indexrelid::bigint FROM pg_index WHERE indrelid = $1::regclass) AS r ORDER BY oid",
            )
            .bind::<Text, _>(table);
            now!(sql.load::<Count>(conn))
        };
        // Counted within the transaction, and therefore at once.
        now!(self.batch_execute("BEGIN"))?;
        let before = counts(self)?;
        run(self)?;
        let after = counts(self)?;
        now!(self.batch_execute("COMMIT"))?;
        assert!(before.iter().zip(&after).all(|(before, after)| before.oid == after.oid));
        Ok(before.iter().zip(&after).map(|(before, after)| after.read - before.read).max())
    }
}

#[cfg(feature = "mysql")]
impl Reads for mysql::Conn {
    const ANALYZE: &'static str = "ANALYZE TABLE posts, post_tags, tags, translations, translation_reviews, users";

    fn reads(
        &mut self,
        _: &str,
        run: &mut dyn FnMut(&mut Self) -> turbodiesel::Result<()>,
    ) -> turbodiesel::Result<Option<i64>> {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = BigInt)]
            read: i64,
        }
        // Of indexes, and the rows behind them: RND_NEXT is the list of keys and what a UNION writes down.
        let counts = |conn: &mut Self| {
            let sum = "SELECT CAST(SUM(VARIABLE_VALUE) AS SIGNED) AS `read` FROM information_schema.SESSION_STATUS
                WHERE VARIABLE_NAME LIKE 'HANDLER_READ_%' AND VARIABLE_NAME NOT LIKE 'HANDLER_READ_RND%'";
            now!(diesel::sql_query(sum).get_result::<Count>(conn)).map(|count| count.read)
        };
        let before = counts(self)?;
        let between = counts(self)?;
        run(self)?;
        // Reading the counters is counted too.
        Ok(Some(counts(self)? - between - (between - before)))
    }
}

/// All forms of a backend but the window, its own choice first.
fn forms<DB: PerParentSql>(single: bool) -> Vec<Option<TopN>> {
    let all = [TopN::Lateral, TopN::LateralKeys, TopN::KeyArray, TopN::Union];
    let known = all.into_iter().chain(single.then_some(TopN::Single)).filter(|form| DB::knows(*form));
    [None].into_iter().chain(known.map(Some)).collect()
}

const STRATEGIES: [Strategy; 3] = [Strategy::Auto, Strategy::Search, Strategy::Binds];

/// What ten parents may cost in `table`: each its children, those that are skipped, and one more; on MySQL also its own row,
/// and the rows to which keys are joined.
macro_rules! reads_at_most {
    ($go:ident, $conn:expr, $backend:expr; $table:literal, $index:expr, $parents:expr, $relation:expr, $rows:expr, $context:expr) => {{
        let context = format!("{} {:?}", stringify!($relation), $context);
        for mode in <Conn as Reads>::MODES {
            $go!($conn.batch_execute(mode))?;
            let mut parents = 0;
            let alone = $conn.reads($table, &mut |conn: &mut Conn| {
                parents = now!($parents.load(conn))?.len() as i64;
                Ok(())
            })?;
            assert_eq!(parents, 10, "{context}");
            let read =
                $conn.reads($table, &mut |conn: &mut Conn| now!($parents.preload($relation).load(conn)).map(drop))?;
            if let (Some(alone), Some(read)) = (alone, read) {
                // A subquery for one child: also its key, and the table in which MariaDB remembers what a subquery gave. And a
                // UNION of ten is filled up to sixteen.
                let (each, filled) = match ($backend, $rows) {
                    ("mysql", 1u32) => (5, 6),
                    ("mysql", rows) => (i64::from(rows) + 1, 6),
                    (_, rows) => (i64::from(rows) + 1, 0),
                };
                assert!(
                    read - alone <= parents * each + filled,
                    "{context}: {} rows for {parents} times {}",
                    read - alone,
                    $rows
                );
                assert!(read > alone, "{context}: nothing was counted");
            }
        }
        let plans = $go!($parents.preload($relation).explain(&mut *$conn))?;
        plans.assert_no_full_scan_of($table).assert_uses_index($index);
        if $backend != "sqlite" {
            let analyzed = $go!($parents.preload($relation).explain_analyze(&mut *$conn))?;
            let scans = analyzed[1].nodes().filter(|node| node.index() == Some($index)).filter_map(|node| node.actual());
            let read: Vec<f64> = scans.map(|actual| (actual.rows + actual.removed) * actual.loops).collect();
            let most = f64::from(10 * ($rows + 1));
            assert!(!read.is_empty() && read.iter().sum::<f64>() <= most, "{context}: {read:?} of {most}\n{analyzed}");
        }
        if $backend == "sqlite" {
            plans[1].assert_no_sort();
        }
    }};
}

scenarios! {
    fn the_first_of_each_read_what_they_give(db) {
        let conn = db.conn();
        seed(conn, &Seed { users: 100, posts_per_user: 200, comments_per_post: 0, tags: 0 })?;
        let best = || has_many::<Post>().order((posts::score.desc(), posts::created_at));
        let sql = best().limit_per_parent(3).index_sql::<User, DB>()?;
        go!(conn.batch_execute(&sql))?;
        go!(conn.batch_execute(<Conn as Reads>::ANALYZE))?;
        let users = || users::table.order(users::id).limit(10).select(User::as_select());
        let index = "posts_author_id_score_created_at_id_idx";
        for strategy in STRATEGIES {
            for (limit, offset) in [(1, 0), (3, 0), (11, 0), (3, 5), (50, 0)] {
                for form in forms::<DB>((limit, offset) == (1, 0)) {
                    macro_rules! first {
                        () => {{
                            let first = best().strategy(strategy).limit_per_parent(limit).offset_per_parent(offset);
                            match form {
                                Some(form) => first.strategy(form),
                                None => first,
                            }
                        }};
                    }
                    reads_at_most!(go, conn, BACKEND; "posts", index, users(), first!(), limit + offset, (strategy, limit, offset, form));
                }
            }
            let latest = || has_many::<Post>().strategy(strategy).latest(posts::created_at.desc());
            reads_at_most!(go, conn, BACKEND; "posts", "posts_author_id_idx", users(), latest(), 1u32, strategy);
            for size in [1u32, 3, 20] {
                let page = || has_many::<Post>().strategy(strategy).keyset((posts::created_at.desc(), posts::id.desc())).first(size);
                // A page reads one row more to know whether there are any.
                reads_at_most!(go, conn, BACKEND; "posts", "posts_author_id_idx", users(), page(), size + 1, (strategy, size));
            }
        }
    }

    fn links_and_keys_of_two_columns_read_what_they_give(db) {
        let conn = db.conn();
        // Thirty tags and thirty reviews of each.
        seed(conn, &Seed { users: 40, posts_per_user: 10, comments_per_post: 0, tags: 40 })?;
        go!(conn.batch_execute("DELETE FROM post_tags; DELETE FROM translation_reviews;
            INSERT INTO post_tags (post_id, tag_id, position) SELECT posts.id, tags.id, tags.id * 7 % 40 FROM posts, tags WHERE tags.id <= 30;
            INSERT INTO translation_reviews (post_id, language, reviewer_id, verdict)
              SELECT post_id, language, users.id, users.email FROM translations, users WHERE users.id <= 30;"))?;
        let placed = || many_to_many::<Tag, PostTag>().links(|links| links.order(post_tags::position).limit_per_parent(2));
        let reviews = |limit| has_many::<TranslationReview>()
            .by_key((translation_reviews::post_id, translation_reviews::language), |of: &Translation| (of.post_id, of.language.clone()))
            .order(translation_reviews::verdict)
            .limit_per_parent(limit);
        go!(conn.batch_execute(&placed().index_sql::<Post, DB>()?))?;
        go!(conn.batch_execute(&reviews(1).index_sql::<Translation, DB>()?))?;
        go!(conn.batch_execute(<Conn as Reads>::ANALYZE))?;
        let translated = || translations::table.order((translations::post_id, translations::language)).limit(10).select(Translation::as_select());
        let index = "translation_reviews_post_id_language_verdict_id_idx";
        for limit in [1u32, 3, 20] {
            for form in forms::<DB>(limit == 1) {
                macro_rules! first {
                    () => {{
                        let first = reviews(limit);
                        match form {
                            Some(form) => first.strategy(form),
                            None => first,
                        }
                    }};
                }
                reads_at_most!(go, conn, BACKEND; "translation_reviews", index, translated(), first!(), limit, (limit, form));
            }
        }
        let linked = || posts::table.order(posts::id).limit(10).select(Post::as_select());
        // The links alone: their tags are so few that they are read from end to end.
        let links = || has_many::<PostTag>().order(post_tags::position).limit_per_parent(2);
        reads_at_most!(go, conn, BACKEND; "post_tags", "post_tags_post_id_position_tag_id_idx", linked(), links(), 2u32, "links");
    }
}
