//! What an installed watcher costs, where it shows most: a row by its key, from a database in the same process.

use std::hint::black_box;

use blog::schema::tags;
use diesel::prelude::*;
use turbodiesel::testing::{TestDb, TestOptions};
use turbodiesel::watch::{Watcher, scope};

use crate::Result;
use crate::bench::Bench;
use crate::ratios::{Ratios, Rounds};

const NAME: &str = "sqlite/watch";

pub(crate) fn run(bench: &mut Bench) -> Result<()> {
    if !bench.options.wants(NAME) || bench.options.criterion_only {
        return Ok(());
    }
    let mut bare = database()?;
    let mut watched = database()?;
    let watcher = Watcher::new();
    watcher.install(&mut *watched);

    let mut ratios = Ratios::new(NAME, "a row by its primary key, with a watcher and without");
    let rounds = if bench.options.test { Rounds::ONE } else { Rounds::MANY };
    // The first of its kind in a scope, and a loop in one: from the second time on, the place is looked for.
    ratios.measure("one in a scope", &["watched", "not watched"], rounds, |contender| {
        let conn = if contender == 0 { &mut *watched } else { &mut *bare };
        scope(|| read(conn, 1));
    });
    let mut id = 0;
    ratios.measure("many in a scope", &["watched", "not watched"], rounds, |contender| {
        let conn = if contender == 0 { &mut *watched } else { &mut *bare };
        id = (id + 1) % 100;
        read(conn, id);
    });
    bench.ratios.push(ratios);
    Ok(())
}

fn database() -> Result<TestDb<SqliteConnection>> {
    let mut database = TestDb::with(TestOptions::new().in_memory(), blog::migrations::SQLITE)?;
    let names: Vec<_> = (0..100).map(|id| (tags::id.eq(id), tags::name.eq(format!("tag {id}")))).collect();
    diesel::insert_into(tags::table).values(names).execute(&mut *database)?;
    Ok(database)
}

fn read(conn: &mut SqliteConnection, id: i32) {
    let name = tags::table.find(black_box(id)).select(tags::name).first::<String>(conn);
    black_box(name.unwrap_or_else(|error| panic!("{NAME}: {error}")));
}
