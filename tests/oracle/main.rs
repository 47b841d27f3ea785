//! The oracle: whatever the ordering, the page size, the form of the seek and the changes of direction, the pages of a
//! walk are the database's own unpaged list, and what they say of before and after is true.
//!
//! A case is one walk. `TURBODIESEL_CASES` is the number of walks of each ordering on each backend; without it there is one
//! for every page size from 1 to one more than there are rows; awaited, for a fifth of them.

#![cfg_attr(feature = "awaited", allow(unused))]

#[macro_use]
#[cfg_attr(feature = "awaited", path = "../../async-tests/support/mod.rs")]
#[cfg_attr(not(feature = "awaited"), path = "../support/mod.rs")]
mod support;

mod orderings;
mod rows;
mod walk;

use std::collections::BTreeSet;

use diesel::sql_types::Integer;
use turbodiesel::keyset::SeekForm;

use orderings::Case;
use rows::ROWS;

use crate::support::prelude::*;

#[derive(Debug, QueryableByName)]
struct Id {
    #[diesel(sql_type = Integer)]
    id: i32,
}

/// Each pair of what an ordering can be: its number of keys, and of one of these its direction, place of NULLs and type; and
/// the form of the seek.
fn assert_every_pair<C>(cases: &[Case<C>]) {
    let mut seen = BTreeSet::new();
    let mut levels: [BTreeSet<String>; 5] = Default::default();
    for case in cases {
        for key in &case.keys {
            for form in case.forms() {
                let factors = [
                    format!("{} keys", case.keys.len().min(4)),
                    key.direction.to_owned(),
                    key.nulls.to_owned(),
                    key.column.to_owned(),
                    form.map_or("default".to_owned(), |form| format!("{form:?}")),
                ];
                for (i, one) in factors.iter().enumerate() {
                    levels[i].insert(one.clone());
                    seen.extend(factors[i + 1..].iter().map(|other| (one.clone(), other.clone())));
                }
            }
        }
    }
    assert_eq!(levels.each_ref().map(BTreeSet::len), [4, 2, 4, 13, 4], "{levels:?}");
    let cannot_be = |one: &str, other: &str| {
        let null = other != "not null";
        match one {
            // The last key is NOT NULL, and unique, which two values of a flag are not; the primary key is never NULL.
            "1 keys" => other == "flag" || ["native", "first", "last"].contains(&other),
            "native" | "first" | "last" => ["RowValue", "id"].contains(&other) && null,
            _ => false,
        }
    };
    let mut wrong = Vec::new();
    for (i, level) in levels.iter().enumerate() {
        for one in level {
            let others = levels[i + 1..].iter().flatten();
            wrong.extend(others.map(|other| (one.clone(), other.clone())).filter(|pair| {
                // It occurs, or else it cannot be.
                seen.contains(pair) == cannot_be(&pair.0, &pair.1)
            }));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// From the seed of a walk to that of the next one: sizes of pages are skipped where not all are walked.
const STRIDE: u64 = if cfg!(feature = "awaited") { 7 } else { 1 };

/// How many walks an ordering is taken on, on each backend.
fn walks() -> u64 {
    let sizes = ROWS as u64 + 1;
    let few = if cfg!(feature = "awaited") { sizes / 5 } else { sizes };
    std::env::var("TURBODIESEL_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(few)
}

scenarios! {
    fn every_walk_is_the_list_of_the_database(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&rows::create(BACKEND)))?;
        for statement in rows::fill(BACKEND) {
            go!(conn.batch_execute(&statement))?;
        }
        let cases = orderings::all!(Conn);
        assert!(cases.len() >= 60, "{}", cases.len());
        assert_every_pair(&cases);
        let (mut cases_walked, mut pages) = (0, 0);
        for (number, case) in cases.iter().enumerate() {
            let all: Vec<Id> = go!(diesel::sql_query(case.list()).load(conn))?;
            let all: Vec<i32> = all.into_iter().map(|row| row.id).collect();
            assert_eq!(all.len(), ROWS);
            let forms = case.forms();
            for seed in (0..walks()).map(|walk| walk * STRIDE) {
                let size = (seed % (ROWS as u64 + 1)) as u32 + 1;
                // Each size meets another form at the next ordering, and all of them as the seeds go on.
                let form = forms[(seed as usize + seed as usize / (ROWS + 1) + number) % forms.len()];
                let walk = walk::Walk { size, form, seed: seed * 1_000 + number as u64 };
                pages += walk.go(conn, case, &all).map_err(|why| format!("{}, {walk:?}: {why}", case.list()))?;
                cases_walked += 1;
            }
            if case.forms().len() == 3 {
                let refused = case.refuses(conn, SeekForm::RowValue);
                assert!(refused, "a row value cannot compare {}", case.list());
            }
        }
        println!("{BACKEND}: {cases_walked} walks of {} orderings, {pages} pages", cases.len());
    }
}
