//! A table that points to itself: trees, chains, circles.

use std::collections::HashMap;
use std::fmt::Write;

use blog::models::{Comment, Post};
use blog::schema::{comments, posts};
use turbodiesel::preload::Node;

use crate::support::data::FEW;
use crate::support::prelude::*;

/// Comments on post 10, each with its parent.
fn comments_with(parents: &[(i32, Option<i32>)]) -> String {
    let mut sql = String::from(
        "DELETE FROM comments; INSERT INTO comments (id, post_id, author_id, parent_id, body, created_at) VALUES ",
    );
    for (i, (id, parent)) in parents.iter().enumerate() {
        let parent = parent.map_or("NULL".to_owned(), |id| id.to_string());
        let comma = if i == 0 { "" } else { ", " };
        write!(sql, "{comma}({id}, 10, 1, {parent}, '', '2026-03-01 09:00:00')").unwrap();
    }
    sql
}

/// `1(2(3)4)`: ids and what is below them.
fn shape(nodes: &[Node<Comment>]) -> String {
    nodes
        .iter()
        .map(|node| match shape(&node.children) {
            below if below.is_empty() => format!("{} ", node.row.id),
            below => format!("{}({}) ", node.row.id, below.trim_end()),
        })
        .collect::<String>()
        .trim_end()
        .to_owned()
}

/// What is below an id, by hand.
fn oracle(all: &[Comment], id: i32, depth: usize, way: &mut Vec<i32>) -> String {
    if depth == 0 {
        return String::new();
    }
    way.push(id);
    let below: Vec<String> = all
        .iter()
        .filter(|row| row.parent_id == Some(id) && !way.contains(&row.id))
        .map(|row| row.id)
        .collect::<Vec<_>>()
        .into_iter()
        .map(|child| match oracle(all, child, depth - 1, way) {
            below if below.is_empty() => child.to_string(),
            below => format!("{child}({below})"),
        })
        .collect();
    way.pop();
    below.join(" ")
}

macro_rules! down {
    ($depth:expr) => {
        has_many::<Comment>().by(comments::parent_id).order(comments::id).tree($depth)
    };
}
macro_rules! up {
    ($depth:expr) => {
        belongs_to::<Comment>().by_key(comments::id, |comment: &Comment| comment.parent_id).tree($depth)
    };
}

scenarios! {
    fn trees_equal_those_made_by_hand(db) {
        let conn = db.conn();
        seed(conn, &blog::Seed { users: 8, comments_per_post: 12, ..Default::default() })?;
        let all: Vec<Comment> = go!(comments::table.order(comments::id).select(Comment::as_select()).load(conn))?;
        let by_id: HashMap<i32, &Comment> = all.iter().map(|row| (row.id, row)).collect();
        for depth in [0, 1, 2, 50] {
            let rows: Vec<(Comment, Vec<Node<Comment>>, Vec<Comment>)> = go!(comments::table
                .order(comments::id)
                .select(Comment::as_select())
                .preload(down!(depth))
                .preload(up!(depth))
                .load(conn))?;
            assert_eq!(rows.len(), all.len());
            for (row, below, above) in &rows {
                assert_eq!(shape(below), oracle(&all, row.id, depth, &mut vec![]));
                let expected: Vec<i32> = std::iter::successors(row.parent_id, |id| by_id[id].parent_id).take(depth).collect();
                assert_eq!(above.iter().map(|row| row.id).collect::<Vec<_>>(), expected);
            }
        }
    }

    fn one_statement_a_level_until_a_level_is_empty(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        go!(conn.batch_execute(&comments_with(&[(1, None), (2, Some(1)), (3, Some(2)), (4, None), (5, Some(4))])))?;
        let log = StatementLog::install(conn);
        let roots = || comments::table.filter(comments::parent_id.is_null()).order(comments::id).select(Comment::as_select());
        for (depth, sent, expected) in [(0, 1, ["", ""]), (1, 2, ["2", "5"]), (2, 3, ["2(3)", "5"]), (3, 4, ["2(3)", "5"]), (900, 4, ["2(3)", "5"])] {
            let load = roots().preload(down!(depth));
            assert_eq!(load.statements().fixed(), 1 + depth);
            let rows = go!(load.load(conn))?;
            assert_eq!(rows.iter().map(|(_, below)| shape(below)).collect::<Vec<_>>(), expected);
            assert_eq!(log.take().len(), sent);
        }
        let sql = { go!(roots().preload(down!(2)).load(conn))?; go!(comments::table.find(3).select(Comment::as_select()).preload(up!(2)).load(conn))?; log.take() };
        insta::assert_snapshot!(format!("tree__{BACKEND}"), sql.iter().map(|statement| statement.sql.as_str()).collect::<Vec<_>>().join("\n\n"));
        // No rows, no statement; and what is above nobody asks for nothing.
        assert!(go!(roots().filter(comments::id.gt(9)).preload(down!(5)).load(conn))?.is_empty());
        assert_eq!(log.take().len(), 1);
        let error = go!(roots().preload(down!(1_001)).load(conn)).unwrap_err();
        assert!(error.is_tree_depth(), "{error}");
    }

    fn a_circle_of_keys_ends(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        // 1 -> 2 -> 3 -> 1, with a tail below 2; 7 is its own parent.
        go!(conn.batch_execute(&comments_with(&[(1, None), (2, Some(1)), (3, Some(2)), (4, Some(2)), (7, None)])))?;
        go!(conn.batch_execute("UPDATE comments SET parent_id = 3 WHERE id = 1; UPDATE comments SET parent_id = 7 WHERE id = 7"))?;
        let log = StatementLog::install(conn);
        let rows = go!(comments::table.order(comments::id).select(Comment::as_select()).preload(down!(50)).preload(up!(50)).load(conn))?;
        assert_eq!(rows.iter().map(|(_, below, _)| shape(below)).collect::<Vec<_>>(), ["2(3 4)", "3(1) 4", "1(2(4))", "", ""]);
        let above: Vec<Vec<i32>> = rows.iter().map(|(.., above)| above.iter().map(|row| row.id).collect()).collect();
        assert_eq!(above, [vec![3, 2], vec![1, 3], vec![2, 1], vec![2, 1, 3], vec![]]);
        // All rows are parents already: one level says all.
        assert_eq!(log.take().len(), 3);
        let one = go!(comments::table.find(1).select(Comment::as_select()).preload(down!(50)).load(conn))?;
        assert_eq!((shape(&one[0].1).as_str(), log.len()), ("2(3 4)", 4));
    }

    fn a_chain_as_deep_as_can_be(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let chain: Vec<_> = (1..=1_001).map(|id| (id, (id > 1).then_some(id - 1))).collect();
        go!(conn.batch_execute(&comments_with(&chain)))?;
        let deepest = |nodes: &[Node<Comment>]| {
            let (mut nodes, mut depth) = (nodes, 0);
            while let [node] = nodes {
                (nodes, depth) = (&node.children, depth + 1);
            }
            depth
        };
        for depth in [200, 1_000] {
            let rows = go!(comments::table.find(1).select(Comment::as_select()).preload(down!(depth)).load(conn))?;
            assert_eq!(deepest(&rows[0].1.clone()), depth);
            let rows = go!(comments::table.find(1_001).select(Comment::as_select()).preload(up!(depth)).load(conn))?;
            assert_eq!(rows[0].1.len(), depth);
        }
    }

    fn a_row_that_stands_in_several_trees_is_in_each(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        go!(conn.batch_execute(&comments_with(&[(1, None), (2, Some(1)), (3, Some(2)), (4, Some(3))])))?;
        // Comment 1 twice, and 3, which is below it; in a relation too.
        let rows = go!(comments::table
            .inner_join(posts::table)
            .filter(comments::id.eq_any([1, 3]))
            .select((Comment::as_select(), Post::as_select()))
            .order(comments::id)
            .preload_at(Nth::<1>, has_many::<Comment>().filter(comments::id.lt(3)).order(comments::id).preload(down!(2)))
            .preload(down!(2))
            .load(conn))?;
        let shapes: Vec<_> = rows.iter().map(|(_, comments, below)| {
            (comments.iter().map(|(_, below)| shape(below)).collect::<Vec<_>>(), shape(below))
        }).collect();
        let nested = vec!["2(3)".to_owned(), "3(4)".to_owned()];
        assert_eq!(shapes, [(nested.clone(), "2(3)".to_owned()), (nested, "4".to_owned())]);
    }
}
