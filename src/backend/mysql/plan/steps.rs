//! MySQL's second format: a tree of steps, each with the text of FORMAT=TREE. Written from its documentation; not seen on a
//! server.

use serde_json::{Map, Value};

use crate::plan::{Access, Actual, Node, NodeKind};

/// The root step, or an object around it.
pub(super) fn read(plan: &Map<String, Value>) -> Option<Node> {
    if plan.contains_key("operation") {
        return Some(step(plan));
    }
    plan.get("query_plan").and_then(Value::as_object).filter(|plan| plan.contains_key("operation")).map(step)
}

fn step(plan: &Map<String, Value>) -> Node {
    let text = |key: &str| plan.get(key).and_then(Value::as_str);
    let number = |key: &str| plan.get(key).and_then(Value::as_f64);
    let operation = text("operation").unwrap_or("(no name)");
    let what = text("access_type").unwrap_or_default();

    let mut node = Node::new(kind(what, operation), operation);
    node.access = access(what, text("index_access_type").unwrap_or_default());
    node.table = text("table_name").map(str::to_owned);
    node.alias = text("alias").filter(|alias| node.table.as_deref() != Some(*alias)).map(str::to_owned);
    node.index = text("index_name").map(str::to_owned);
    node.covering = plan.get("covering") == Some(&Value::Bool(true));
    node.condition = text("lookup_condition").map(str::to_owned);
    node.filter = ["condition", "pushed_index_condition"].iter().find_map(|key| text(key)).map(str::to_owned);
    node.estimated_rows = number("estimated_rows");
    if plan.contains_key("actual_loops") {
        // Null where the step was never run.
        let counted = |key| number(key).unwrap_or(0.0);
        node.actual = Some(Actual { rows: counted("actual_rows"), loops: counted("actual_loops"), removed: 0.0 });
    }
    for key in ["inputs", "inputs_from_select_list"] {
        if let Some(Value::Array(inputs)) = plan.get(key) {
            node.children.extend(inputs.iter().filter_map(Value::as_object).map(step));
        }
    }
    node
}

fn kind(what: &str, operation: &str) -> NodeKind {
    match what {
        "table"
        | "index"
        | "index_merge"
        | "rowid_union"
        | "rowid_intersection"
        | "constant_row"
        | "materialized_table_function" => NodeKind::Scan,
        "join" => NodeKind::Join,
        "sort" => NodeKind::Sort,
        "materialize" | "temp_table_aggregate" => NodeKind::Temporary,
        "aggregate" => NodeKind::Aggregate,
        "window" => NodeKind::Window,
        "limit" => NodeKind::Limit,
        "append" => NodeKind::Union,
        "filter" | "stream" | "weedout" => NodeKind::Through,
        "zero_rows" | "count_rows" | "rows_fetched_before_execution" => NodeKind::Values,
        _ => NodeKind::Other(if what.is_empty() { operation } else { what }.to_owned()),
    }
}

fn access(what: &str, index: &str) -> Option<Access> {
    Some(match (what, index) {
        ("table", _) => Access::FullTable,
        ("index", "index_scan") => Access::FullIndex,
        ("index" | "index_merge" | "rowid_union" | "rowid_intersection", _) => Access::Search,
        ("constant_row", _) => Access::Constant,
        ("materialized_table_function", _) => Access::Derived,
        _ => return None,
    })
}
