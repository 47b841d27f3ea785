//! Trees of relations against an oracle: the same rows, joined in memory by loops over plain vectors.
//!
//! The trees are written once (`list.rs`) and become three loads, one a backend, and a value for the oracle.

#![cfg_attr(feature = "awaited", allow(unused))]

#[macro_use]
#[cfg_attr(feature = "awaited", path = "../../async-tests/support/mod.rs")]
#[cfg_attr(not(feature = "awaited"), path = "../support/mod.rs")]
mod support;

#[macro_use]
mod edges;
#[macro_use]
mod list;
mod fill;
mod loads;
mod oracle;
mod row;

use fill::{Dice, Draw, fill};
use list::MATRIX;
use oracle::{Read, expected, specs};
use row::Tree;

use crate::support::prelude::*;

/// Cases of each backend; more by `TURBODIESEL_CASES`.
fn cases() -> usize {
    std::env::var("TURBODIESEL_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(0).max(1_800)
}

/// Draws of one tree on the same rows.
const DRAWS: usize = 4;

/// The loads of the backend at hand.
trait Loads: Sized {
    fn loads() -> Vec<(&'static str, loads::Load<Self>)>;
}
impl Loads for crate::support::database::sqlite::Conn {
    fn loads() -> Vec<(&'static str, loads::Load<Self>)> {
        loads::sqlite()
    }
}
#[cfg(feature = "postgres")]
impl Loads for crate::support::database::postgres::Conn {
    fn loads() -> Vec<(&'static str, loads::Load<Self>)> {
        loads::postgres()
    }
}
#[cfg(feature = "mysql")]
impl Loads for crate::support::database::mysql::Conn {
    fn loads() -> Vec<(&'static str, loads::Load<Self>)> {
        loads::mysql()
    }
}

scenarios! {
    fn every_kind_of_relation_in_every_other(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&fill(&mut Dice::new(7), true)))?;
        let data = conn.read()?;
        for ((name, load), spec) in Conn::loads().into_iter().zip(specs()).take(MATRIX) {
            let (_, rows) = load(conn, &mut Draw::everything())?;
            let expected = expected(&data, &spec(&mut Draw::everything()));
            assert!(rows.iter().any(|row| row.depth() == 3), "{name}: nothing is nested");
            assert!(rows == expected, "{name}: {rows:#?}\nis not\n{expected:#?}");
        }
    }

    fn random_rows_and_arguments_give_what_loops_give(db) {
        let conn = db.conn();
        let (loads, specs) = (Conn::loads(), specs());
        assert!(loads.len() >= 40 && loads.len() == specs.len());
        let log = StatementLog::install(conn);
        let (mut compared, mut rows_compared, mut fills) = (0, 0, 0);
        while compared < cases() {
            fills += 1;
            let mut dice = Dice::new(fills);
            go!(conn.batch_execute(&fill(&mut dice, false)))?;
            let data = conn.read()?;
            for ((name, load), spec) in loads.iter().zip(&specs) {
                for _ in 0..DRAWS {
                    let draw = Draw::random(&mut dice);
                    log.take();
                    let (announced, rows) = load(conn, &mut draw.clone())?;
                    assert!(log.len() <= announced, "{name} sent {} statements, not {announced}", log.len());
                    let expected = expected(&data, &spec(&mut draw.clone()));
                    assert!(rows == expected, "{name}, fill {fills}, {draw:?}: {rows:#?}\nis not\n{expected:#?}");
                    compared += 1;
                    rows_compared += rows.iter().map(Tree::size).sum::<usize>();
                }
            }
        }
        assert!(rows_compared > 10 * compared, "{rows_compared} rows in {compared} cases prove little");
    }
}
