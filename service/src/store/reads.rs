//! What is read, written once for both databases.

use blog::models::{Comment, Post, PostTag, Tag, User};
use blog::schema::{comments, posts, tags};
use diesel::SqliteConnection;
use diesel::prelude::*;
use diesel::sql_types::Integer;
use diesel_async::pooled_connection::bb8::{Pool, PooledConnection};
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use turbodiesel::async_prelude::*;
use turbodiesel::keyset::Page;

use super::{Answer, Pooled, Store};
use crate::failure::Failure;
use crate::request::{MOST, Rows, Wanted};
use crate::statements::Announced;
use crate::view::{CommentView, PostView};

/// A query is typed by its backend, so the text is written out for each connection.
macro_rules! reads {
    ($Conn:ty) => {
        impl Pooled<Pool<$Conn>> {
            async fn conn(&self) -> Result<PooledConnection<'_, $Conn>, Failure> {
                self.pool.get().await.map_err(|error| Failure::unavailable(&error))
            }
        }

        impl Store for Pooled<Pool<$Conn>> {
            fn posts(&self, rows: Rows, wanted: Wanted, announced: Announced) -> Answer<'_, Page<PostView>> {
                Box::pin(async move {
                    let of_comments = self.secret.bound_to(["comments"]);
                    let list = posts::table
                        .filter(posts::published.eq(true))
                        .select(Post::as_select())
                        .keyset((posts::created_at.desc(), posts::id.desc()));
                    let list = if rows.backward { list.last(rows.size) } else { list.first(rows.size) };
                    let list = if rows.exact { list.exact_bounds() } else { list };
                    let list = list
                        .max_page_size(MOST)
                        .signed(&self.secret.bound_to(["posts"]))
                        .after_token(rows.after.as_deref())
                        .before_token(rows.before.as_deref())
                        .preload_if(wanted.author, belongs_to::<User>())
                        .preload_if(wanted.comment_count, has_many::<Comment>().count())
                        .preload_if(wanted.tags, many_to_many::<Tag, PostTag>().order(tags::name))
                        .preload(wanted.comments.map(|comments| {
                            has_many::<Comment>()
                                .preload(comments.author.then(belongs_to::<User>))
                                .keyset((comments::created_at.asc(), comments::id.asc()))
                                .first(comments.first)
                                .max_page_size(MOST)
                                .signed(&of_comments)
                        }));
                    announced.add(list.statements().for_parents(rows.size as usize));
                    Ok(list.load(&mut self.conn().await?).await?.map(PostView::from))
                })
            }

            fn comments(
                &self,
                post: i32,
                rows: Rows,
                author: bool,
                announced: Announced,
            ) -> Answer<'_, Page<CommentView>> {
                Box::pin(async move {
                    let list = comments::table
                        .filter(comments::post_id.eq(post))
                        .select(Comment::as_select())
                        .keyset((comments::created_at.asc(), comments::id.asc()));
                    let list = if rows.backward { list.last(rows.size) } else { list.first(rows.size) };
                    let list = if rows.exact { list.exact_bounds() } else { list };
                    let list = list
                        .max_page_size(MOST)
                        .signed(&self.secret.bound_to(["comments"]))
                        .after_token(rows.after.as_deref())
                        .before_token(rows.before.as_deref())
                        .preload_if(author, belongs_to::<User>());
                    announced.add(list.statements().for_parents(rows.size as usize));
                    Ok(list.load(&mut self.conn().await?).await?.map(CommentView::from))
                })
            }

            fn ping(&self) -> Answer<'_, ()> {
                Box::pin(async move {
                    let conn = &mut self.conn().await?;
                    let one = diesel::select(1.into_sql::<Integer>()).get_result::<i32>(conn).await;
                    one.map(drop).map_err(|error| Failure::unavailable(&error))
                })
            }
        }
    };
}
reads!(AsyncPgConnection);
reads!(SyncConnectionWrapper<SqliteConnection>);
