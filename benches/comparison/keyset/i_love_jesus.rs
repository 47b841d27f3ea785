//! The page of another crate: PostgreSQL, a row value, one direction for all keys. Its cursor is the row.

use blog::models::Post;
use blog::schema::posts;
use diesel::dsl::{AsExprOf, IntoBoxed};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AsQuery, AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Integer, Timestamp};
use i_love_jesus::{CursorKey, PaginatedQueryBuilder, SortDirection};
use turbodiesel::Result;

use super::{PAGE, Page, Position};

struct CreatedAt;
struct Id;

impl CursorKey<Post> for CreatedAt {
    type SqlType = Timestamp;
    type CursorValue = AsExprOf<chrono::NaiveDateTime, Timestamp>;
    type SqlValue = posts::created_at;

    fn get_cursor_value(post: &Post) -> Self::CursorValue {
        post.created_at.into_sql::<Timestamp>()
    }

    fn get_sql_value() -> Self::SqlValue {
        posts::created_at
    }
}

impl CursorKey<Post> for Id {
    type SqlType = Integer;
    type CursorValue = AsExprOf<i32, Integer>;
    type SqlValue = posts::id;

    fn get_cursor_value(post: &Post) -> Self::CursorValue {
        post.id.into_sql::<Integer>()
    }

    fn get_sql_value() -> Self::SqlValue {
        posts::id
    }
}

/// Its statement for Diesel's own connections: it brings `load` for asynchronous ones alone.
#[derive(QueryId)]
struct Blocking<Q>(Q);

impl<Q: Query> Query for Blocking<Q> {
    type SqlType = Q::SqlType;
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Blocking<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}

impl<Q, Conn> RunQueryDsl<Conn> for Blocking<Q> {}

pub(crate) fn page(conn: &mut PgConnection, position: &Position) -> Result<Page> {
    let query: IntoBoxed<'static, diesel::dsl::Select<posts::table, diesel::dsl::AsSelect<Post, Pg>>, Pg> =
        posts::table.select(Post::as_select()).limit(i64::from(PAGE) + 1).into_boxed();
    let page = PaginatedQueryBuilder::new(query, SortDirection::Desc)
        .after(position.after.as_ref().map(|(last, _)| last.clone()))
        .then_order_by(CreatedAt)
        .then_order_by(Id);
    Ok(Page::of(Blocking(page.as_query()).load(conn)?))
}
