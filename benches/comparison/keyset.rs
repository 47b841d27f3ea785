//! A page of a long list, the first one and one near its end: by number, by a predicate written by hand, by keyset.

mod contenders;
#[cfg(feature = "postgres")]
pub(crate) mod i_love_jesus;

use blog::models::Post;
use turbodiesel::keyset::Cursor;
use turbodiesel::testing::TestDb;

use crate::Result;
use crate::backend::{Backend, Statistics};
use crate::bench::Bench;
use crate::scenario::{Case, Contender, Scenario};
use crate::text::thousands;

pub(crate) use contenders::{Contenders, contenders};

/// Rows on a page.
pub(crate) const PAGE: u32 = 20;
const POSTS: usize = 1_000_000;

/// Where a page begins, in the words of each contender.
pub(crate) struct Position {
    /// So many rows are before it.
    pub(crate) offset: i64,
    /// The last one of them; nothing at the start.
    pub(crate) after: Option<(Post, Cursor)>,
}

/// What a page shows, and whether there is a next one.
#[derive(Debug, PartialEq)]
pub(crate) struct Page {
    pub(crate) posts: Vec<Post>,
    pub(crate) has_next: bool,
}

/// All scenarios on one backend.
pub(crate) fn run<C: Backend>(bench: &mut Bench) -> Result<()> {
    let name = format!("{}/keyset", C::NAME);
    if !bench.options.wants(&name) {
        return Ok(());
    }
    let posts = bench.options.scaled(POSTS);
    // One index serves all contenders: no statistics would change a plan.
    let statistics = C::STATISTICS.first().copied().unwrap_or(Statistics::Usual);
    let mut database: TestDb<C> = C::filled(statistics, |conn| blog::seed_posts(conn, posts))?;
    let far = i64::try_from(posts / 10 * 9)?;
    let positions = [
        ("first page", Position { offset: 0, after: None }),
        ("at 90 %", Position { offset: far, after: Some(database.position_after(far)?) }),
    ];
    // Each reads one row more than it shows, and so knows whether there is a next page.
    let rows = |page: &Page| page.posts.len() + usize::from(page.has_next);
    let contender = |name, run| Contender { name, run, rows, largest: usize::MAX };
    let mut contenders = vec![
        contender("OFFSET", C::page_by_offset),
        contender("by hand, OR", C::page_by_or_chain),
        contender("by hand, row value", C::page_by_row_value),
    ];
    contenders.extend(C::BY_ANOTHER_CRATE.map(|run| contender("i-love-jesus", run)));
    contenders.push(contender("keyset", C::page_by_keyset));
    let case = |(label, input): (&str, Position)| Case {
        label: label.to_owned(),
        size: posts,
        database: 0,
        input,
        criterion: true,
    };
    Scenario {
        name,
        title: format!("{PAGE} of {} posts, newest first", thousands(posts)),
        contenders: &contenders,
        cases: positions.into_iter().map(case).collect(),
        databases: std::slice::from_mut(&mut database),
    }
    .run(bench)
}
