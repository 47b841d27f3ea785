//! Statements of every shape, in SQL: a name, what is set for it, the statement.

pub(crate) struct Shape {
    pub(crate) name: &'static str,
    /// Steers the planner to a shape that so few rows do not ask for; undone afterwards.
    pub(crate) set: Option<(&'static str, &'static str)>,
    pub(crate) sql: &'static str,
    pub(crate) analyze: bool,
}

const fn shape(name: &'static str, sql: &'static str) -> Shape {
    Shape { name, set: None, sql, analyze: false }
}

const fn counted(name: &'static str, sql: &'static str) -> Shape {
    Shape { name, set: None, sql, analyze: true }
}

const fn forced(name: &'static str, set: &'static str, reset: &'static str, sql: &'static str) -> Shape {
    Shape { name, set: Some((set, reset)), sql, analyze: false }
}

/// Indexes that the sample domain has no use for.
pub(crate) fn indexes(backend: &str) -> &'static str {
    match backend {
        "sqlite" | "postgres" => {
            "CREATE INDEX posts_top_idx ON posts (score) WHERE score >= 95; CREATE INDEX posts_lower_idx ON posts (lower(title));"
        }
        _ => "CREATE INDEX posts_score_idx ON posts (score, title);",
    }
}

pub(crate) fn shapes(backend: &str) -> impl Iterator<Item = &'static Shape> {
    let own = match backend {
        "sqlite" => SQLITE,
        "postgres" => POSTGRES,
        _ => MYSQL,
    };
    EVERYWHERE.iter().chain(own)
}

const EVERYWHERE: &[Shape] = &[
    shape("primary_key", "SELECT * FROM posts WHERE id = 7"),
    shape("unique_key", "SELECT * FROM users WHERE email = 'ada1@example.com'"),
    shape("foreign_key", "SELECT * FROM posts WHERE author_id = 3"),
    shape("full_scan", "SELECT * FROM posts WHERE body = 'x'"),
    shape("full_scan_limited", "SELECT * FROM posts WHERE body = 'x' LIMIT 5"),
    shape("any_five", "SELECT * FROM posts LIMIT 5"),
    shape("covering_index", "SELECT id FROM users WHERE name = 'Ann'"),
    shape("order_of_an_index", "SELECT * FROM posts ORDER BY created_at DESC, id DESC LIMIT 10"),
    shape("order_of_an_index_without_limit", "SELECT id FROM posts ORDER BY created_at, id"),
    shape("sort", "SELECT * FROM posts ORDER BY body LIMIT 10"),
    shape("partial_sort", "SELECT * FROM posts WHERE author_id = 1 ORDER BY created_at, title"),
    shape("range", "SELECT * FROM posts WHERE created_at > '2026-02-01' ORDER BY created_at LIMIT 5"),
    shape("in_list", "SELECT * FROM posts WHERE id IN (1, 2, 3)"),
    shape("or_of_two_indexes", "SELECT * FROM posts WHERE author_id = 2 OR editor_id = 3"),
    shape("join", "SELECT * FROM posts JOIN users ON users.id = posts.author_id WHERE users.name = 'Ann'"),
    shape("left_join", "SELECT u.name, p.bio FROM users u LEFT JOIN profiles p ON p.user_id = u.id"),
    shape("join_without_index", "SELECT a.id FROM comments a JOIN comments b ON a.body = b.body"),
    shape(
        "join_of_three",
        "SELECT t.name FROM posts p JOIN post_tags pt ON pt.post_id = p.id JOIN tags t ON t.id = pt.tag_id WHERE p.author_id = 2",
    ),
    shape("scalar_subquery", "SELECT id, (SELECT count(*) FROM comments c WHERE c.post_id = posts.id) FROM posts"),
    shape("in_subquery", "SELECT * FROM users WHERE id IN (SELECT author_id FROM posts WHERE score > 50)"),
    shape(
        "exists",
        "SELECT * FROM users WHERE EXISTS (SELECT 1 FROM posts WHERE posts.author_id = users.id AND posts.published)",
    ),
    shape("not_exists", "SELECT * FROM users WHERE NOT EXISTS (SELECT 1 FROM posts WHERE posts.author_id = users.id)"),
    shape(
        "derived_table",
        "SELECT * FROM (SELECT author_id, count(*) AS n FROM posts GROUP BY author_id) t WHERE n > 3",
    ),
    shape("union_all", "SELECT id FROM posts WHERE author_id = 1 UNION ALL SELECT id FROM posts WHERE editor_id = 1"),
    shape("union", "SELECT title FROM posts WHERE author_id = 1 UNION SELECT title FROM posts WHERE editor_id = 1"),
    shape("except", "SELECT author_id FROM posts EXCEPT SELECT author_id FROM comments"),
    shape(
        "cte_used_twice",
        "WITH counted AS (SELECT author_id, count(*) AS n FROM posts GROUP BY author_id) SELECT a.n FROM counted AS a JOIN counted b ON a.n = b.n",
    ),
    shape(
        "cte_recursive",
        "WITH RECURSIVE thread(id) AS (SELECT id FROM comments WHERE id = 1 UNION ALL SELECT c.id FROM comments c JOIN thread t ON c.parent_id = t.id) SELECT * FROM thread",
    ),
    shape("window", "SELECT id, row_number() OVER (PARTITION BY author_id ORDER BY score) FROM posts"),
    shape(
        "top_of_each",
        "SELECT * FROM (SELECT id, row_number() OVER (PARTITION BY author_id ORDER BY created_at, id) AS n FROM posts) t WHERE n <= 2",
    ),
    shape("group_by", "SELECT author_id, count(*) FROM posts GROUP BY author_id"),
    shape("group_by_without_index", "SELECT body, count(*) FROM posts GROUP BY body ORDER BY count(*)"),
    shape("distinct", "SELECT DISTINCT body FROM posts"),
    shape("count", "SELECT count(*) FROM posts"),
    shape("max", "SELECT max(created_at) FROM posts"),
    shape("offset", "SELECT * FROM posts ORDER BY created_at, id LIMIT 10 OFFSET 100"),
    shape(
        "row_value",
        "SELECT * FROM posts WHERE (created_at, id) > ('2026-02-01', 5) ORDER BY created_at, id LIMIT 10",
    ),
    shape(
        "or_chain",
        "SELECT * FROM posts WHERE created_at > '2026-02-01' OR (created_at = '2026-02-01' AND id > 5) ORDER BY created_at, id LIMIT 10",
    ),
    shape(
        "ranges",
        "SELECT * FROM (SELECT id, created_at FROM posts WHERE created_at = '2026-02-01' AND id > 5 ORDER BY created_at, id LIMIT 10) AS s0 UNION ALL SELECT * FROM (SELECT id, created_at FROM posts WHERE created_at > '2026-02-01' ORDER BY created_at, id LIMIT 10) AS s1 ORDER BY 2, 1 LIMIT 10",
    ),
    shape("update_all", "UPDATE posts SET score = 0"),
    shape("update_one", "UPDATE posts SET score = 0 WHERE id = 1"),
    shape("delete", "DELETE FROM post_tags WHERE tag_id = 3"),
    shape("insert", "INSERT INTO tags (name) VALUES ('new')"),
    shape("insert_select", "INSERT INTO tags (name) SELECT body FROM comments WHERE author_id = 3"),
    shape("nothing_read", "SELECT 1"),
    shape("never_true", "SELECT * FROM posts WHERE 1 = 0"),
    shape("like_a_prefix", "SELECT id, name FROM users WHERE name LIKE 'A%'"),
];

const SQLITE: &[Shape] = &[
    shape("key_list", "SELECT * FROM posts WHERE author_id IN (SELECT value FROM json_each('[1,2,3]'))"),
    shape("partial_index", "SELECT id FROM posts WHERE score >= 95"),
    shape("expression_index", "SELECT id FROM posts WHERE lower(title) = 'x'"),
    shape("right_join", "SELECT u.name FROM profiles p RIGHT JOIN users u ON p.bio = u.name"),
    shape("values", "SELECT * FROM (VALUES (1), (2)) v"),
    shape("count_distinct", "SELECT count(DISTINCT body) FROM posts"),
    shape("rowid", "SELECT title FROM posts WHERE id > 100 ORDER BY id LIMIT 10"),
];

const POSTGRES: &[Shape] = &[
    shape("key_list", "SELECT * FROM posts WHERE author_id = ANY(ARRAY[1, 2, 3])"),
    shape("partial_index", "SELECT id FROM posts WHERE score >= 95"),
    shape("expression_index", "SELECT id FROM posts WHERE lower(title) = 'x'"),
    shape(
        "lateral",
        "SELECT * FROM unnest(ARRAY[1, 2, 3]) AS k(id) CROSS JOIN LATERAL (SELECT * FROM posts WHERE posts.author_id = k.id ORDER BY created_at LIMIT 2) t",
    ),
    forced(
        "merge_join",
        "SET enable_hashjoin = off; SET enable_nestloop = off",
        "RESET enable_hashjoin; RESET enable_nestloop",
        "SELECT * FROM posts JOIN comments ON comments.post_id = posts.id",
    ),
    forced(
        "parallel",
        "SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0",
        "RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size",
        "SELECT count(*) FROM comments WHERE body = 'x'",
    ),
    forced(
        "bitmaps",
        "SET enable_seqscan = off; SET enable_indexscan = off",
        "RESET enable_seqscan; RESET enable_indexscan",
        "SELECT * FROM posts WHERE author_id = 2 AND editor_id = 3 OR id = 4",
    ),
    shape("for_update", "SELECT * FROM posts WHERE id = 7 FOR UPDATE"),
    shape("values", "SELECT * FROM (VALUES (1), (2)) v(n)"),
    shape(
        "grouping_sets",
        "SELECT author_id, published, count(*) FROM posts GROUP BY GROUPING SETS ((author_id), (published))",
    ),
    shape("full_join", "SELECT * FROM users FULL JOIN profiles ON profiles.user_id = users.id"),
    shape("ctid", "SELECT * FROM posts WHERE ctid = '(0,1)'"),
    shape("function", "SELECT generate_series(1, 3)"),
    shape("upsert", "INSERT INTO tags (name) VALUES ('new') ON CONFLICT DO NOTHING"),
    counted("counted_join", "SELECT * FROM posts JOIN users ON users.id = posts.author_id WHERE users.name = 'Ada'"),
    counted("counted_scan", "SELECT * FROM posts WHERE body = 'x'"),
    counted("counted_sort", "SELECT * FROM posts ORDER BY body LIMIT 10"),
    counted("counted_update", "UPDATE posts SET score = 0 WHERE author_id = 3"),
    counted("counted_never_run", "SELECT * FROM posts JOIN users ON users.id = posts.editor_id WHERE posts.id = -1"),
];

const MYSQL: &[Shape] = &[
    shape(
        "key_list",
        "SELECT * FROM posts WHERE author_id IN (SELECT k.id FROM JSON_TABLE('[1,2,3]', '$[*]' COLUMNS(id BIGINT PATH '$')) k)",
    ),
    shape("index_condition", "SELECT * FROM posts WHERE score > 97 AND title LIKE '%x'"),
    shape("loose_index_scan", "SELECT DISTINCT author_id FROM posts"),
    shape("straight_join", "SELECT * FROM users STRAIGHT_JOIN profiles ON profiles.bio = users.name"),
    shape("not_in", "SELECT * FROM users WHERE id NOT IN (SELECT editor_id FROM posts)"),
    shape("values", "VALUES (1), (2)"),
    shape("rollup", "SELECT author_id, count(*) FROM posts GROUP BY author_id WITH ROLLUP"),
    shape("for_update", "SELECT * FROM posts WHERE id = 7 FOR UPDATE"),
    shape("in_ordered_limited", "SELECT * FROM posts WHERE author_id IN (1, 2) ORDER BY score DESC LIMIT 3"),
    counted("counted_join", "SELECT * FROM posts JOIN users ON users.id = posts.author_id WHERE users.name = 'Ada'"),
    counted("counted_scan", "SELECT * FROM posts WHERE body = 'x'"),
    counted("counted_sort", "SELECT * FROM posts ORDER BY body LIMIT 10"),
    counted("counted_update", "UPDATE posts SET score = 0 WHERE author_id = 3"),
    counted(
        "counted_subquery",
        "SELECT id, (SELECT count(*) FROM comments c WHERE c.post_id = posts.id) FROM posts WHERE author_id = 1",
    ),
];
