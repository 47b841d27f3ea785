//! Every relation by every strategy: each fetch searches an index, for these keys and for any. The exception is what reads a
//! whole table because it was told to: [`Strategy::Scan`] and [`TopN::Window`].

use blog::Seed;
use blog::models::{Comment, EditedPost, Post, PostTag, Profile, Tag, Translation, TranslationReview, User};
use blog::schema::{comments, post_tags, posts, profiles, tags, translation_reviews, translations, users};
use chrono::NaiveDateTime;
use turbodiesel::backend::{AggregateForm, KeySql, PerParentSql, TopN};
use turbodiesel::plan::Plans;
use turbodiesel::preload::{Bound, Strategy};

use crate::support::prelude::*;

/// Enough rows for every planner to prefer an index for a few of them.
fn many() -> Seed {
    Seed { users: 12_000, posts_per_user: 3, comments_per_post: 1, tags: 40_000 }
}

/// All strategies of a backend but the one that reads the table.
fn strategies<DB: KeySql>() -> impl Iterator<Item = Strategy> {
    [Strategy::Auto].into_iter().chain(DB::STRATEGIES.iter().copied()).filter(|strategy| *strategy != Strategy::Scan)
}

/// All forms of the first children of a backend but the one that reads all of them; its own choice first.
fn forms<DB: PerParentSql>() -> impl Iterator<Item = Option<TopN>> {
    let all = [TopN::Lateral, TopN::LateralKeys, TopN::KeyArray, TopN::Union];
    [None].into_iter().chain(all.into_iter().filter(|form| DB::knows(*form)).map(Some))
}

const FORMS: [Option<AggregateForm>; 3] = [None, Some(AggregateForm::EachKey), Some(AggregateForm::Grouped)];

#[track_caller]
fn searches(plans: &Plans, index: &str, context: &str) {
    assert!(plans.len() > 1, "{context}: no fetch");
    for table in ["users", "posts", "comments", "profiles", "post_tags", "tags", "translations", "translation_reviews"]
    {
        plans.assert_no_full_scan_of(table);
    }
    let by = |index: &str| index.is_empty() || plans.uses_index(index);
    assert!(index.split(" or ").any(by), "{context}: not by {index}:\n{plans}");
}

/// `parents, relation => index` for each; of two that begin with the same column the database takes one or the other: with the plan for the keys and the one for any keys.
macro_rules! searched {
    ($go:ident, $conn:expr, $context:expr; $($parents:expr, $relation:expr => $index:literal;)+) => {$(
        for plans in [
            $go!($parents.preload($relation).explain(&mut *$conn))?,
            $go!($parents.preload($relation).explain_generic(&mut *$conn))?,
        ] {
            searches(&plans, $index, &format!("{} {:?}", stringify!($relation), $context));
        }
    )+};
}

macro_rules! few {
    ($table:ident::$id:ident, $Row:ty) => {
        $table::table.filter($table::$id.between(40, 43)).select(<$Row>::as_select())
    };
}

/// With a strategy where there is one.
macro_rules! by {
    ($relation:expr, $strategy:expr) => {{
        // Once: each closure in it has a type of its own.
        let relation = $relation;
        match $strategy {
            Some(strategy) => relation.strategy(strategy),
            None => relation,
        }
    }};
}

scenarios! {
    fn every_fetch_searches_an_index(db) {
        let conn = db.conn();
        seed(conn, &many())?;
        analyze(conn)?;
        for strategy in strategies::<DB>() {
            searched! { go, conn, strategy;
                few!(users::id, User), has_many::<Post>().strategy(strategy) => "posts_author_id_idx";
                few!(users::id, User), has_many::<Post>().filter(posts::published.eq(true)).order(posts::id).strategy(strategy)
                    => "posts_author_id_idx";
                few!(users::id, User), has_many::<Post>().by(posts::editor_id).strategy(strategy) => "posts_editor_id_idx";
                few!(users::id, User), has_one::<Profile>().strategy(strategy) => "profiles_user_id_idx";
                few!(posts::id, Post), has_one::<Profile>().by_key(profiles::user_id, |post: &Post| post.author_id).strategy(strategy)
                    => "profiles_user_id_idx";
                few!(posts::id, Post), belongs_to::<User>().strategy(strategy) => "";
                few!(posts::id, Post), belongs_to::<User>().filter(users::active.eq(true)).strategy(strategy) => "";
                few!(posts::id, EditedPost), belongs_to::<User>().strategy(strategy) => "";
                few!(comments::id, Comment), has_many::<Comment>().by(comments::parent_id).strategy(strategy) => "comments_parent_id_idx";
                few!(posts::id, Post), many_to_many::<Tag, PostTag>().strategy(strategy) => "";
                few!(comments::id, Comment), has_many::<Comment>().by(comments::parent_id).strategy(strategy).tree(2)
                    => "comments_parent_id_idx";
                few!(comments::id, Comment),
                    belongs_to::<Comment>().by_key(comments::id, |comment: &Comment| comment.parent_id).strategy(strategy).tree(2) => "";
            }
            // RowOrder is of a table with a primary key of one integer, and so the links have none, nor has a key of text.
            if strategy != Strategy::RowOrder {
                searched! { go, conn, strategy;
                    few!(posts::id, Post), many_to_many::<Tag, PostTag>().links(|links| links.strategy(strategy)) => "";
                    few!(posts::id, Post),
                        many_to_many::<Tag, PostTag>().through(post_tags::table.inner_join(tags::table)).strategy(strategy) => "";
                    few!(users::id, User), has_many::<User>().by_key(users::email, |user: &User| user.email.clone()).strategy(strategy)
                        => "users_email_idx";
                    few!(translation_reviews::id, TranslationReview), belongs_to::<Translation>()
                        .by_key((translations::post_id, translations::language), |of: &TranslationReview| (of.post_id, of.language.clone()))
                        .strategy(strategy) => "";
                    few!(translations::post_id, Translation), has_many::<TranslationReview>()
                        .by_key((translation_reviews::post_id, translation_reviews::language), |of: &Translation| (of.post_id, of.language.clone()))
                        .strategy(strategy) => "translation_reviews_translation_idx";
                }
            }
        }
        searched! { go, conn, "bound";
            few!(users::id, User), has_many::<Post>().by_key(posts::author_id, |user: &User| Bound(user.id)) => "posts_author_id_idx";
            few!(users::id, User), has_many::<User>().by_key(users::email, |user: &User| Bound(user.email.clone())) => "users_email_idx";
            few!(posts::id, Post), belongs_to::<User>().shared() => "";
        }
    }

    fn every_aggregate_searches_an_index(db) {
        let conn = db.conn();
        seed(conn, &many())?;
        analyze(conn)?;
        for strategy in [Strategy::Auto, Strategy::Search, Strategy::Binds] {
            let posts = || has_many::<Post>().strategy(strategy);
            for form in FORMS {
                searched! { go, conn, (strategy, form);
                    few!(users::id, User), by!(posts().count(), form) => "posts_author_id_idx";
                    few!(users::id, User), by!(posts().filter(posts::published.eq(true)).count(), form) => "posts_author_id_idx";
                    few!(users::id, User), by!(posts().by(posts::editor_id).exists(), form) => "posts_editor_id_idx";
                    few!(users::id, User), by!(posts().sum::<i64>(posts::score), form) => "posts_author_id_idx";
                    few!(users::id, User), by!(posts().avg::<f64>(posts::score), form) => "posts_author_id_idx";
                    few!(users::id, User), by!(posts().max::<NaiveDateTime>(posts::created_at), form) => "posts_author_id_idx";
                    few!(users::id, User), by!(posts().min::<i32>(posts::score), form) => "posts_author_id_idx";
                    few!(posts::id, Post), by!(many_to_many::<Tag, PostTag>()
                        .through(post_tags::table.inner_join(tags::table)).filter(tags::name.ne("a")).strategy(strategy).count(), form) => "";
                    few!(translations::post_id, Translation), by!(has_many::<TranslationReview>()
                        .by_key((translation_reviews::post_id, translation_reviews::language), |of: &Translation| (of.post_id, of.language.clone()))
                        .strategy(strategy).count(), form) => "translation_reviews_translation_idx";
                }
            }
        }
    }

    fn the_first_of_each_search_an_index(db) {
        let conn = db.conn();
        // Many children of each parent: a few are sorted.
        seed(conn, &Seed { users: 300, posts_per_user: 40, comments_per_post: 0, tags: 5_000 })?;
        let newest = || has_many::<Post>().order((posts::score.desc(), posts::created_at));
        let reviews = || has_many::<TranslationReview>()
            .by_key((translation_reviews::post_id, translation_reviews::language), |of: &Translation| (of.post_id, of.language.clone()))
            .order(translation_reviews::verdict);
        let placed = || many_to_many::<Tag, PostTag>().links(|links| links.order(post_tags::position).limit_per_parent(2));
        for sql in [
            newest().limit_per_parent(3).index_sql::<User, DB>()?,
            reviews().limit_per_parent(3).index_sql::<Translation, DB>()?,
            placed().index_sql::<Post, DB>()?,
        ] {
            go!(conn.batch_execute(&sql))?;
        }
        analyze(conn)?;
        for strategy in [Strategy::Auto, Strategy::Search, Strategy::Binds] {
            for form in forms::<DB>() {
                searched! { go, conn, (strategy, form);
                    few!(users::id, User), by!(newest().strategy(strategy).limit_per_parent(3), form)
                        => "posts_author_id_score_created_at_id_idx";
                    few!(users::id, User), by!(newest().strategy(strategy).limit_per_parent(20).offset_per_parent(2), form)
                        => "posts_author_id_score_created_at_id_idx";
                    few!(users::id, User), by!(has_many::<Post>().strategy(strategy).latest(posts::created_at.desc()), form)
                        => "posts_author_id_idx or posts_author_id_score_created_at_id_idx";
                    few!(translations::post_id, Translation), by!(reviews().strategy(strategy).limit_per_parent(1), form)
                        => "translation_reviews_post_id_language_verdict_id_idx";
                }
            }
            searched! { go, conn, strategy;
                few!(users::id, User), has_many::<Post>().strategy(strategy).keyset((posts::created_at.desc(), posts::id.desc())).first(3)
                    => "posts_author_id_idx";
                few!(users::id, User), has_many::<Post>().strategy(strategy).keyset((posts::created_at.desc(), posts::id.desc())).last(5)
                    => "posts_author_id_idx";
                few!(posts::id, Post), placed() => "post_tags_post_id_position_tag_id_idx";
            }
        }
    }
}
