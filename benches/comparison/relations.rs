//! Relations that one statement asks for cleverly, beside the ways that come to mind: the first children of each parent,
//! their number, the parent of each child, tags of a kilobyte.

mod contenders;

use std::collections::BTreeSet;
use std::sync::Arc;

use blog::Seed;
use blog::models::{Post, Tag, User};
use turbodiesel::testing::TestDb;

use crate::Result;
use crate::backend::{Backend, Statistics};
use crate::bench::Bench;
use crate::scenario::{Case, Contender, Scenario};
use crate::text::thousands;

pub(crate) use contenders::{Contenders, contenders};

/// How many posts of each user are shown.
pub(crate) const FIRST: u32 = 3;

/// Users with some of their posts.
pub(crate) type Authors = Vec<(User, Vec<Post>)>;

/// Users and how many posts they have.
pub(crate) type Counts = Vec<(User, i64)>;

/// Posts and their tags.
pub(crate) type Tagged = Vec<(Post, Vec<Tag>)>;

/// Posts, with their authors but for the contender that loads none.
pub(crate) enum Written {
    /// The floor: what the rows themselves cost.
    Bare(Vec<Post>),
    /// Each post has an author of its own.
    Owned(Vec<(Post, User)>),
    /// Posts of one author share it.
    Shared(Vec<(Post, Arc<User>)>),
}

impl Written {
    fn posts(&self) -> Vec<(&Post, Option<&User>)> {
        match self {
            Written::Bare(posts) => posts.iter().map(|post| (post, None)).collect(),
            Written::Owned(posts) => posts.iter().map(|(post, user)| (post, Some(user))).collect(),
            Written::Shared(posts) => posts.iter().map(|(post, user)| (post, Some(&**user))).collect(),
        }
    }
}

impl PartialEq for Written {
    fn eq(&self, other: &Self) -> bool {
        let (one, other) = (self.posts(), other.posts());
        let same = |a: Option<&User>, b: Option<&User>| a.is_none() || b.is_none() || a == b;
        one.len() == other.len() && one.iter().zip(&other).all(|((a, of_a), (b, of_b))| a == b && same(*of_a, *of_b))
    }
}

/// All scenarios on one backend.
pub(crate) fn run<C: Backend>(bench: &mut Bench) -> Result<()> {
    let names = ["first", "count", "belongs_to", "many_to_many"].map(|what| format!("{}/{what}", C::NAME));
    let [first, count, belongs_to, many_to_many] = &names;
    if [first, count].iter().any(|name| bench.options.wants(name)) {
        let users = bench.options.scaled(2_000);
        let mut databases = [database::<C>(users, 0)?];
        let case =
            Case { label: format!("{} users", thousands(users)), size: users, database: 0, input: (), criterion: true };
        let rows = |authors: &Authors| authors.len() + authors.iter().map(|(_, posts)| posts.len()).sum::<usize>();
        let contender = |name, run| Contender { name, run, rows, largest: usize::MAX };
        let contenders = [
            contender("N+1", C::first_in_a_loop),
            contender("window of rows", C::first_by_window),
            contender("window of keys", C::first_by_window_of_keys),
            contender("preload", C::first_preloaded),
        ];
        let title = format!("the newest {FIRST} of 100 posts of each user");
        scenario(first, title, &contenders, case, &mut databases, bench)?;

        let case =
            Case { label: format!("{} users", thousands(users)), size: users, database: 0, input: (), criterion: true };
        let rows = |counts: &Counts| 2 * counts.len();
        let loaded = |counts: &Counts| counts.len() + counts.iter().map(|(_, n)| *n as usize).sum::<usize>();
        let contenders = [
            Contender { name: "load and count", run: C::count_loaded, rows: loaded, largest: usize::MAX },
            Contender { name: "GROUP BY", run: C::count_grouped, rows, largest: usize::MAX },
            Contender { name: "preload", run: C::count_preloaded, rows, largest: usize::MAX },
        ];
        scenario(count, "how many posts each user has".to_owned(), &contenders, case, &mut databases, bench)?;
    }
    if [belongs_to, many_to_many].iter().any(|name| bench.options.wants(name)) {
        let users = bench.options.scaled(1_000);
        let mut databases = [database::<C>(users, 100)?];
        databases[0].batch_execute(room_for_tags(C::NAME))?;
        databases[0].widen_tags(1_024)?;
        let posts = users * 100;
        let case =
            Case { label: format!("{} posts", thousands(posts)), size: posts, database: 0, input: (), criterion: true };
        let posts: fn(&Written) -> usize = |written| written.posts().len();
        let with_authors: fn(&Written) -> usize = |written| {
            let posts = written.posts();
            posts.len() + posts.iter().map(|(post, _)| post.author_id).collect::<BTreeSet<_>>().len()
        };
        let contender = |name, run, rows| Contender { name, run, rows, largest: usize::MAX };
        let contenders = [
            contender("one JOIN", C::written_joined, posts),
            contender("by hand", C::written_by_hand, with_authors),
            contender("preload", C::written_preloaded, with_authors),
            contender("preload, shared", C::written_shared, with_authors),
            contender("the posts alone", C::written_bare, posts),
        ];
        scenario(
            belongs_to,
            format!("posts of {} users, and the author of each", thousands(users)),
            &contenders,
            case,
            &mut databases,
            bench,
        )?;

        let posts = bench.options.scaled(10_000);
        let case = Case {
            label: format!("{} posts", thousands(posts)),
            size: posts,
            database: 0,
            input: i32::try_from(posts)?,
            criterion: true,
        };
        let rows = |tagged: &Tagged| tagged.len() + tagged.iter().map(|(_, tags)| tags.len()).sum::<usize>();
        let contender = |name, run| Contender { name, run, rows, largest: usize::MAX };
        let contenders = [
            contender("one JOIN", C::tags_joined),
            contender("by hand", C::tags_by_hand),
            contender("preload", C::tags_preloaded),
        ];
        scenario(
            many_to_many,
            "posts and their tags, of 1 KB each".to_owned(),
            &contenders,
            case,
            &mut databases,
            bench,
        )?;
    }
    Ok(())
}

/// Lets a tag's name be longer than the schema has it; SQLite does not look at lengths.
fn room_for_tags(backend: &str) -> &'static str {
    match backend {
        "postgres" => "ALTER TABLE tags ALTER COLUMN name TYPE TEXT",
        "mysql" => "ALTER TABLE tags DROP INDEX tags_name_idx, MODIFY name TEXT NOT NULL",
        _ => "SELECT 1",
    }
}

/// A database of so many users, who wrote 100 posts each, on average.
fn database<C: Backend>(users: usize, tags: usize) -> Result<TestDb<C>> {
    // SQLite never gathers statistics by itself; no plan here depends on them.
    let statistics = C::STATISTICS.first().copied().unwrap_or(Statistics::Usual);
    let seed = Seed { users, posts_per_user: 100, comments_per_post: 0, tags };
    C::filled(statistics, |conn| blog::seed(conn, &seed))
}

fn scenario<C: Backend, In, Out: PartialEq>(
    name: &str,
    title: String,
    contenders: &[Contender<C, In, Out>],
    case: Case<In>,
    databases: &mut [TestDb<C>],
    bench: &mut Bench,
) -> Result<()> {
    if !bench.options.wants(name) {
        return Ok(());
    }
    Scenario { name: name.to_owned(), title, contenders, cases: vec![case], databases }.run(bench)
}
