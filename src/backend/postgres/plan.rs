//! PostgreSQL's EXPLAIN (FORMAT JSON): a tree of objects, read by the names that its source gives them.

use serde_json::{Map, Value};

use crate::plan::limit::unquoted;
use crate::plan::script::{Question, Script, Sql, Then};
use crate::plan::{Access, Actual, How, Node, NodeKind};

const PREPARED: &str = "turbodiesel_explain";

pub(super) fn script(how: How) -> Script {
    match how {
        How::Values => Script::of(|_, _| Question::of_statement("EXPLAIN (FORMAT JSON) ").into()),
        How::Analyze => Script {
            is_taken_back: true,
            ..Script::of(|_, _| Question::of_statement("EXPLAIN (ANALYZE, FORMAT JSON) ").into())
        },
        How::Generic => Script { is_taken_back: true, first: types, then: generic },
    }
}

/// The types of the values, which Diesel sends beside them and PREPARE cannot always tell from the text: `unnest($1)`.
fn types(sql: &Sql) -> Option<Question> {
    let placeholders = placeholders(&sql.text);
    let asked: Vec<String> = (1..=placeholders).map(|n| format!("pg_typeof(${n})::text")).collect();
    let text = format!("SELECT unnest(ARRAY[{}]::text[])", asked.join(", "));
    (placeholders > 0 && sql.fits_a_comment()).then(|| Question::of_values(text))
}

/// EXPLAIN with values always plans for these values, so the statement is prepared in SQL. What it prepares outlives a
/// rollback, so it is taken back by itself, after a failure too.
fn generic(sql: &Sql, types: Vec<String>) -> Then {
    let list = |names: Vec<&str>| if names.is_empty() { String::new() } else { format!("({})", names.join(", ")) };
    let values = list(vec!["NULL"; placeholders(&sql.text)]);
    // Without values (SQL as text, without its binds) PostgreSQL finds the types by itself, where it can.
    let types = list(types.iter().map(String::as_str).collect());
    Then {
        set_up: vec![
            "SET LOCAL plan_cache_mode = force_generic_plan".to_owned(),
            format!("PREPARE {PREPARED} {types} AS {}", sql.text),
        ],
        question: Question::plain(format!("EXPLAIN (FORMAT JSON) EXECUTE {PREPARED}{values}")),
        tear_down: Some(format!("DEALLOCATE {PREPARED}")),
    }
}

/// The largest n of the placeholders `$n`, outside of quotes.
fn placeholders(sql: &str) -> usize {
    let number = |text: &str| text.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default().parse().unwrap_or(0);
    // The protocol counts them in 16 bits.
    let parts = unquoted(sql, &['\'', '"']);
    parts.flat_map(|part| part.split('$').skip(1)).map(number).max().unwrap_or(0).min(65_535)
}

/// `[{"Plan": {..}}]`, or one such object, as auto_explain logs it.
pub(super) fn read(raw: &str) -> Node {
    let plan = match serde_json::from_str(raw) {
        Ok(Value::Array(statements)) => statements.into_iter().next(),
        Ok(statement) => Some(statement),
        Err(_) => None,
    };
    match plan.as_ref().and_then(|statement| statement.get("Plan")) {
        Some(Value::Object(plan)) => node(plan),
        _ => Node::other(raw),
    }
}

fn node(plan: &Map<String, Value>) -> Node {
    let text = |key: &str| plan.get(key).and_then(Value::as_str);
    let number = |key: &str| plan.get(key).and_then(Value::as_f64);
    let name = text("Node Type").unwrap_or("(no name)");

    let mut node = Node::new(kind(name, plan), label(name, plan));
    node.access = access(name, plan);
    node.table = ["Relation Name", "CTE Name", "Function Name"].iter().find_map(|key| text(key)).map(str::to_owned);
    node.alias = text("Alias").filter(|alias| node.table.as_deref() != Some(*alias)).map(str::to_owned);
    node.index = text("Index Name").map(str::to_owned);
    node.covering = name == "Index Only Scan";
    let conditions = ["Index Cond", "TID Cond", "Recheck Cond", "Hash Cond", "Merge Cond"];
    node.condition = conditions.iter().find_map(|key| text(key)).map(str::to_owned);
    node.filter = ["Filter", "Join Filter", "One-Time Filter"].iter().find_map(|key| text(key)).map(str::to_owned);
    node.estimated_rows = number("Plan Rows");
    if let (Some(rows), Some(loops)) = (number("Actual Rows"), number("Actual Loops")) {
        let removed = ["Rows Removed by Filter", "Rows Removed by Index Recheck"];
        let removed = removed.iter().filter_map(|key| number(key)).sum();
        node.actual = Some(Actual { rows, loops, removed });
    }
    for key in DETAILS {
        if let Some(value) = plan.get(*key).and_then(shown) {
            node.details.push(((*key).to_owned(), value));
        }
    }
    if let Some(Value::Array(children)) = plan.get("Plans") {
        node.children = children.iter().filter_map(Value::as_object).map(child).collect();
    }
    node
}

/// A child, under the heading that the text format gives it: `SubPlan 1`, `CTE t`.
fn child(plan: &Map<String, Value>) -> Node {
    let node = node(plan);
    match plan.get("Subplan Name").and_then(Value::as_str) {
        Some(name) => {
            // A common table expression that is not folded into the statement is kept as a list of rows.
            let kind = if name.starts_with("CTE ") { NodeKind::Temporary } else { NodeKind::Query };
            let mut heading = Node::new(kind, name);
            heading.children.push(node);
            heading
        }
        None => node,
    }
}

/// What the text format prints below a step, in its order.
const DETAILS: &[&str] = &[
    "Index Cond",
    "Recheck Cond",
    "TID Cond",
    "Order By",
    "Hash Cond",
    "Merge Cond",
    "Join Filter",
    "Filter",
    "One-Time Filter",
    "Run Condition",
    "Sort Key",
    "Presorted Key",
    "Group Key",
    "Cache Key",
    "Sort Method",
    "Rows Removed by Filter",
    "Rows Removed by Join Filter",
    "Rows Removed by Index Recheck",
    "Heap Fetches",
    "Index Searches",
    "Workers Planned",
    "Disabled",
];

fn shown(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        // Where none was removed, the text format says nothing.
        Value::Number(number) => Some(number.to_string()).filter(|_| number.as_f64() != Some(0.0)),
        Value::Bool(true) => Some("true".to_owned()),
        Value::Array(parts) => Some(parts.iter().filter_map(shown).collect::<Vec<_>>().join(", ")),
        _ => None,
    }
}

fn kind(name: &str, plan: &Map<String, Value>) -> NodeKind {
    match name {
        "Nested Loop" | "Merge Join" | "Hash Join" => NodeKind::Join,
        "Sort" | "Incremental Sort" => NodeKind::Sort,
        "Materialize" => NodeKind::Temporary,
        "Hash" => NodeKind::Hash,
        "Aggregate" | "Group" => NodeKind::Aggregate,
        "WindowAgg" => NodeKind::Window,
        "Limit" => NodeKind::Limit,
        "Append" | "Merge Append" | "Recursive Union" | "SetOp" | "BitmapAnd" | "BitmapOr" | "Gather"
        | "Gather Merge" => NodeKind::Union,
        "ModifyTable" => NodeKind::Modify,
        "Memoize" | "Unique" | "LockRows" | "ProjectSet" => NodeKind::Through,
        "Result" if plan.contains_key("Plans") => NodeKind::Through,
        "Result" => NodeKind::Values,
        "Bitmap Index Scan" => NodeKind::Scan,
        _ if access(name, plan).is_some() => NodeKind::Scan,
        _ => NodeKind::Other(name.to_owned()),
    }
}

fn access(name: &str, plan: &Map<String, Value>) -> Option<Access> {
    Some(match name {
        "Seq Scan" | "Sample Scan" => Access::FullTable,
        "Index Scan" | "Index Only Scan" if !plan.contains_key("Index Cond") => Access::FullIndex,
        "Index Scan" | "Index Only Scan" | "Bitmap Heap Scan" | "Tid Scan" | "Tid Range Scan" => Access::Search,
        "Subquery Scan"
        | "Function Scan"
        | "Table Function Scan"
        | "Values Scan"
        | "CTE Scan"
        | "WorkTable Scan"
        | "Named Tuplestore Scan"
        | "Foreign Scan"
        | "Custom Scan" => Access::Derived,
        _ => return None,
    })
}

/// The first line of a step, as the text format prints it.
fn label(name: &str, plan: &Map<String, Value>) -> String {
    let text = |key: &str| plan.get(key).and_then(Value::as_str);
    let mut label = match (name, text("Join Type"), text("Strategy"), text("Operation")) {
        ("Nested Loop", Some(join), ..) if join != "Inner" => format!("Nested Loop {join} Join"),
        ("Hash Join" | "Merge Join", Some(join), ..) if join != "Inner" => {
            name.replace("Join", &format!("{join} Join"))
        }
        ("Aggregate", _, Some("Sorted"), _) => "GroupAggregate".to_owned(),
        ("Aggregate", _, Some(strategy @ ("Hashed" | "Mixed")), _) => {
            format!("{}Aggregate", if strategy == "Hashed" { "Hash" } else { strategy })
        }
        ("ModifyTable", .., Some(operation)) => operation.to_owned(),
        _ => name.to_owned(),
    };
    if let Some(part @ ("Partial" | "Finalize")) = text("Partial Mode") {
        label = format!("{part} {label}");
    }
    if plan.get("Parallel Aware") == Some(&Value::Bool(true)) {
        label = format!("Parallel {label}");
    }
    if text("Scan Direction") == Some("Backward") {
        label.push_str(" Backward");
    }
    if let Some(index) = text("Index Name") {
        label.push_str(if name == "Bitmap Index Scan" { " on " } else { " using " });
        label.push_str(index);
    }
    let table = ["Relation Name", "CTE Name", "Function Name"].iter().find_map(|key| text(key));
    if let Some(shown) = table.or(text("Alias")) {
        label.push_str(" on ");
        label.push_str(shown);
    }
    if let (Some(table), Some(alias)) = (table, text("Alias"))
        && table != alias
    {
        label.push(' ');
        label.push_str(alias);
    }
    label
}
