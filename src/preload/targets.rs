//! What can be said of the targets of a belongs-to: which ones, by which key, how they are asked for and what they become.

use diesel::dsl::Filter;
use diesel::query_dsl::methods::FilterDsl;

use super::belongs_to::{BelongsTo, Filtered};
use super::by::{ByKey, Folded};
use super::level::{MapInto, Shared};
use super::strategy::Strategy;
use super::tuple::Append;

impl<T, Q, S, A, J> BelongsTo<T, Q, S, A, J> {
    /// Only the targets for which the predicate holds. The result becomes `Option<T>`: a target that is filtered out is
    /// `None`, and so is a key that points to no row.
    ///
    /// ```sql
    /// -- PostgreSQL
    /// SELECT .. FROM "users" WHERE "users"."active" = $1 AND "users"."id" = ANY($2)
    /// -- SQLite
    /// SELECT .. FROM `users` WHERE `users`.`active` = ? AND `users`.`id` IN (SELECT value FROM json_each(?))
    /// -- MySQL, MariaDB
    /// SELECT .. FROM `users` WHERE `users`.`active` = ? AND `users`.`id` IN (SELECT k.id FROM JSON_TABLE(?, ..) k)
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, User}, schema::{posts, users}};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let load = posts::table.select(Post::as_select()).preload(belongs_to::<User>().filter(users::active.eq(true)));
    /// assert_eq!(load.statements().fixed(), 2);
    /// let posts: Vec<(Post, Option<User>)> = load.load(conn)?;
    /// assert!(posts.iter().all(|(_, author)| author.as_ref().is_none_or(|author| author.active)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn filter<Predicate>(self, predicate: Predicate) -> BelongsTo<T, Filter<Q, Predicate>, S, Filtered, J>
    where
        Q: FilterDsl<Predicate>,
    {
        self.with_query(|query| FilterDsl::filter(query, predicate))
    }

    /// Any other change of the query of the targets, as [`Children::query`](super::Children::query). As it may leave rows out, the
    /// result becomes `Option<T>`.
    ///
    /// ```sql
    /// -- PostgreSQL; the others with their own list of keys, as belongs_to
    /// SELECT .. FROM "users" INNER JOIN "profiles" ON .. WHERE "users"."id" = ANY($1)
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, User}, schema::{posts, profiles}};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// // Authors who have a profile.
    /// let shown = belongs_to::<User>().query(|users| users.inner_join(profiles::table));
    /// let posts: Vec<(Post, Option<User>)> = posts::table.select(Post::as_select()).preload(shown).load(conn)?;
    /// assert!(posts.iter().any(|(_, author)| author.is_some()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn query<Q2>(self, change: impl FnOnce(Q) -> Q2) -> BelongsTo<T, Q2, S, Filtered, J> {
        self.with_query(change)
    }

    /// Loads a relation of the targets with them: `(User, Option<Profile>)`, one more statement, with the key of each distinct
    /// target once. No targets, and it is not sent.
    ///
    /// ```sql
    /// -- PostgreSQL; the others with their own list of keys
    /// SELECT "users"."id", "users"."id", .. FROM "users" WHERE "users"."id" = ANY($1)
    /// SELECT "profiles"."user_id", "profiles"."id", .. FROM "profiles" WHERE "profiles"."user_id" = ANY($1)
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, Profile, User}, schema::posts};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let load = posts::table.select(Post::as_select()).preload(belongs_to::<User>().preload(has_one::<Profile>()));
    /// assert_eq!(load.statements().fixed(), 3);
    /// let posts: Vec<(Post, (User, Option<Profile>))> = load.load(conn)?;
    /// assert!(posts.iter().any(|(_, (_, profile))| profile.is_some()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn preload<R>(self, relation: R) -> BelongsTo<T, Q, S::Output, A, J>
    where
        S: Append<R>,
    {
        self.with_nested(|nested| nested.append(relation))
    }

    /// Any columns of the target that say which it is, and the key of a row that stands in them: for a second key to the
    /// same table, a unique column that is not the primary key, or several columns.
    ///
    /// Each row gets a `T`, or an `Option<T>` where the closure returns an `Option`. (There is no `.by(column)` here: a column
    /// does not say which field of the row at hand it is.) The statement is that of [`belongs_to`](super::belongs_to()) with these
    /// columns in the place of the primary key; none where all keys are `None`.
    ///
    /// ```sql
    /// -- PostgreSQL
    /// SELECT .. FROM "users" WHERE "users"."email" = ANY($1)
    /// -- SQLite
    /// SELECT .. FROM `users` WHERE `users`.`email` IN (SELECT value FROM json_each(?))
    /// -- MySQL, MariaDB
    /// SELECT .. FROM `users` WHERE `users`.`email` IN (SELECT k.id FROM JSON_TABLE(?, ..) k)
    /// ```
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, User}, schema::{posts, users}};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let posts: Vec<(Post, User, Option<User>)> = posts::table
    ///     .select(Post::as_select())
    ///     .preload(belongs_to::<User>())
    ///     .preload(belongs_to::<User>().by_key(users::id, |post: &Post| post.editor_id))
    ///     .load(conn)?;
    /// assert!(posts.iter().all(|(post, _, editor)| post.editor_id == editor.as_ref().map(|user| user.id)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn by_key<Columns, P, V, F>(self, columns: Columns, key: F) -> BelongsTo<T, Q, S, A, ByKey<Columns, F>>
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

    /// Makes keys equal in Rust that the database takes for equal, as [`Children::fold_keys`](super::Children::fold_keys).
    pub fn fold_keys<K>(self, fold: impl Fn(K) -> K + Send + Sync + 'static) -> BelongsTo<T, Q, S, A, Folded<J, K>> {
        self.joined(|joins| Folded { joins, fold: std::sync::Arc::new(fold) })
    }

    /// Loads a relation of the targets with them if `wanted`, as [`Preloading::preload_if`](super::Preloading::preload_if) does
    /// for the root: the statement of [`preload`](BelongsTo::preload), or none and `None` for every target.
    pub fn preload_if<R>(self, wanted: bool, relation: R) -> BelongsTo<T, Q, S::Output, A, J>
    where
        S: Append<Option<R>>,
    {
        self.preload(wanted.then_some(relation))
    }

    /// Gives the targets as structs of your own, `V: From<(User, Option<Profile>)>`, or `V: From<User>` where nothing is
    /// loaded with them: [`Preloading::map_into`](super::Preloading::map_into), which has an example. The statement is the
    /// same.
    pub fn map_into<V>(self) -> BelongsTo<T, Q, MapInto<S, V>, A, J> {
        self.with_nested(MapInto::new)
    }

    /// Gives `Arc<T>` in place of `T`: the rows that share a target share one value of it, and none is cloned. The
    /// statement is the same, and `None` stays `None`. `T` with its relations is in the `Arc`, and need not be `Clone`.
    ///
    /// ```
    /// # use diesel::prelude::*;
    /// use blog::{models::{Post, User}, schema::posts};
    /// use std::{collections::HashSet, sync::Arc};
    /// use turbodiesel::prelude::*;
    ///
    /// let conn = &mut blog::example()?;
    /// let posts: Vec<(Post, Arc<User>)> =
    ///     posts::table.select(Post::as_select()).preload(belongs_to::<User>().shared()).load(conn)?;
    /// let addresses: HashSet<_> = posts.iter().map(|(_, author)| Arc::as_ptr(author)).collect();
    /// let authors: HashSet<_> = posts.iter().map(|(post, _)| post.author_id).collect();
    /// assert_eq!(addresses.len(), authors.len());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn shared(self) -> BelongsTo<T, Q, Shared<S>, A, J> {
        self.with_nested(|relations| Shared { relations })
    }
}
