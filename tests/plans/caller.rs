//! An assertion that fails is reported at the line that made it.

use std::cell::RefCell;
use std::panic;

use diesel::sqlite::Sqlite;
use turbodiesel::plan::Plan;

use crate::support::panics;

thread_local! {
    /// Where this thread last panicked.
    static PLACE: RefCell<Option<(String, u32)>> = const { RefCell::new(None) };
}

#[test]
fn a_failed_assertion_is_reported_at_its_line() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        PLACE.set(info.location().map(|place| (place.file().to_owned(), place.line())));
        before(info);
    }));
    let plan = Plan::parse::<Sqlite>("SELECT * FROM t", "2|0|0|SCAN t\n3|0|0|USE TEMP B-TREE FOR ORDER BY\n");
    let fails: [(u32, &dyn Fn()); 5] = [
        (line!(), &|| _ = plan.assert_no_full_scan()),
        (line!(), &|| _ = plan.assert_no_full_scan_of("t")),
        (line!(), &|| _ = plan.assert_no_sort()),
        (line!(), &|| _ = plan.assert_uses_index("t_pkey")),
        (line!(), &|| _ = plan.assert_rows_read_at_most(1)),
    ];
    for (line, fail) in fails {
        panics(fail);
        assert_eq!(PLACE.take(), Some((file!().to_owned(), line)));
    }
}
