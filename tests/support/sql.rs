//! SQL as snapshots show it.

use blog::StatementLog;

/// The texts in the order in which they were sent, a blank line between two, broken where a reader would.
pub(crate) fn texts(log: &StatementLog) -> String {
    let broken = |sql: String| {
        [" FROM ", " WHERE ", " ORDER BY ", " UNION ALL "]
            .iter()
            .fold(sql, |sql, word| sql.replace(word, &format!("\n {}", &word[..].trim_start())))
    };
    log.take().into_iter().map(|statement| broken(statement.sql)).collect::<Vec<_>>().join("\n\n")
}
