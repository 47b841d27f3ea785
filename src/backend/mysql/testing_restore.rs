//! Puts a database of the pool in order: as the template is, or not at all.

use std::collections::BTreeMap;

use diesel::connection::{Connection, LoadConnection};
use diesel::mysql::Mysql;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query};

/// What became of a database.
pub(super) enum Restored {
    AsTheTemplate,
    /// A test changed it, or it is new, or what it has cannot be put back: it must be made again.
    NotTheSameSchema,
}

/// Deletes all rows and writes the template's.
pub(super) fn restore<C>(server: &mut C, template: &str, name: &str, ready: &str) -> QueryResult<Restored>
where
    C: Connection<Backend = Mysql> + LoadConnection,
{
    // A server that is MySQL remembers counters, if it is not told otherwise.
    server.batch_execute("SET @turbodiesel = 0 /*!80000 , SESSION information_schema_stats_expiry = 0 */")?;
    let wanted = schema(server, template, ready)?;
    if wanted.iter().any(|line| cannot_be_put_back(line)) || schema(server, name, ready)? != wanted {
        return Ok(Restored::NotTheSameSchema);
    }
    let (counters, used) = (tables(server, template)?, tables(server, name)?);
    if used.values().any(|table| table.rows.unwrap_or(0) > MANY) || has_own_statistics(server, name) {
        return Ok(Restored::NotTheSameSchema);
    }
    let names: Vec<&str> = counters.keys().map(String::as_str).filter(|table| *table != ready).collect();
    let (filled, dirty) = (with_rows(server, template, &names)?, with_rows(server, name, &names)?);
    server.batch_execute("SET FOREIGN_KEY_CHECKS = 0, sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')")?;
    server.transaction(|server| {
        for table in &dirty {
            server.batch_execute(&format!("DELETE FROM {name}.`{table}`"))?;
        }
        for table in &filled {
            let columns = columns(server, template, table)?;
            server.batch_execute(&format!(
                "INSERT INTO {name}.`{table}` ({columns}) SELECT {columns} FROM {template}.`{table}`"
            ))?;
        }
        QueryResult::Ok(())
    })?;
    // After the rows: the number can only be set back when they are gone.
    for (table, Table { counter, .. }) in &counters {
        if let (Some(counter), Some(at)) = (counter, used.get(table).and_then(|table| table.counter))
            && at != *counter
        {
            server.batch_execute(&format!("ALTER TABLE {name}.`{table}` AUTO_INCREMENT = {counter}"))?;
        }
    }
    if !dirty.is_empty() {
        // A planner must not expect the rows of the test before.
        let dirty: Vec<String> = dirty.iter().map(|table| format!("{name}.`{table}`")).collect();
        server.batch_execute(&format!("ANALYZE LOCAL TABLE {}", dirty.join(", ")))?;
    }
    Ok(Restored::AsTheTemplate)
}

/// A trigger would write while rows are deleted and written; sequences and versioned tables remember.
fn cannot_be_put_back(line: &str) -> bool {
    let mut parts = line.split('|');
    match parts.next() {
        Some("trigger") => true,
        Some("table") => !matches!(parts.next(), Some("BASE TABLE" | "VIEW")),
        _ => false,
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines<C>(server: &mut C, query: &str) -> QueryResult<Vec<String>>
where
    C: Connection<Backend = Mysql> + LoadConnection,
{
    Ok(sql_query(query).load::<Line>(server)?.into_iter().map(|Line { line }| line).collect())
}

/// What DDL can change: kind, the table's name or the like, the rest, the table of the catalogue, its column of the database.
const PARTS: [(&str, &str, &str, &str); 11] = [
    ("database", "'', default_character_set_name, default_collation_name", "schemata", "schema_name"),
    ("table", "table_type, table_name, engine, table_collation, table_comment", "tables", "table_schema"),
    (
        "column",
        "table_name, column_name, ordinal_position, QUOTE(column_default), is_nullable, column_type, collation_name, \
         extra, column_comment, generation_expression",
        "columns",
        "table_schema",
    ),
    (
        "index",
        "table_name, index_name, seq_in_index, column_name, non_unique, sub_part, index_type",
        "statistics",
        "table_schema",
    ),
    (
        "key",
        "table_name, constraint_name, column_name, ordinal_position, referenced_table_name, referenced_column_name",
        "key_column_usage",
        "table_schema",
    ),
    ("rule", "table_name, constraint_name, update_rule, delete_rule", "referential_constraints", "constraint_schema"),
    ("check", "constraint_name, check_clause", "check_constraints", "constraint_schema"),
    ("view", "table_name, view_definition", "views", "table_schema"),
    (
        "trigger",
        "trigger_name, event_object_table, event_manipulation, action_timing, action_statement",
        "triggers",
        "trigger_schema",
    ),
    ("routine", "routine_name, routine_type, routine_definition", "routines", "routine_schema"),
    ("event", "event_name, event_definition, status", "events", "event_schema"),
];

/// All that DDL can change, a line each, without the name of the database.
fn schema<C>(server: &mut C, name: &str, ready: &str) -> QueryResult<Vec<String>>
where
    C: Connection<Backend = Mysql> + LoadConnection,
{
    // The columns of the catalogue differ in their collations.
    let parts = PARTS.map(|(kind, fields, table, schema)| {
        format!(
            "SELECT CONVERT(CONCAT_WS('|', '{kind}', {fields}) USING utf8mb4) COLLATE utf8mb4_bin AS line \
             FROM information_schema.{table} WHERE {schema} = '{name}'"
        )
    });
    let mut lines = lines(server, &parts.join(" UNION ALL "))?;
    // A view names its database in its definition.
    for line in &mut lines {
        *line = line.replace(&format!("`{name}`."), "");
    }
    lines.retain(|line| !line.split('|').skip(1).take(2).any(|part| part == ready));
    lines.sort_unstable();
    Ok(lines)
}

/// From how many rows on in a table a new database is faster than their deletion.
const MANY: i64 = 100_000;

#[derive(QueryableByName)]
struct Table {
    #[diesel(sql_type = Text)]
    name: String,
    /// The next number that it gives.
    #[diesel(sql_type = Nullable<BigInt>)]
    counter: Option<i64>,
    /// About.
    #[diesel(sql_type = Nullable<BigInt>)]
    rows: Option<i64>,
}

fn tables<C>(server: &mut C, database: &str) -> QueryResult<BTreeMap<String, Table>>
where
    C: Connection<Backend = Mysql> + LoadConnection,
{
    let tables: Vec<Table> = sql_query(
        "SELECT table_name AS name, CAST(auto_increment AS SIGNED) AS counter, CAST(table_rows AS SIGNED) AS `rows` \
         FROM information_schema.tables WHERE table_schema = ? AND table_type = 'BASE TABLE'",
    )
    .bind::<Text, _>(database)
    .load(server)?;
    Ok(tables.into_iter().map(|table| (table.name.clone(), table)).collect())
}

/// Whether MariaDB's own statistics were asked for, which stay whatever becomes of the rows.
fn has_own_statistics<C>(server: &mut C, database: &str) -> bool
where
    C: Connection<Backend = Mysql> + LoadConnection,
{
    // MySQL has no such table, and not everybody may read it.
    let query = format!("SELECT table_name AS line FROM mysql.table_stats WHERE db_name = '{database}' LIMIT 1");
    lines(server, &query).is_ok_and(|tables| !tables.is_empty())
}

/// Those of the tables that have rows.
fn with_rows<C>(server: &mut C, database: &str, tables: &[&str]) -> QueryResult<Vec<String>>
where
    C: Connection<Backend = Mysql> + LoadConnection,
{
    let each = tables.iter().map(|table| {
        let quoted = table.replace('\'', "''");
        format!("SELECT '{quoted}' AS line FROM DUAL WHERE EXISTS (SELECT 1 FROM {database}.`{table}`)")
    });
    let query = each.collect::<Vec<_>>().join(" UNION ALL ");
    if query.is_empty() { Ok(Vec::new()) } else { lines(server, &query) }
}

/// The columns that can be written.
fn columns<C>(server: &mut C, template: &str, table: &str) -> QueryResult<String>
where
    C: Connection<Backend = Mysql> + LoadConnection,
{
    let columns = lines(
        server,
        &format!(
            "SELECT CONCAT('`', column_name, '`') AS line FROM information_schema.columns \
             WHERE table_schema = '{template}' AND table_name = '{}' AND COALESCE(generation_expression, '') = '' \
             ORDER BY ordinal_position",
            table.replace('\'', "''")
        ),
    )?;
    Ok(columns.join(", "))
}
