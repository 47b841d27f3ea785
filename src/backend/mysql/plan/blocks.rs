//! MariaDB's format and MySQL's first: blocks in blocks, where a sort is an object around what it sorts.

use serde_json::{Map, Value};

use crate::plan::{Access, Actual, Node, NodeKind};

type Object = Map<String, Value>;

/// The outermost object, with its `query_block`.
pub(super) fn read(plan: &Object) -> Node {
    let mut nodes = children(plan);
    match nodes.pop() {
        Some(node) if nodes.is_empty() => node,
        last => above(NodeKind::Query, "query", nodes.into_iter().chain(last).collect()),
    }
}

/// What the keys of an object say, in their alphabetical order.
fn children(object: &Object) -> Vec<Node> {
    object.iter().flat_map(|(key, value)| block(key, value)).collect()
}

fn block(key: &str, value: &Value) -> Vec<Node> {
    match value {
        Value::Object(object) => object_of(key, object),
        Value::Array(items) => {
            let objects: Vec<&Object> = items.iter().filter_map(Value::as_object).collect();
            match (key, objects.as_slice()) {
                (_, []) => Vec::new(),
                ("nested_loop", [_, _, ..]) => {
                    let tables: Vec<Node> = objects.into_iter().flat_map(children).collect();
                    let rows = tables.iter().map(|table| table.estimated_rows).product::<Option<f64>>();
                    let mut join = above(NodeKind::Join, "Nested loop join", tables);
                    join.estimated_rows = rows;
                    vec![join]
                }
                // Lists of subqueries, of parts of a union, of sorts: each stands by itself.
                _ => objects.into_iter().flat_map(children).collect(),
            }
        }
        _ => Vec::new(),
    }
}

fn object_of(key: &str, object: &Object) -> Vec<Node> {
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    let is = |name: &str| {
        object.get(name).is_some_and(|value| matches!(value, Value::Bool(true)) || value.as_f64() == Some(1.0))
    };
    let below = || children(object);
    let node = match key {
        "cost_info" | "r_engine_stats" | "query_optimization" | "index_merge" | "rowid_filter" => return Vec::new(),
        "read_sorted_file" => return below(),
        "table" => return vec![table(object)],
        "query_block" => {
            let number = object.get("select_id").and_then(Value::as_u64);
            let mut below = below();
            if let Some(message) = text("message") {
                below.push(Node::new(NodeKind::Values, message));
            }
            above(NodeKind::Query, &number.map_or("select".to_owned(), |number| format!("select #{number}")), below)
        }
        "filesort" => {
            let mut node = above(NodeKind::Sort, "Sort", below());
            node.details.extend(text("sort_key").map(|by| ("by".to_owned(), by.to_owned())));
            node
        }
        "ordering_operation" | "grouping_operation" | "duplicates_removal" | "windowing" | "buffer_result" => {
            operation(key, is("using_filesort"), is("using_temporary_table"), object)
        }
        "temporary_table" => above(NodeKind::Temporary, "Temporary table", below()),
        "materialized" | "materialized_from_subquery" => above(NodeKind::Temporary, "Materialize", below()),
        "window_functions_computation" => above(NodeKind::Window, "Window functions", below()),
        "block-nl-join" => {
            let mut node = above(
                NodeKind::Join,
                &format!("Block nested loop join ({})", text("join_type").unwrap_or("BNL")),
                below(),
            );
            node.filter = text("attached_condition").map(str::to_owned);
            node
        }
        "union_result" | "recursive_union" => {
            let union =
                above(NodeKind::Union, if key == "union_result" { "Union" } else { "Recursive union" }, below());
            match text("table_name") {
                Some(name) => above(NodeKind::Temporary, &format!("Temporary table {name}"), vec![union]),
                None => union,
            }
        }
        "expression_cache" => above(NodeKind::Through, "Expression cache", below()),
        _ => {
            let mut node = Node::other(key);
            node.children = below();
            node
        }
    };
    vec![node]
}

/// A step above others. Where there is one, it gives as many rows.
fn above(kind: NodeKind, label: &str, children: Vec<Node>) -> Node {
    let mut node = Node::new(kind, label);
    node.estimated_rows = match (&node.kind, children.as_slice()) {
        (NodeKind::Union, parts) => parts.iter().map(|part| part.estimated_rows).sum(),
        (_, [only]) => only.estimated_rows,
        _ => None,
    };
    node.children = children;
    node
}

/// MySQL's first format says of a grouping or an order what it takes: a sort, a temporary table, both, or an index.
fn operation(key: &str, sorted: bool, temporary: bool, object: &Object) -> Node {
    let (kind, label) = match key {
        "ordering_operation" => (NodeKind::Through, "In the order of an index"),
        "grouping_operation" => (NodeKind::Aggregate, "Group"),
        "duplicates_removal" => (NodeKind::Through, "Remove duplicates"),
        "windowing" => (NodeKind::Window, "Window functions"),
        _ => (NodeKind::Temporary, "Buffer the result"),
    };
    let windows = object.get("windows").and_then(Value::as_array);
    let sorted = sorted
        || windows.is_some_and(|windows| {
            windows.iter().any(|window| window.get("using_filesort") == Some(&Value::Bool(true)))
        });
    let mut below: Vec<Node> =
        object.iter().filter(|(name, _)| *name != "windows").flat_map(|(name, value)| block(name, value)).collect();
    if temporary {
        below = vec![above(NodeKind::Temporary, "Temporary table", below)];
    }
    if sorted {
        below = vec![above(NodeKind::Sort, "Sort", below)];
    }
    // An order that is a sort is nothing else.
    match (key, below.len()) {
        ("ordering_operation" | "duplicates_removal", 1) if sorted || temporary => below.remove(0),
        _ => above(kind, label, below),
    }
}

fn table(object: &Object) -> Node {
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    let number = |name: &str| object.get(name).and_then(Value::as_f64);
    let is = |name: &str| {
        object.get(name).is_some_and(|value| matches!(value, Value::Bool(true)) || value.as_f64() == Some(1.0))
    };
    let Some(name) = text("table_name") else {
        return above(NodeKind::Values, text("message").unwrap_or("No table"), children(object));
    };
    let mut node = Node::new(NodeKind::Scan, name);
    node.table = Some(name.to_owned());
    node.children = children(object);

    let written = ["insert", "replace", "update", "delete"].iter().find(|verb| is(verb));
    let Some(access_type) = text("access_type").filter(|_| !is("insert") && !is("replace")) else {
        // MariaDB says of an INSERT its table alone.
        node.kind = NodeKind::Modify;
        node.label = format!("Write {name}");
        return node;
    };
    let derived = name.starts_with('<') || object.contains_key("table_function");
    node.access = Some(if derived { Access::Derived } else { access(access_type) });
    node.index = text("key").filter(|_| !derived).map(str::to_owned);
    node.covering = is("using_index");
    node.condition = key_condition(object);
    node.filter = text("attached_condition").map(str::to_owned);
    node.label = label(access_type, &node);
    for (key, shown) in [("index_condition", "Index condition"), ("attached_condition", "Filter")] {
        node.details.extend(text(key).map(|value| (shown.to_owned(), value.to_owned())));
    }
    // Rows, and the share of them that passes the filter: a number of MariaDB, text of MySQL.
    let share = |key: &str| number(key).or_else(|| text(key)?.parse().ok()).unwrap_or(100.0) / 100.0;
    let examined = number("rows").or_else(|| number("rows_examined_per_scan"));
    node.estimated_rows = examined.map(|rows| rows * share("filtered"));
    // An UPDATE or DELETE has rows and no loops; what was never run has no rows.
    if let Some(loops) = number("r_loops").or(number("r_rows").map(|_| 1.0)) {
        let read = number("r_rows").unwrap_or(0.0);
        let rows = read * share("r_filtered");
        node.actual = Some(Actual { rows, loops, removed: read - rows });
    }
    match written {
        Some(verb) => above(NodeKind::Modify, &format!("{} {name}", capital(verb)), vec![node]),
        None => node,
    }
}

fn capital(verb: &str) -> &'static str {
    match verb {
        "update" => "Update",
        "delete" => "Delete from",
        _ => "Write",
    }
}

fn access(access_type: &str) -> Access {
    match access_type.strip_prefix("hash_").unwrap_or(access_type) {
        "ALL" => Access::FullTable,
        "index" => Access::FullIndex,
        "const" | "system" => Access::Constant,
        _ => Access::Search,
    }
}

/// `author_id=blog.users.id`: the columns of the index that are used, and what each is compared with.
fn key_condition(object: &Object) -> Option<String> {
    let list = |key: &str| object.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    if object.get("access_type").and_then(Value::as_str) == Some("index") {
        return None; // all of it
    }
    let (columns, with) = (list("used_key_parts"), list("ref"));
    let terms: Vec<String> = columns
        .iter()
        .enumerate()
        .filter_map(|(at, column)| {
            let column = column.as_str()?;
            Some(with.get(at).and_then(Value::as_str).map_or(column.to_owned(), |with| format!("{column}={with}")))
        })
        .collect();
    (!terms.is_empty()).then(|| terms.join(", "))
}

/// A scan in the words of MySQL's FORMAT=TREE.
fn label(access_type: &str, node: &Node) -> String {
    let covering = if node.covering { "Covering index" } else { "Index" };
    let how = match access_type {
        "ALL" => "Table scan".to_owned(),
        "index" => format!("{covering} scan"),
        "range" => format!("{covering} range scan"),
        "eq_ref" | "unique_subquery" => "Single-row index lookup".to_owned(),
        "const" | "system" => "Constant row".to_owned(),
        "index_merge" => "Index merge".to_owned(),
        "fulltext" => "Full-text index search".to_owned(),
        "ref" | "ref_or_null" | "index_subquery" => format!("{covering} lookup"),
        other => format!("{other} access"),
    };
    let mut label = format!("{how} on {}", node.table.as_deref().unwrap_or_default());
    for (word, value) in [(" using ", &node.index), (" (", &node.condition)] {
        if let Some(value) = value {
            label.push_str(word);
            label.push_str(value);
            label.push_str(if word == " (" { ")" } else { "" });
        }
    }
    label
}
