//! SQLite.

use blog::models::{Comment, Post, PostTag, Tag, User};
use blog::schema::{comments, posts, tags, users};
use blog::{BlogConnection, Seed};
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};
use turbodiesel::keyset::{CursorSecret, Page};
use turbodiesel::pool::Customizer;
use turbodiesel::prelude::*;

use super::{Answer, Store};
use crate::Config;
use crate::failure::Failure;
use crate::request::{MOST, Rows, Wanted};
use crate::statements::Announced;
use crate::view::{CommentView, PostView};

type Error = Box<dyn std::error::Error + Send + Sync>;

pub(super) struct SqliteStore {
    pool: Pool<ConnectionManager<SqliteConnection>>,
    secret: CursorSecret,
}

impl SqliteStore {
    pub(super) async fn open(config: &Config, secret: CursorSecret) -> Result<Self, Error> {
        let config = config.clone();
        let pool = tokio::task::spawn_blocking(move || -> Result<_, Error> {
            let mut customizer = Customizer::<SqliteConnection>::new();
            if let Some(instrument) = config.instrument {
                customizer = customizer.instrument(move || instrument());
            }
            let manager = ConnectionManager::new(&config.database);
            let size = u32::try_from(config.connections)?.max(1);
            let pool = Pool::builder().max_size(size).connection_customizer(customizer.boxed()).build(manager)?;
            let conn = &mut *pool.get()?;
            conn.create()?;
            if !diesel::select(diesel::dsl::exists(users::table.select(users::id))).get_result::<bool>(conn)? {
                conn.seed(&Seed::users(config.users))?;
                conn.analyze()?;
            }
            Ok(pool)
        });
        Ok(SqliteStore { pool: pool.await??, secret })
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut SqliteConnection) -> turbodiesel::Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        let pool = self.pool.clone();
        let read = tokio::task::spawn_blocking(move || {
            let mut conn = pool.get().map_err(|error| Failure::unavailable(&error))?;
            read(&mut conn).map_err(Failure::from)
        });
        read.await.map_err(|error| Failure::internal(&error))?
    }
}

impl Store for SqliteStore {
    fn posts(&self, rows: Rows, wanted: Wanted, announced: Announced) -> Answer<'_, Page<PostView>> {
        let secret = self.secret.clone();
        Box::pin(self.read(move |conn| {
            let of_posts = secret.bound_to(["posts"]);
            let of_comments = secret.bound_to(["comments"]);
            let list = posts::table
                .filter(posts::published.eq(true))
                .select(Post::as_select())
                .keyset((posts::created_at.desc(), posts::id.desc()));
            let list = if rows.backward { list.last(rows.size) } else { list.first(rows.size) };
            let list = if rows.exact { list.exact_bounds() } else { list };
            let list = list
                .max_page_size(MOST)
                .signed(&of_posts)
                .after_token(rows.after.as_deref())
                .before_token(rows.before.as_deref())
                .preload(wanted.author.then(belongs_to::<User>))
                .preload(wanted.comment_count.then(|| has_many::<Comment>().count()))
                .preload(wanted.tags.then(|| many_to_many::<Tag, PostTag>().order(tags::name)))
                .preload(wanted.comments.map(|comments| {
                    has_many::<Comment>()
                        .preload(comments.author.then(belongs_to::<User>))
                        .keyset((comments::created_at.asc(), comments::id.asc()))
                        .first(comments.first)
                        .max_page_size(MOST)
                        .signed(&of_comments)
                }));
            announced.add(list.statements().for_parents(rows.size as usize));
            Ok(list.load(conn)?.map(PostView::from))
        }))
    }

    fn comments(&self, post: i32, rows: Rows, author: bool, announced: Announced) -> Answer<'_, Page<CommentView>> {
        let secret = self.secret.bound_to(["comments"]);
        Box::pin(self.read(move |conn| {
            let list = comments::table
                .filter(comments::post_id.eq(post))
                .select(Comment::as_select())
                .keyset((comments::created_at.asc(), comments::id.asc()));
            let list = if rows.backward { list.last(rows.size) } else { list.first(rows.size) };
            let list = if rows.exact { list.exact_bounds() } else { list };
            let list = list
                .max_page_size(MOST)
                .signed(&secret)
                .after_token(rows.after.as_deref())
                .before_token(rows.before.as_deref())
                .preload(author.then(belongs_to::<User>));
            announced.add(list.statements().for_parents(rows.size as usize));
            Ok(list.load(conn)?.map(CommentView::from))
        }))
    }

    fn ping(&self) -> Answer<'_, ()> {
        Box::pin(
            self.read(|conn| Ok(diesel::select(1.into_sql::<diesel::sql_types::Integer>()).execute(conn).map(drop)?)),
        )
    }
}
