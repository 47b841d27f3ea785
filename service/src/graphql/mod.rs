//! `/graphql`: posts and comments as Relay connections.

mod look_ahead;
mod types;

use std::sync::Arc;

use async_graphql::{Context, EmptyMutation, EmptySubscription, Object, Value};
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::Service;
use crate::failure::Failure;
use crate::request::Rows;
use crate::statements::Announced;
use crate::store::Store;
use types::{Comments, Posts};

pub(crate) type Schema = async_graphql::Schema<Query, EmptyMutation, EmptySubscription>;

/// Deep enough for introspection.
const DEPTH: usize = 16;

/// The most fields of a request, those of fragments counted each time.
const COMPLEXITY: usize = 400;

pub(crate) fn schema(store: Arc<dyn Store>) -> Schema {
    let schema = Schema::build(Query { store }, EmptyMutation, EmptySubscription);
    schema.limit_depth(DEPTH).limit_complexity(COMPLEXITY).finish()
}

pub(crate) struct Query {
    store: Arc<dyn Store>,
}

#[Object]
impl Query {
    /// The published posts, newest first.
    async fn posts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start, or from `after`: 20, if nothing is said.")] first: Option<i32>,
        after: Option<String>,
        #[graphql(desc = "So many from the end, or back from `before`.")] last: Option<i32>,
        before: Option<String>,
    ) -> async_graphql::Result<Posts> {
        let announced = ctx.data::<Announced>()?.clone();
        let read = async {
            let mut rows = Rows::relay(first, after, last, before)?;
            rows.exact = look_ahead::both_ends(ctx, &rows);
            self.store.posts(rows, look_ahead::wanted(ctx)?, announced).await
        };
        read.await.map(Posts).map_err(Failure::into_graphql)
    }

    /// The comments on a post, oldest first: all pages of what `Post.comments` begins.
    async fn comments(
        &self,
        ctx: &Context<'_>,
        post: i32,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> async_graphql::Result<Comments> {
        let announced = ctx.data::<Announced>()?.clone();
        let read = async {
            let mut rows = Rows::relay(first, after, last, before)?;
            rows.exact = look_ahead::both_ends(ctx, &rows);
            self.store.comments(post, rows, look_ahead::comment_author(ctx), announced).await
        };
        read.await.map(Comments::all).map_err(Failure::into_graphql)
    }
}

pub(crate) async fn answer(
    State(service): State<Service>,
    request: Result<Json<async_graphql::Request>, JsonRejection>,
) -> Result<Response, Failure> {
    let Json(request) = request.map_err(|rejected| Failure::bad_request(rejected.body_text()))?;
    let announced = Announced::default();
    let answer = service.schema.execute(request.data(announced.clone())).await;
    Ok(announced.on((status(&answer), Json(answer)).into_response()))
}

/// 200 where there is data; else what the first error says, or the request's fault.
fn status(answer: &async_graphql::Response) -> StatusCode {
    if answer.is_ok() || answer.data != Value::Null {
        return StatusCode::OK;
    }
    let said = answer.errors.iter().find_map(|error| match error.extensions.as_ref()?.get("status")? {
        Value::Number(status) => StatusCode::from_u16(u16::try_from(status.as_u64()?).ok()?).ok(),
        _ => None,
    });
    said.unwrap_or(StatusCode::BAD_REQUEST)
}
