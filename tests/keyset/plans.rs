//! What the databases do for keys that are no columns: plans as they are, so that a change is seen. Plans of columns are
//! counted in `tests/depth`.

use std::fmt::Write;

use blog::models::Post;
use blog::schema::{comments, posts};
use diesel::dsl::count;
use diesel::sql_types::Text;
use turbodiesel::keyset::{asc, desc, unique};
use turbodiesel::plan::{Node, Plans};

use crate::support::prelude::*;

diesel::define_sql_function!(fn lower(text: Text) -> Text);

/// The steps, without what is estimated of them.
fn steps(plans: &Plans) -> String {
    fn write(node: &Node, depth: usize, text: &mut String) {
        // Without the name of the database, which is another one each time.
        let label = node.label().split_once("turbodiesel_").map_or(node.label().to_owned(), |(before, name)| {
            format!("{before}{}", name.split_once('.').map_or(name, |(_, rest)| rest))
        });
        let _ = writeln!(text, "{:depth$}{label}", "");
        node.children().iter().for_each(|child| write(child, depth + 2, text));
    }
    let mut text = String::new();
    plans.iter().for_each(|plan| write(plan.root(), 0, &mut text));
    text
}

scenarios! {
    fn of_expressions_and_groups(db) {
        let conn = db.conn();
        seed(conn, &blog::Seed { users: 100, ..blog::Seed::default() })?;
        let by_title = || (asc(lower(posts::title)), asc(posts::id));
        match by_title().index_sql::<DB>(()) {
            Ok(create) => go!(conn.batch_execute(&create))?,
            Err(error) => assert!(BACKEND == "mysql" && error.is_no_index(), "{error}"),
        }
        go!(conn.batch_execute(if BACKEND == "mysql" { "ANALYZE TABLE posts, comments" } else { "ANALYZE" }))?;
        let titles = || posts::table.select(Post::as_select()).keyset(by_title()).first(20);
        let first = go!(titles().load(conn))?;
        let plans = go!(titles().after(first.end_cursor()).explain(conn))?;
        assert!(BACKEND == "mysql" || plans.uses_index("posts_lower_title_id_idx"), "{}", plans[0]);
        let mut text = format!("lower(title), id\n{}", steps(&plans));

        let discussed = || {
            posts::table
                .inner_join(comments::table)
                .group_by(posts::id)
                .select(Post::as_select())
                .keyset((desc(count(comments::id)), unique(posts::id.asc())))
                .first(20)
        };
        let first = go!(discussed().load(conn))?;
        let plans = go!(discussed().after(first.end_cursor()).explain(conn))?;
        write!(text, "count(comments.id), id\n{}", steps(&plans))?;
        insta::assert_snapshot!(format!("plans__{BACKEND}"), text);
    }
}
