//! The SQL of every strategy on every backend, pinned.

use blog::models::{Post, Translation, User};
use blog::schema::{posts, translations, users};
use turbodiesel::backend::AggregateForm;

use super::strategies;
use crate::support::data::FEW;
use crate::support::prelude::*;
use crate::support::sql::texts;

/// All but the statement of the root.
fn children(log: &blog::StatementLog) -> String {
    texts(log).split_once("\n\n").map(|(_, texts)| texts.to_owned()).unwrap_or_default()
}

scenarios! {
    fn of_the_first_children(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        let mut all = String::new();
        let user = || users::table.filter(users::id.eq(1)).select(User::as_select());
        for strategy in strategies(BACKEND) {
            let cuts: &[_] = if strategy.is_none() { &[(3, 0), (3, 2), (11, 0)] } else { &[(3, 2)] };
            for (limit, offset) in cuts.iter().copied() {
                let first = has_many::<Post>()
                    .filter(posts::published.eq(true).or(posts::score.gt(3)))
                    .order((posts::score.asc(), posts::created_at.desc()))
                    .limit_per_parent(limit)
                    .offset_per_parent(offset);
                let first = match strategy {
                    Some(strategy) => first.strategy(strategy),
                    None => first,
                };
                go!(user().preload(first).load(conn))?;
                all += &format!("-- {strategy:?}, limit {limit}, offset {offset}\n{}\n\n", children(&log));
            }
        }
        go!(user().preload(has_many::<Post>().latest(posts::created_at)).load(conn))?;
        all += &format!("-- latest\n{}\n\n", children(&log));
        let first = has_many::<Post>().order(posts::created_at).limit_per_parent(2);
        go!(users::table.filter(users::id.le(2)).select(User::as_select()).preload(first).load(conn))?;
        all += &format!("-- two parents\n{}\n\n", children(&log));
        let translations = has_many::<Translation>().order(translations::title).limit_per_parent(1);
        go!(posts::table.filter(posts::id.eq(10)).select(Post::as_select()).preload(translations).load(conn))?;
        all += &format!("-- composite primary key\n{}", children(&log));
        insta::assert_snapshot!(format!("first__{BACKEND}"), all);
    }

    fn of_aggregates(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        let mut all = String::new();
        macro_rules! pin {
            ($($name:literal: $aggregate:expr,)+) => {$(
                for (form, named) in [(AggregateForm::EachKey, ""), (AggregateForm::Grouped, " in groups")] {
                    go!(users::table.filter(users::id.eq(1)).select(User::as_select()).preload($aggregate.strategy(form)).load(conn))?;
                    all += &format!("-- {}{named}\n{}\n\n", $name, children(&log));
                }
            )+};
        }
        let filtered = || has_many::<Post>().filter(posts::published.eq(true).or(posts::score.gt(3)));
        pin! {
            "count": filtered().count(),
            "exists": filtered().exists(),
            "sum": has_many::<Post>().sum::<i64>(posts::score),
            "avg": has_many::<Post>().avg::<f64>(posts::score),
            "max": has_many::<Post>().max::<i32>(posts::score),
            "min": has_many::<Post>().min::<String>(posts::title),
        }
        insta::assert_snapshot!(format!("aggregates__{BACKEND}"), all.trim_end());
    }
}
