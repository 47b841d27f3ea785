//! What can be said of children: which ones, in which order, by which key, how they are asked for and what they become.

use diesel::dsl::Filter;
use diesel::expression::Expression;
use diesel::query_dsl::methods::{FilterDsl, OrderDsl};

use super::by::{ByColumn, ByKey, Folded};
use super::has_many::{Children, Many};
use super::level::MapInto;
use super::per_parent::Sorted;
use super::strategy::Strategy;
use super::tuple::Append;

impl<C, Q, S, Kind, J> Children<C, Q, S, Kind, J> {
    /// Only the children for which the predicate holds; parents stay, whether or not a child is left. The same statement with
    /// one condition more; several filters are joined by AND, and an OR within one stays whole.
    ///
    /// ```sql
    /// -- PostgreSQL
    /// SELECT .. FROM "posts" WHERE "posts"."published" = $1 AND "posts"."author_id" = ANY($2)
    /// -- SQLite
    /// SELECT .. FROM `posts` WHERE `posts`.`published` = ? AND `posts`.`author_id` IN (SELECT value FROM json_each(?))
    /// -- MySQL, MariaDB
    /// SELECT .. FROM `posts` WHERE `posts`.`published` = ? AND `posts`.`author_id` IN (SELECT k.id FROM JSON_TABLE(?, ..) k)
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, User}, schema::{posts, users}};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let load = users::table
    ///     .select(User::as_select())
    ///     .preload(has_many::<Post>().filter(posts::published.eq(true)).filter(posts::score.gt(3)));
    /// assert_eq!(load.statements().fixed(), 2);
    /// let users: Vec<(User, Vec<Post>)> = load.load(conn)?;
    /// let all: i64 = users::table.count().get_result(conn)?;
    /// assert_eq!(users.len() as i64, all);
    /// assert!(users.iter().flat_map(|(_, posts)| posts).all(|post| post.published && post.score > Some(3)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn filter<Predicate>(self, predicate: Predicate) -> Children<C, Filter<Q, Predicate>, S, Kind, J>
    where
        Q: FilterDsl<Predicate>,
    {
        self.with_query(|query| FilterDsl::filter(query, predicate))
    }

    /// Any other change of the child query: a join that it is filtered by, a box.
    ///
    /// It comes before [`order`](Children::order). A clause that would be about the children of all parents together (LIMIT,
    /// OFFSET, DISTINCT, GROUP BY), or that a method here writes (ORDER BY), is an error at the load that names the method
    /// ([`is_unsupported_query`](crate::Error::is_unsupported_query)). A child that a join repeats comes as often; one that it
    /// leaves out is not there, and its parent stays.
    ///
    /// ```sql
    /// -- PostgreSQL
    /// SELECT .. FROM "posts" INNER JOIN "users" ON .. WHERE "users"."active" = $1 AND "posts"."editor_id" = ANY($2)
    /// -- SQLite
    /// SELECT .. FROM `posts` INNER JOIN `users` ON .. WHERE `users`.`active` = ? AND `posts`.`editor_id` IN (SELECT value FROM json_each(?))
    /// -- MySQL, MariaDB
    /// SELECT .. FROM `posts` INNER JOIN `users` ON .. WHERE `users`.`active` = ? AND `posts`.`editor_id` IN (SELECT k.id FROM JSON_TABLE(?, ..) k)
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, User}, schema::{posts, users}};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// // What users edited of active authors.
    /// let edited = has_many::<Post>()
    ///     .by(posts::editor_id)
    ///     .query(|posts| posts.inner_join(users::table.on(users::id.eq(posts::author_id))).filter(users::active.eq(true)));
    /// let editors: Vec<(User, Vec<Post>)> = users::table.select(User::as_select()).preload(edited).load(conn)?;
    /// assert!(editors.iter().any(|(_, posts)| !posts.is_empty()));
    ///
    /// let limited = has_many::<Post>().query(|posts| posts.limit(3));
    /// let error = users::table.select(User::as_select()).preload(limited).load(conn).unwrap_err();
    /// assert!(error.is_unsupported_query() && error.to_string().contains(".limit_per_parent(n)"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn query<Q2>(self, change: impl FnOnce(Q) -> Q2) -> Children<C, Q2, S, Kind, J> {
        self.with_query(change)
    }

    /// Loads a relation of the children with them: `Vec<(Post, Vec<Comment>)>`, one more statement, with the keys of all
    /// children of all parents. No children, and it is not sent.
    ///
    /// ```sql
    /// -- PostgreSQL; the others with their own list of keys, as has_many
    /// SELECT "posts"."id", "posts"."author_id", .. FROM "posts" WHERE "posts"."author_id" = ANY($1)
    /// SELECT "comments"."id", "comments"."post_id", .. FROM "comments" WHERE "comments"."post_id" = ANY($1)
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Comment, Post, User}, schema::users};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let load = users::table.select(User::as_select()).preload(has_many::<Post>().preload(has_many::<Comment>()));
    /// assert_eq!(load.statements().fixed(), 3);
    /// let users: Vec<(User, Vec<(Post, Vec<Comment>)>)> = load.load(conn)?;
    /// assert!(users.iter().flat_map(|(_, posts)| posts).any(|(_, comments)| !comments.is_empty()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn preload<R>(self, relation: R) -> Children<C, Q, S::Output, Kind, J>
    where
        S: Append<R>,
    {
        self.with_nested(|nested| nested.append(relation))
    }

    /// Loads a relation of the children with them if `wanted`, as [`Preloading::preload_if`](super::Preloading::preload_if) does
    /// for the root: the statement of [`preload`](Children::preload), or none and `None` for every child.
    pub fn preload_if<R>(self, wanted: bool, relation: R) -> Children<C, Q, S::Output, Kind, J>
    where
        S: Append<Option<R>>,
    {
        self.preload(wanted.then_some(relation))
    }

    /// Gives the children as structs of your own, `V: From<(Post, Vec<Comment>)>`, or `V: From<Post>` where nothing is
    /// loaded with them: [`Preloading::map_into`](super::Preloading::map_into), which has an example. The statement is the
    /// same; the childless get an empty `Vec<V>`, or `None`.
    pub fn map_into<V>(self) -> Children<C, Q, MapInto<S, V>, Kind, J> {
        self.with_nested(MapInto::new)
    }

    /// Another column of the children that holds the parent's primary key: for a second key to the same table, and for a
    /// table that points to itself. A tuple of columns, in the order of the primary key, where that has several. A child whose
    /// column is NULL is nobody's.
    ///
    /// ```sql
    /// -- PostgreSQL
    /// SELECT "posts"."editor_id", "posts"."id", .. FROM "posts" WHERE "posts"."editor_id" = ANY($1)
    /// -- SQLite
    /// SELECT `posts`.`editor_id`, `posts`.`id`, .. FROM `posts` WHERE `posts`.`editor_id` IN (SELECT value FROM json_each(?))
    /// -- MySQL, MariaDB
    /// SELECT `posts`.`editor_id`, `posts`.`id`, .. FROM `posts` WHERE `posts`.`editor_id` IN (SELECT k.id FROM JSON_TABLE(?, ..) k)
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, User}, schema::{posts, users}};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// // The posts that a user edited; `has_many::<Post>()` alone are those that the user wrote.
    /// let editors: Vec<(User, Vec<Post>)> = users::table
    ///     .select(User::as_select())
    ///     .preload(has_many::<Post>().by(posts::editor_id))
    ///     .load(conn)?;
    /// assert!(editors.iter().all(|(user, posts)| posts.iter().all(|post| post.editor_id == Some(user.id))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn by<Columns>(self, columns: Columns) -> Children<C, Q, S, Kind, ByColumn<Columns>> {
        self.joined(|_| ByColumn(columns))
    }

    /// Any columns of the children, and the key of a parent that stands in them: a unique column that is not the primary
    /// key, or several columns. A parent whose closure returns `None` has no children, and nothing is sent if all do.
    ///
    /// ```sql
    /// -- PostgreSQL; of two columns: WHERE ("a", "b") IN (SELECT * FROM unnest($1, $2))
    /// SELECT .. FROM "profiles" WHERE "profiles"."user_id" = ANY($1)
    /// -- SQLite; of two: IN (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?))
    /// SELECT .. FROM `profiles` WHERE `profiles`.`user_id` IN (SELECT value FROM json_each(?))
    /// -- MySQL, MariaDB; of two: IN (SELECT k.a, k.b FROM JSON_TABLE(?, ..) k)
    /// SELECT .. FROM `profiles` WHERE `profiles`.`user_id` IN (SELECT k.id FROM JSON_TABLE(?, ..) k)
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, Profile}, schema::{posts, profiles}};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// // The profile of the author, without the author.
    /// let posts: Vec<(Post, Option<Profile>)> = posts::table
    ///     .select(Post::as_select())
    ///     .preload(has_one::<Profile>().by_key(profiles::user_id, |post: &Post| post.author_id))
    ///     .load(conn)?;
    /// assert!(posts.iter().flat_map(|(post, profile)| Some((post, profile.as_ref()?))).all(|(a, b)| a.author_id == b.user_id));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn by_key<Columns, P, V, F>(self, columns: Columns, key: F) -> Children<C, Q, S, Kind, ByKey<Columns, F>>
    where
        F: Fn(&P) -> V,
    {
        self.joined(|_| ByKey { columns, key })
    }

    /// How the keys are sent, where the automatic choice is not the best: [`Strategy`] has the SQL of each and an example. The
    /// rows are the same.
    ///
    /// One that the backend does not know, or not for this type of key, is an error
    /// ([`is_unsupported_strategy`](crate::Error::is_unsupported_strategy)).
    pub fn strategy(self, strategy: Strategy) -> Self {
        self.sent_by(strategy)
    }

    /// Makes keys equal in Rust that the database takes for equal: `.fold_keys(|code: String| code.to_lowercase())` for a
    /// case-insensitive collation, `.trim_end()` for a padded one.
    ///
    /// Without it a child whose key is spelled otherwise than its parent's is an error
    /// ([`is_unmatched_child`](crate::Error::is_unmatched_child)), as nobody can tell whose it is. The statement is the same:
    /// the keys that are sent are not folded. Keys that the fold makes equal share their children.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::User, schema::users};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// // Whoever has the same address; a collation may take `Ann@example.com` for it too.
    /// let same = has_many::<User>()
    ///     .by_key(users::email, |user: &User| user.email.clone())
    ///     .fold_keys(|email: String| email.to_lowercase());
    /// let users: Vec<(User, Vec<User>)> = users::table.select(User::as_select()).preload(same).load(conn)?;
    /// assert!(users.iter().all(|(user, same)| same.contains(user)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn fold_keys<K>(self, fold: impl Fn(K) -> K + Send + Sync + 'static) -> Children<C, Q, S, Kind, Folded<J, K>> {
        self.joined(|joins| Folded { joins, fold: std::sync::Arc::new(fold) })
    }
}

impl<C, Q, S, J> Children<C, Q, S, Many, J> {
    /// The order of the children of each parent. Without it, whatever order the database gives.
    ///
    /// ```sql
    /// -- PostgreSQL; the others with their own list of keys, as has_many
    /// SELECT .. FROM "posts" WHERE "posts"."author_id" = ANY($1) ORDER BY "posts"."created_at" DESC, "posts"."id"
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, User}, schema::{posts, users}};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let users: Vec<(User, Vec<Post>)> = users::table
    ///     .select(User::as_select())
    ///     .preload(has_many::<Post>().order((posts::created_at.desc(), posts::id)))
    ///     .load(conn)?;
    /// assert!(users.iter().all(|(_, posts)| posts.is_sorted_by_key(|post| (std::cmp::Reverse(post.created_at), post.id))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn order<E>(self, order: E) -> Children<C, Sorted<Q, E>, S, Many, J>
    where
        E: Expression,
        Q: OrderDsl<E>,
    {
        self.with_query(|query| Sorted::new(query, order))
    }
}
