//! Part 3: pages, forward and back, and what the last one costs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use blog::StatementLog;
use blog::models::Post;
use blog::schema::posts;
use diesel::prelude::*;
use diesel::sql_types::Integer;
use diesel::sqlite::Sqlite;
use turbodiesel::keyset::{Cursor, Page};
use turbodiesel::plan::Plan;
use turbodiesel::prelude::*;

use super::Result;
use super::screen::Paint::{Bad, Dim, Good, Plain};
use super::screen::{Screen, count};

#[diesel::declare_sql_function]
extern "SQL" {
    /// True, and counts how often the database asks.
    fn looked_at(id: Integer) -> Bool;
}

pub(super) fn tell(screen: &mut Screen, conn: &mut SqliteConnection) -> Result {
    screen.title(
        "3  Keyset pages",
        "A page begins at a place in the index. OFFSET has the plan of page 1, and reads all it skips.",
    );
    let source = include_str!("pages.rs");
    screen.code("both", source, "both");
    screen.code("forward", source, "forward");
    screen.code("back", source, "back");
    screen.gap();
    let last = walk(screen, conn)?;
    screen.gap();
    costs(screen, conn, &last)?;
    screen.gap();
    a_post_arrives(screen, conn)
}

fn forward(conn: &mut SqliteConnection, cursor: Option<&Cursor>) -> turbodiesel::Result<Page<Post>> {
    // show: both
    // The compiler refuses an order whose last key is not unique.
    let order = (posts::created_at.desc(), posts::id.desc());
    let newest = posts::table.select(Post::as_select()).keyset(order);
    // end
    // show: forward
    let page = newest.first(8).after(cursor).load(conn)?;
    // end
    Ok(page)
}

fn back(conn: &mut SqliteConnection, cursor: Option<&Cursor>) -> turbodiesel::Result<Page<Post>> {
    let newest = posts::table.select(Post::as_select()).keyset((posts::created_at.desc(), posts::id.desc()));
    // show: back
    let page = newest.last(8).before(cursor).load(conn)?;
    // end
    Ok(page)
}

/// All pages to the end and back to the start; the cursor that the last page began after.
fn walk(screen: &mut Screen, conn: &mut SqliteConnection) -> Result<Cursor> {
    let mut there = vec![forward(conn, None)?];
    let mut last = None;
    while let Some(cursor) = there.last().and_then(Page::next_cursor).cloned() {
        there.push(forward(conn, Some(&cursor))?);
        last = Some(cursor);
    }
    let mut home = vec![back(conn, None)?];
    while let Some(cursor) = home.last().and_then(Page::previous_cursor).cloned() {
        home.push(back(conn, Some(&cursor))?);
    }
    home.reverse();

    screen.line(&[(Dim, &format!("   {:<11}{:<56}{}", "page", "ids, the newest post first", "read back"))]);
    for (at, page) in there.iter().enumerate() {
        if at == 3 {
            screen.line(&[(Dim, "     ..")]);
        }
        if (3..there.len() - 2).contains(&at) {
            continue;
        }
        let shown: String = ids(page).iter().map(|id| format!("{id:<7}")).collect();
        let same = home.get(at).is_some_and(|other| ids(other) == ids(page));
        screen.line(&[
            (Plain, &format!("   {:<11}{shown:<56}", at + 1)),
            if same { (Good, "the same") } else { (Bad, "OTHERS") },
        ]);
    }
    let rows = |pages: &[Page<Post>]| pages.iter().flat_map(ids).collect::<Vec<_>>();
    let in_order =
        posts::table.order((posts::created_at.desc(), posts::id.desc())).select(posts::id).load::<i32>(conn)?;
    let verdict = if rows(&there) == in_order && rows(&home) == in_order {
        (Good, "each post once, in order, each way")
    } else {
        (Bad, "POSTS WERE LOST OR REPEATED")
    };
    screen.line(&[
        (Plain, &format!("   {} pages there and {} back, {} posts: ", there.len(), home.len(), count(in_order.len()))),
        verdict,
    ]);
    last.ok_or_else(|| "there is one page only".into())
}

fn ids(page: &Page<Post>) -> Vec<i32> {
    page.items().iter().map(|post| post.id).collect()
}

/// Where a page begins.
enum Place<'a> {
    After(Option<&'a Cursor>),
    Offset(i64),
}

fn costs(screen: &mut Screen, conn: &mut SqliteConnection, last: &Cursor) -> Result {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    looked_at_utils::register_nondeterministic_impl(conn, move |_: i32| {
        counter.fetch_add(1, Ordering::Relaxed);
        true
    })?;
    let second = forward(conn, None)?.next_cursor().cloned();
    let offset = posts::table.count().get_result::<i64>(conn)? - 8;
    let places = [
        ("page 1", Place::After(None)),
        ("page 2", Place::After(second.as_ref())),
        ("last page", Place::After(Some(last))),
        ("by OFFSET", Place::Offset(offset)),
    ];

    let log = StatementLog::install(conn);
    let mut sent = Vec::new();
    screen.line(&[(Dim, &format!("   {:<11}{:>6}{:>8}   {}", "", "rows", "time", "how posts is read"))]);
    for (name, place) in &places {
        let mut times = Vec::new();
        for _ in 0..5 {
            let start = Instant::now();
            read(conn, place, false)?;
            times.push(start.elapsed());
        }
        let time = screen.time(times.into_iter().min().unwrap_or_default());
        let statement = log.take().pop().ok_or("nothing was sent")?;
        let plan = Plan::parse::<Sqlite>(&statement.sql, blog::explain(conn, &statement)?);
        let reads: Vec<&str> =
            plan.nodes().filter(|step| step.table() == Some("posts")).map(|step| step.label()).collect();
        asked.store(0, Ordering::Relaxed);
        read(conn, place, true)?;
        let rows = asked.load(Ordering::Relaxed);
        screen.line(&[
            (Plain, &format!("   {name:<11}")),
            (if rows > 20 { Bad } else { Good }, &format!("{:>6}", count(rows))),
            (Dim, &format!("{time:>8}   {}", reads.first().unwrap_or(&""))),
        ]);
        for step in reads.iter().skip(1) {
            screen.line(&[(Dim, &format!("{:28}   {step}", ""))]);
        }
        sent.push((name, statement));
    }
    let why = "8 rows, one that tells whether more follow, and those left of the cursor's own time";
    screen.line(&[(Dim, &format!("              {why}"))]);
    screen.gap();
    for (name, statement) in &sent[2..] {
        screen.sql(&format!("   {name:<11}"), &statement.sql);
    }
    Ok(())
}

/// Reads one page. With `counted`, the database asks for every row that it comes by.
fn read(conn: &mut SqliteConnection, place: &Place<'_>, counted: bool) -> Result {
    let order = (posts::created_at.desc(), posts::id.desc());
    let mut rows = posts::table.select(Post::as_select()).into_boxed();
    if counted {
        rows = rows.filter(looked_at(posts::id));
    }
    let read = match place {
        Place::After(cursor) => rows.keyset(order).first(8).after(*cursor).load(conn)?.into_items(),
        Place::Offset(offset) => rows.order(order).limit(8).offset(*offset).load(conn)?,
    };
    if read.len() == 8 { Ok(()) } else { Err("a page is not full".into()) }
}

/// What a reader sees who turns the page while somebody writes.
fn a_post_arrives(screen: &mut Screen, conn: &mut SqliteConnection) -> Result {
    let first = forward(conn, None)?;
    let newest = first.items().first().ok_or("there are no posts")?;
    let arrived = Post { id: 1_000_000, title: "Just in".to_owned(), ..newest.clone() };
    diesel::insert_into(posts::table).values(&arrived).execute(conn)?;

    let by_cursor = ids(&forward(conn, first.end_cursor())?);
    let order = (posts::created_at.desc(), posts::id.desc());
    let by_offset = posts::table.order(order).limit(8).offset(8).select(posts::id).load::<i32>(conn)?;
    let shown = "page 2, after a post has arrived at the top";
    screen.line(&[(Dim, &format!("   {:<11}{:>9}   {shown}", "", "repeated"))]);
    let again = |page: &[i32]| page.iter().filter(|id| ids(&first).contains(id)).count();
    for (name, page) in [("by cursor", by_cursor), ("by OFFSET", by_offset)] {
        let shown: String = page.iter().map(|id| format!("{id:<7}")).collect();
        let again = again(&page);
        screen.line(&[
            (Plain, &format!("   {name:<11}")),
            (if again == 0 { Good } else { Bad }, &format!("{again:>9}   ")),
            (Dim, &shown),
        ]);
    }
    Ok(())
}
