//! A page at any depth reads what the first one reads: on 1,000,000 rows, with the index that `index_sql` names, on each
//! backend with its own form of the seek. Counted by the databases; on SQLite, which counts nothing, by the plan.

#[macro_use]
#[path = "../support/mod.rs"]
mod support;

mod counted;
mod orderings;

use diesel::connection::SimpleConnection;
use turbodiesel::keyset::Cursor;
use turbodiesel::plan::{NodeKind, Plans};

use counted::Counted;
use orderings::{Ask, Case};

const ROWS: i32 = 1_000_000;
const PAGE: u32 = 20;

/// Whether a step sorts what it reads of the table, and not what is left of it after a LIMIT.
fn sorts_the_table(plans: &Plans) -> bool {
    plans.iter().flat_map(|plan| plan.nodes()).any(|node| {
        let has = |wanted: &dyn Fn(&turbodiesel::plan::Node) -> bool| node.children().iter().any(wanted);
        has(&|child| *child.kind() == NodeKind::Sort) && has(&|child| child.table() == Some("events"))
    })
}

/// The rows that a page reads, where the database counts them, and what must be true of its plan everywhere.
fn check<C: Counted>(conn: &mut C, case: &Case<C>, index: &str, ask: &Ask) -> Result<Option<u64>, String> {
    let context = |error: &dyn std::fmt::Display| format!("{}, {ask:?}: {error}", case.order);
    let plans = case.explain(conn, ask).map_err(|error| context(&error))?;
    let bounded = ask.after.is_some() || ask.before.is_some();
    // The primary key of SQLite is the table itself, so that a first page is a scan of it.
    if (bounded || !index.is_empty()) && (C::EXPLAINS_LIMITS_IN_UNIONS || !plans[0].sql().contains(" UNION ALL ")) {
        plans.assert_no_full_scan_of("events");
        assert!(index.is_empty() || plans.uses_index(index), "{}", plans[0]);
    }
    if C::SHOWS_SORTS_BESIDE_SCANS && sorts_the_table(&plans) {
        return Err(context(&format!("sorts\n{}", plans[0])));
    }
    let mut most: Option<u64> = None;
    for mode in C::PLAN_MODES {
        conn.batch_execute(mode).map_err(|error| context(&error))?;
        let (rows, read) = conn.counted(|conn| case.page(conn, ask)).map_err(|error| context(&error))?;
        if rows.len() != PAGE as usize {
            return Err(context(&format!("{} rows", rows.len())));
        }
        most = most.max(read);
    }
    Ok(most)
}

fn case<C: Counted>(conn: &mut C, case: &Case<C>) -> Result<(), String> {
    let context = |error: &dyn std::fmt::Display| format!("{}: {error}", case.order);
    let mut index = "";
    let (sql, mut name);
    match &case.index {
        // The index of a primary key is there already.
        Ok(_) if case.keys == 1 => {}
        Ok(create) => {
            conn.batch_execute(create)
                .and_then(|()| conn.batch_execute(C::ANALYZE))
                .map_err(|error| context(&error))?;
            sql = create.clone();
            name = sql.split(['"', '`']).skip(1);
            index = name.next().unwrap_or_default();
        }
        Err(error) => {
            assert!(error.is_no_index() && C::NULLS_STAND_AS_STORED, "{}: {error}", case.order);
            return Ok(());
        }
    }
    let first = check(conn, case, index, &Ask::default())?;
    let last = check(conn, case, index, &Ask { backward: true, ..Ask::default() })?;
    let ranges = (case.keys + case.order.matches("n ").count().min(1)) as u64;
    let mut allowed = first.max(last).map(|read| read * 12 / 10 + 2 * u64::from(PAGE));
    if case.keys > 3 {
        // A range for each key, and each may be full.
        allowed = allowed.max(first.map(|_| ranges * u64::from(PAGE + 1)));
    }
    let mut report = vec![first, last];
    for percent in [10, 50, 90] {
        let list = format!("{} LIMIT 1 OFFSET {}", case.list, case.rows / 100 * percent);
        let only = Ask { only: Some(conn.id(&list).map_err(|error| context(&error))?), ..Ask::default() };
        let cursor: Option<Cursor> = case.page(conn, &only).map_err(|error| context(&error))?.end_cursor().cloned();
        assert!(cursor.is_some(), "{}", case.order);
        for ask in [
            Ask { after: cursor.clone(), ..Ask::default() },
            Ask { before: cursor.clone(), backward: true, ..Ask::default() },
        ] {
            let read = check(conn, case, index, &ask)?;
            report.push(read);
            if read > allowed {
                return Err(context(&format!("{read:?} rows read at {percent} %, more than {allowed:?}: {ask:?}")));
            }
        }
    }
    let counts: Vec<String> = report.into_iter().flatten().map(|read| read.to_string()).collect();
    println!("{:8} {:45} {}", C::NAME, case.order, counts.join(" "));
    if !index.is_empty() {
        conn.batch_execute(&C::drop_index(index)).map_err(|error| context(&error))?;
    }
    Ok(())
}

scenarios! {
    fn a_page_at_any_depth_reads_what_the_first_one_reads(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&<Conn as Counted>::fill(ROWS)))?;
        go!(conn.batch_execute(<Conn as Counted>::ANALYZE))?;
        println!("{BACKEND}: first page, last page, after and before 10 %, 50 %, 90 %");
        for ordering in orderings::all!(Conn) {
            case(conn, &ordering)?;
        }
    }
}
