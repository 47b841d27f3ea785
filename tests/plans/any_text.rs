//! No text makes a parser panic, nor the questions and the drawing after it.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use turbodiesel::backend::Dialect;
use turbodiesel::plan::Plan;

/// What plans are made of, whole and in pieces.
const WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "null",
    "true",
    "0",
    "1",
    "-1",
    "1e308",
    "0.5",
    "\n",
    "|",
    " ",
    "(",
    ")",
    "é",
    "\u{0}",
    "\"Plan\":",
    "\"Plans\":",
    "\"Node Type\":",
    "\"Seq Scan\"",
    "\"Actual Rows\":",
    "\"Actual Loops\":",
    "\"Subplan Name\":",
    "\"query_block\":",
    "\"nested_loop\":",
    "\"table\":",
    "\"table_name\":",
    "\"access_type\":",
    "\"ALL\"",
    "\"filesort\":",
    "\"rows\":",
    "\"filtered\":",
    "\"r_loops\":",
    "\"used_key_parts\":",
    "\"operation\":",
    "\"inputs\":",
    "\"using_filesort\":",
    "\"ordering_operation\":",
    "\"union_result\":",
    "\"message\":",
    "\"materialized\":",
    "SCAN ",
    "SEARCH ",
    "TABLE ",
    " USING ",
    "INDEX ",
    "COVERING ",
    "AUTOMATIC ",
    " AS ",
    "USE TEMP B-TREE FOR ",
    "ORDER BY",
    "CO-ROUTINE ",
    " VIRTUAL TABLE ",
    "USING INDEX ",
    " FOR IN-OPERATOR",
    "CONSTANT ROW",
    "1|0|0|",
    "2|1|0|",
    "2|2|0|",
    "LIMIT",
];

fn pieces() -> impl Strategy<Value = String> {
    vec(select(WORDS), 0..60).prop_map(|words| words.concat())
}

/// A real plan with a hole in it, or with something put into it.
fn damaged() -> impl Strategy<Value = String> {
    let plans = [
        include_str!("captured/sqlite.txt"),
        include_str!("captured/postgres.txt"),
        include_str!("captured/mysql.txt"),
        include_str!("written/mysql-8-steps.json"),
    ];
    let raws: Vec<&str> = plans
        .iter()
        .flat_map(|file| file.split("\n== "))
        .map(|section| section.split_once("\n--\n").map_or(section, |(_, raw)| raw))
        .collect();
    (select(raws), any::<prop::sample::Index>(), any::<prop::sample::Index>(), pieces()).prop_map(
        |(raw, from, to, put)| {
            let chars: Vec<char> = raw.chars().collect();
            let (from, to) = (from.index(chars.len() + 1), to.index(chars.len() + 1));
            let kept = chars[..from.min(to)].iter().copied().chain(put.chars());
            kept.chain(chars[from.max(to)..].iter().copied()).collect()
        },
    )
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), pieces(), damaged(), pieces().prop_map(|json| format!("[{{\"Plan\":{{{json}}}}}]"))]
}

fn read<DB: Dialect>(sql: &str, raw: &str) {
    let plan = Plan::parse::<DB>(sql, raw);
    assert_eq!(plan.raw(), raw);
    let drawn = plan.to_string();
    let answers = (plan.full_scans().len(), plan.sorts().len(), plan.temporary_tables().len());
    let rows = (plan.estimated_rows(), plan.rows_read(), plan.uses_index("i"));
    let _ = (drawn, answers, rows, Plan::compare(&plan, &plan).to_string());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_text_makes_a_parser_panic(sql in text(), raw in text()) {
        read::<diesel::sqlite::Sqlite>(&sql, &raw);
        #[cfg(feature = "postgres")]
        read::<diesel::pg::Pg>(&sql, &raw);
        #[cfg(feature = "mysql")]
        read::<diesel::mysql::Mysql>(&sql, &raw);
    }
}

/// Nor does a plan that is deeper than anybody's stack.
#[test]
fn depth_is_bounded() {
    let chain: String = (1..50_000).map(|id| format!("{id}|{}|0|SCAN t{id}\n", id - 1)).collect();
    read::<diesel::sqlite::Sqlite>("", &chain);
    assert_eq!(Plan::parse::<diesel::sqlite::Sqlite>("", chain).full_scans().len(), 49_999);
    #[cfg(feature = "postgres")]
    read::<diesel::pg::Pg>("", &format!("[{{\"Plan\":{}", "{\"Plans\":[".repeat(50_000)));
    #[cfg(feature = "mysql")]
    read::<diesel::mysql::Mysql>("", &format!("{{\"query_block\":{}", "{\"table\":".repeat(50_000)));
}
