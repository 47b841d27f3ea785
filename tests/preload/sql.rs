//! The SQL of every combinator and of every strategy, pinned: a section for each. The first children of each parent and the
//! aggregates have their own: `per_parent::sql`.

use std::collections::HashMap;

use blog::models::{Comment, EditedPost, Post, PostTag, Profile, Reply, Tag, Translation, TranslationReview, User};
use blog::schema::{comments, post_tags, posts, profiles, tags, translation_reviews, translations, users};
use turbodiesel::backend::{AggregateForm, KeySql};
use turbodiesel::preload::{Bound, Strategy};

use crate::support::data::{FEW, TAGS};
use crate::support::prelude::*;
use crate::support::sql::texts;

/// The name of a post.
#[derive(Debug, Clone)]
struct Title(String);

impl From<Post> for Title {
    fn from(post: Post) -> Self {
        Title(post.title)
    }
}

/// A user with the names of their posts.
#[derive(Debug)]
struct Author(usize);

impl From<(User, Vec<Title>)> for Author {
    fn from((_, titles): (User, Vec<Title>)) -> Self {
        Author(titles.into_iter().map(|Title(title)| title.len()).sum())
    }
}

fn section(all: &mut String, name: &str, log: &blog::StatementLog) {
    let sent = texts(log);
    all.push_str(&format!("-- {name}\n{}\n\n", if sent.is_empty() { "nothing is sent" } else { &sent }));
}

/// The statements of a relation, without that of its parents: `name: parents, relation;`
macro_rules! relations {
    ($go:ident, $conn:expr, $log:expr, $all:expr; $($name:expr => $parents:expr, $relation:expr;)+) => {$(
        let parents = $go!($parents.load(&mut *$conn))?;
        $log.take();
        let loaded = $go!(preload_for(parents, $relation, &mut *$conn)).map(drop);
        section(&mut $all, $name, &$log);
        if let Err(error) = loaded {
            assert!(error.is_unsupported_strategy(), "{}: {error}", $name);
            $all = format!("{}\n{error}\n\n", $all.trim_end());
        }
    )+};
}

const TRANSLATIONS: &str = "INSERT INTO translations (post_id, language, title) VALUES (10, 'de', 'Samen'), (10, 'fr', 'Graines');
    INSERT INTO translation_reviews (post_id, language, reviewer_id, verdict) VALUES (10, 'de', 1, 'good'), (10, 'fr', 2, 'bad');";

scenarios! {
    fn of_every_combinator(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        go!(conn.batch_execute(TAGS))?;
        go!(conn.batch_execute(TRANSLATIONS))?;
        let log = StatementLog::install(conn);
        let mut all = String::new();
        let users = || users::table.filter(users::id.le(2)).select(User::as_select());
        let posts = || posts::table.filter(posts::id.eq(10)).select(Post::as_select());
        let comments = || comments::table.filter(comments::id.eq(100)).select(Comment::as_select());
        let tagged = many_to_many::<Tag, PostTag>;
        relations! { go, conn, log, all;
            "has_many" => users(), has_many::<Post>();
            ".filter(..)" => users(), has_many::<Post>().filter(posts::published.eq(true).or(posts::score.gt(3)));
            ".order(..)" => users(), has_many::<Post>().order((posts::created_at.desc(), posts::id));
            ".query(join)" => users(), has_many::<Post>().by(posts::editor_id)
                .query(|posts| posts.inner_join(users::table.on(users::id.eq(posts::author_id))).filter(users::active.eq(true)));
            ".by(column)" => users(), has_many::<Post>().by(posts::editor_id);
            ".by_key(column, ..)" => posts(), has_one::<Profile>().by_key(profiles::user_id, |post: &Post| post.author_id);
            ".fold_keys(..)" => users(), has_many::<User>()
                .by_key(users::email, |user: &User| user.email.clone()).fold_keys(|email: String| email.to_lowercase());
            ".preload(..) in it" => users(), has_many::<Post>().preload(has_many::<Comment>());
            ".preload_if(true, ..) in it" => users(), has_many::<Post>().preload_if(true, has_many::<Comment>());
            ".preload_if(false, ..) in it" => users(), has_many::<Post>().preload_if(false, has_many::<Comment>());
            ".map_into::<Title>()" => users(), has_many::<Post>().map_into::<Title>();
            "a relation that is not wanted" => users(), None::<turbodiesel::dsl::HasMany<Post>>;
            "has_one" => users(), has_one::<Profile>();
            "has_one, .filter(..)" => users(), has_one::<Profile>().filter(profiles::bio.ne(""));
            "belongs_to" => posts(), belongs_to::<User>();
            "belongs_to, of a nullable key" => posts::table.filter(posts::id.eq(10)).select(EditedPost::as_select()), belongs_to::<User>();
            "belongs_to, .filter(..)" => posts(), belongs_to::<User>().filter(users::active.eq(true));
            "belongs_to, .query(..)" => posts(), belongs_to::<User>().query(|users| users.inner_join(profiles::table));
            "belongs_to, .by_key(column, ..)" => posts(), belongs_to::<User>().by_key(users::id, |post: &Post| post.editor_id);
            "belongs_to, .shared()" => posts(), belongs_to::<User>().shared();
            "belongs_to, .preload(..) in it" => posts(), belongs_to::<User>().preload(has_one::<Profile>());
            "many_to_many" => posts(), tagged();
            "many_to_many, .filter(..).order(..)" => posts(), tagged().filter(tags::name.ne("a")).order(tags::name);
            "many_to_many, .query(..)" => posts(), tagged().query(|tags| tags.filter(tags::name.like("%b%")));
            "many_to_many, .links(..)" => posts(), tagged().links(|links| links.filter(post_tags::position.gt(0)).order(post_tags::position));
            "many_to_many, .with_link()" => posts(), tagged().with_link();
            "many_to_many, .shared()" => posts(), tagged().shared();
            ".through(join)" => posts(), tagged().through(post_tags::table.inner_join(tags::table)).order(post_tags::position);
            ".through(join).with_link()" => posts(), tagged().through(post_tags::table.inner_join(tags::table)).with_link();
            ".through(join).count()" => posts(), tagged().through(post_tags::table.inner_join(tags::table)).filter(tags::name.ne("a")).count();
            "links, .limit_per_parent(2)" => posts(), tagged().links(|links| links.order(post_tags::position).limit_per_parent(2));
            ".tree(3)" => comments(), has_many::<Comment>().by(comments::parent_id).order(comments::id).tree(3);
            ".tree(3), upwards" => comments::table.filter(comments::id.eq(101)).select(Comment::as_select()),
                belongs_to::<Comment>().by_key(comments::id, |comment: &Comment| comment.parent_id).tree(3);
            "a self relation" => comments(), has_many::<Reply>();
            "if_some" => users::table.left_join(profiles::table).order(users::id).select(Option::<Profile>::as_select()),
                if_some(belongs_to::<User>());
            "a page of each" => users(), has_many::<Post>().keyset((posts::created_at.desc(), posts::id.desc())).first(2);
            "load_with" => users(), load_with(loader!(|users: &[&User], conn| {
                let titles: Vec<String> = go!(posts::table.select(posts::title).order(posts::id).load(conn))?;
                Ok(users.iter().map(|_| titles.len()).collect())
            }));
            "a key of two columns" => translations::table.select(Translation::as_select()), has_many::<TranslationReview>()
                .by_key((translation_reviews::post_id, translation_reviews::language), |of: &Translation| (of.post_id, of.language.clone()));
            "a key of two columns, upwards" => translation_reviews::table.select(TranslationReview::as_select()), belongs_to::<Translation>()
                .by_key((translations::post_id, translations::language), |of: &TranslationReview| (of.post_id, of.language.clone()));
            "a key that is bound by itself" => users(), has_many::<Post>().by_key(posts::author_id, |user: &User| Bound(user.id));
        }

        // What changes the statement of the root, or has none.
        go!(users().preload_if(true, has_many::<Post>()).preload_if(false, has_one::<Profile>()).load(conn))?;
        section(&mut all, "query.preload_if(true, ..).preload_if(false, ..)", &log);
        go!(users().preload(has_many::<Post>().map_into::<Title>()).map_into::<Author>().load(conn)).map(|authors: Vec<Author>| assert_eq!(authors[1].0, 8))?;
        section(&mut all, "query.map_into::<Author>()", &log);
        go!(users::table.inner_join(posts::table.on(posts::author_id.eq(users::id))).filter(posts::id.eq(10))
            .select((User::as_select(), Post::as_select())).preload_at(Nth::<1>, has_many::<Comment>()).load(conn))?;
        section(&mut all, "query.preload_at(Nth::<1>, ..)", &log);
        go!(users().preload(has_many::<Post>()).load_optional(conn))?;
        section(&mut all, "query.load_optional(conn)", &log);
        let _: HashMap<i32, Vec<Post>> = go!(load_for_keys::<User, _, _>(&[1, 2, 1], has_many::<Post>(), conn))?;
        section(&mut all, "load_for_keys, has_many", &log);
        let _: HashMap<i32, Option<User>> = go!(load_for_keys::<Post, _, _>(&[1, 9], belongs_to::<User>(), conn))?;
        section(&mut all, "load_for_keys, belongs_to", &log);
        let _: HashMap<i32, Vec<Tag>> = go!(load_for_keys::<Post, _, _>(&[10], tagged(), conn))?;
        section(&mut all, "load_for_keys, many_to_many", &log);
        let _: HashMap<i32, i64> = go!(load_for_keys::<User, _, _>(&[1], has_many::<Post>().count(), conn))?;
        section(&mut all, "load_for_keys, count", &log);
        let _: HashMap<i32, Option<Post>> = go!(load_for_keys::<User, _, _>(&[1], has_many::<Post>().latest(posts::created_at.desc()), conn))?;
        section(&mut all, "load_for_keys, latest", &log);
        insta::assert_snapshot!(format!("combinators__{BACKEND}"), all.trim_end());
    }

    fn of_every_strategy(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        go!(conn.batch_execute(TAGS))?;
        go!(conn.batch_execute(TRANSLATIONS))?;
        let log = StatementLog::install(conn);
        let mut all = String::new();
        let users = || users::table.filter(users::id.le(2)).select(User::as_select());
        let posts = || posts::table.filter(posts::id.eq(10)).select(Post::as_select());
        for strategy in [Strategy::Auto, Strategy::Search, Strategy::RowOrder, Strategy::Scan, Strategy::Binds] {
            let name = |kind: &str| format!("{strategy:?}: {kind}");
            relations! { go, conn, log, all;
                &name("has_many") => users(), has_many::<Post>().strategy(strategy);
                &name("has_one") => users(), has_one::<Profile>().strategy(strategy);
                &name("belongs_to") => posts(), belongs_to::<User>().strategy(strategy);
                &name("many_to_many") => posts(), many_to_many::<Tag, PostTag>().strategy(strategy);
                &name("links of a many_to_many") => posts(), many_to_many::<Tag, PostTag>().links(|links| links.strategy(strategy));
                &name("a key of text") => users(), has_many::<User>().by_key(users::email, |user: &User| user.email.clone()).strategy(strategy);
                &name("a key of two columns") => translations::table.select(Translation::as_select()), has_many::<TranslationReview>()
                    .by_key((translation_reviews::post_id, translation_reviews::language), |of: &Translation| (of.post_id, of.language.clone()))
                    .strategy(strategy);
                &name("a key that is bound by itself") => users(),
                    has_many::<Post>().by_key(posts::author_id, |user: &User| Bound(user.id)).strategy(strategy);
                &name("count") => users(), has_many::<Post>().strategy(strategy).count();
                &name("count, for each key") => users(), has_many::<Post>().strategy(strategy).count().strategy(AggregateForm::EachKey);
                &name("count, of a key of text, in groups") => users(), has_many::<User>()
                    .by_key(users::email, |user: &User| user.email.clone()).strategy(strategy).count().strategy(AggregateForm::Grouped);
                &name("limit_per_parent") => users(), has_many::<Post>().strategy(strategy).order(posts::id).limit_per_parent(2);
                &name("latest, of a key of two columns") => translations::table.select(Translation::as_select()), has_many::<TranslationReview>()
                    .by_key((translation_reviews::post_id, translation_reviews::language), |of: &Translation| (of.post_id, of.language.clone()))
                    .strategy(strategy).latest(translation_reviews::id.desc());
                &name("a page of each") => users(), has_many::<Post>().strategy(strategy).keyset(posts::id.asc()).first(2);
                &name("tree") => comments::table.filter(comments::id.eq(100)).select(Comment::as_select()),
                    has_many::<Comment>().by(comments::parent_id).strategy(strategy).tree(1);
            }
        }
        // Every strategy is one that the backend knows, or an error above.
        let known = <DB as KeySql>::STRATEGIES;
        for strategy in [Strategy::Search, Strategy::RowOrder, Strategy::Scan, Strategy::Binds] {
            assert_eq!(all.contains(&format!("has no strategy {strategy:?}")), !known.contains(&strategy));
        }
        insta::assert_snapshot!(format!("strategies__{BACKEND}"), all.trim_end());
    }
}
