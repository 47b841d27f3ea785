//! Users with their posts, and with the comments of these: in a loop, by hand, in the best SQL, in one JOIN,
//! preloaded.

mod contenders;
mod listed;

use std::ops::RangeInclusive;

use blog::Seed;
use blog::models::{Comment, Post, User};
use turbodiesel::testing::TestDb;

use crate::Result;
use crate::backend::{Backend, Statistics};
use crate::bench::Bench;
use crate::options::Options;
use crate::scenario::{Case, Contender, Scenario};
use crate::text;

pub(crate) use contenders::{Contenders, contenders, only};
#[cfg(feature = "mysql")]
pub(crate) use listed::mysql as in_json_table;
#[cfg(feature = "postgres")]
pub(crate) use listed::postgres as in_array;
pub(crate) use listed::sqlite as in_json;

/// Which users: those with an id in this range, or all.
pub(crate) type Which = Option<RangeInclusive<i32>>;

/// Users with their posts.
pub(crate) type Authors = Vec<(User, Vec<Post>)>;

/// Users with their posts, and these with their comments.
pub(crate) type Threads = Vec<(User, Vec<(Post, Vec<Comment>)>)>;

const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];
/// The table that pages are taken of.
const LARGE: usize = 40_000;
/// Beyond this many users a loop only takes time.
const LONGEST_LOOP: usize = 1_000;
/// The size that stands for the others in criterion's report.
const TYPICAL: usize = 1_000;

/// All scenarios on one backend.
pub(crate) fn run<C: Backend>(bench: &mut Bench) -> Result<()> {
    for &statistics in C::STATISTICS {
        for (scope, scope_of) in [("page", Scope::<C>::pages as Make<C>), ("table", Scope::<C>::tables)] {
            let names = ["posts", "comments"].map(|what| name::<C>(what, scope, statistics));
            if names.iter().any(|name| bench.options.wants(name)) {
                scope_of(&bench.options, statistics)?.run(bench)?;
            }
        }
    }
    Ok(())
}

fn name<C: Backend>(what: &str, scope: &str, statistics: Statistics) -> String {
    let analyzed = if statistics == Statistics::Asked { "-analyzed" } else { "" };
    format!("{}{analyzed}/preload/{what}/{scope}", C::NAME)
}

type Make<C> = fn(&Options, Statistics) -> Result<Scope<C>>;

/// Users of many numbers, all of them a page of a larger table, or each the whole of a table.
struct Scope<C> {
    name: &'static str,
    statistics: Statistics,
    title: String,
    databases: Vec<TestDb<C>>,
    /// How many users, in which database, and which.
    cases: Vec<(usize, usize, Which)>,
}

impl<C: Backend> Scope<C> {
    fn pages(options: &Options, statistics: Statistics) -> Result<Self> {
        let large = options.scaled(LARGE);
        // From the middle: user 1, at the start, wrote more than all others of a small page together.
        let first = i32::try_from(large / 2)? + 1;
        let page = |size| Ok((size, 0, Some(first..=first + i32::try_from(size)? - 1)));
        Ok(Scope {
            name: "page",
            statistics,
            title: format!("a page of a table of {}", text::users(large)),
            databases: vec![users(large, statistics)?],
            cases: options.all_scaled(&SIZES).into_iter().map(page).collect::<Result<_>>()?,
        })
    }

    fn tables(options: &Options, statistics: Statistics) -> Result<Self> {
        let sizes = options.all_scaled(&SIZES);
        Ok(Scope {
            name: "table",
            statistics,
            title: "the whole table".to_owned(),
            databases: sizes.iter().map(|&size| users(size, statistics)).collect::<Result<_>>()?,
            cases: sizes.into_iter().enumerate().map(|(database, size)| (size, database, None)).collect(),
        })
    }

    fn run(mut self, bench: &mut Bench) -> Result<()> {
        let largest = bench.options.scaled(LONGEST_LOOP);
        let rows = |authors: &Authors| authors.len() + authors.iter().map(|(_, posts)| posts.len()).sum::<usize>();
        let joined = |authors: &Authors| authors.iter().map(|(_, posts)| posts.len().max(1)).sum();
        let contenders = [
            Contender { name: "N+1", run: C::authors_in_a_loop, rows, largest },
            Contender { name: "by hand", run: C::authors_by_hand, rows, largest: usize::MAX },
            Contender { name: "best SQL", run: C::authors_tuned, rows, largest: usize::MAX },
            Contender { name: "one JOIN", run: C::authors_joined, rows: joined, largest: usize::MAX },
            Contender { name: "preload", run: C::authors_preloaded, rows, largest: usize::MAX },
        ];
        self.compare("posts", "users -> posts", &contenders, bench)?;

        let rows = |threads: &Threads| {
            let posts = threads.iter().flat_map(|(_, posts)| posts);
            threads.len() + posts.map(|(_, comments)| 1 + comments.len()).sum::<usize>()
        };
        let joined = |threads: &Threads| {
            let rows_of_posts = |posts: &Vec<(Post, Vec<Comment>)>| posts.iter().map(|(_, c)| c.len().max(1)).sum();
            threads.iter().map(|(_, posts)| 1.max(rows_of_posts(posts))).sum()
        };
        let contenders = [
            Contender { name: "N+1", run: C::threads_in_a_loop, rows, largest },
            Contender { name: "by hand", run: C::threads_by_hand, rows, largest: usize::MAX },
            Contender { name: "best SQL", run: C::threads_tuned, rows, largest: usize::MAX },
            Contender { name: "one JOIN", run: C::threads_joined, rows: joined, largest: usize::MAX },
            Contender { name: "preload", run: C::threads_preloaded, rows, largest: usize::MAX },
        ];
        self.compare("comments", "users -> posts -> comments", &contenders, bench)
    }

    fn compare<Out: PartialEq>(
        &mut self,
        what: &str,
        title: &str,
        contenders: &[Contender<C, Which, Out>],
        bench: &mut Bench,
    ) -> Result<()> {
        let name = name::<C>(what, self.name, self.statistics);
        if !bench.options.wants(&name) {
            return Ok(());
        }
        let typical = bench.options.scaled(TYPICAL);
        let case = |(size, database, which): &(usize, usize, Which)| Case {
            label: text::users(*size),
            size: *size,
            database: *database,
            input: which.clone(),
            criterion: *size == typical && self.statistics != Statistics::Asked,
        };
        let cases = self.cases.iter().map(case).collect();
        let analyzed = if self.statistics == Statistics::Asked { ", after ANALYZE" } else { "" };
        let title = format!("{title}, {}{analyzed}", self.title);
        Scenario { name, title, contenders, cases, databases: &mut self.databases }.run(bench)
    }
}

/// A database of so many users, who wrote five posts each, with three comments each, on average.
fn users<C: Backend>(users: usize, statistics: Statistics) -> Result<TestDb<C>> {
    let seed = Seed { users, posts_per_user: 5, comments_per_post: 3, tags: 0 };
    C::filled(statistics, |conn| blog::seed(conn, &seed))
}
