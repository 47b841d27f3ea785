//! What a request selects, read before anything is loaded.

use async_graphql::{Context, Lookahead, Value};

use super::types::COMMENTS;
use crate::failure::Failure;
use crate::request::{MOST, Rows, Wanted, WantedComments};

/// What is selected of each post.
pub(super) fn wanted(ctx: &Context<'_>) -> Result<Wanted, Failure> {
    let post = node(ctx);
    Ok(Wanted {
        author: post.field("author").exists(),
        comment_count: post.field("commentCount").exists(),
        tags: post.field("tags").exists(),
        comments: comments(&post.field("comments"))?,
    })
}

/// Whether the authors of a connection of comments are selected.
pub(super) fn comment_author(ctx: &Context<'_>) -> bool {
    node(ctx).field("author").exists()
}

/// Whether the request asks for the end of the list that its own page does not tell.
pub(super) fn both_ends(ctx: &Context<'_>, rows: &Rows) -> bool {
    let info = ctx.look_ahead().field("pageInfo");
    info.field(if rows.backward { "hasNextPage" } else { "hasPreviousPage" }).exists()
}

fn node<'a>(ctx: &'a Context<'_>) -> Lookahead<'a> {
    ctx.look_ahead().field("edges").field("node")
}

/// Selected under several names with several sizes: as many as the largest one takes, for one statement.
fn comments(selected: &Lookahead<'_>) -> Result<Option<WantedComments>, Failure> {
    let unreadable = |error: async_graphql::ServerError| Failure::bad_request(error.message);
    let mut first = None;
    for field in selected.selection_fields() {
        let mut size = COMMENTS;
        for (name, value) in field.arguments().map_err(unreadable)? {
            if let ("first", Value::Number(number)) = (name.as_str(), value) {
                // What is no size is refused as 0.
                size = number.as_u64().and_then(|size| u32::try_from(size).ok()).unwrap_or(0);
            }
        }
        // Before the posts are read, which come first.
        if !(1..=MOST).contains(&size) {
            return Err(Failure::bad_page_size(format!("a page of comments has 1 to {MOST} of them")));
        }
        first = first.max(Some(size));
    }
    let author = selected.field("edges").field("node").field("author").exists();
    Ok(first.map(|first| WantedComments { first, author }))
}
