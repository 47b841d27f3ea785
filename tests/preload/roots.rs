//! Root queries of every shape, and the connections they run on.

use blog::models::{Post, Profile, User};
use blog::schema::{posts, profiles, users};

use crate::support::data::FEW;
use crate::support::prelude::*;

scenarios! {
    fn repeated_parents_each_get_their_children(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        // Ann stands in this result three times, once for each post.
        let rows = go!(users::table
            .inner_join(posts::table.on(posts::author_id.eq(users::id)))
            .order(posts::id)
            .select(User::as_select())
            .preload(has_many::<Post>().order(posts::id))
            .load(conn))?;
        let posts: Vec<_> = rows.iter().map(|(user, posts)| (user.id, posts.len())).collect();
        assert_eq!(posts, [(1, 3), (1, 3), (1, 3), (2, 2), (2, 2), (3, 1)]);
    }

    fn a_tuple_row_keeps_its_shape_and_its_first_element_is_the_parent(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let rows: Vec<((User, Profile), Vec<Post>)> = go!(users::table
            .inner_join(profiles::table)
            .order(users::id)
            .select((User::as_select(), Profile::as_select()))
            .preload(has_many::<Post>())
            .load(conn))?;
        let shape: Vec<_> = rows.iter().map(|((user, profile), posts)| (user.id, profile.id, posts.len())).collect();
        assert_eq!(shape, [(1, 1, 3), (3, 2, 1)]);
    }

    fn a_boxed_root_is_a_root(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let mut query = users::table.into_boxed();
        for name in ["Ann", "Dot"] {
            query = query.or_filter(users::name.eq(name));
        }
        let rows = go!(query.order(users::id).select(User::as_select()).preload(has_many::<Post>()).load(conn))?;
        let posts: Vec<_> = rows.iter().map(|(user, posts)| (user.id, posts.len())).collect();
        assert_eq!(posts, [(1, 3), (4, 0)]);
    }

    fn a_limited_root_is_a_root(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let rows = go!(users::table
            .order(users::id)
            .limit(1)
            .offset(1)
            .select(User::as_select())
            .preload(has_many::<Post>())
            .load(conn))?;
        assert_eq!(rows.iter().map(|(user, posts)| (user.id, posts.len())).collect::<Vec<_>>(), [(2, 2)]);
    }

    fn a_child_filter_may_borrow(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let title = String::from("Rain");
        let rows = go!(users::table
            .filter(users::id.eq(2))
            .select(User::as_select())
            .preload(has_many::<Post>().filter(posts::title.eq(title.as_str())))
            .load(conn))?;
        assert_eq!(rows[0].1.len(), 1);
    }

    fn loads_inside_a_transaction(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        // The error type is Diesel's: ours converts into it.
        let rows = go!(conn.transaction(work!(|conn| -> QueryResult<Vec<(User, Vec<Post>)>> {
            go!(diesel::delete(posts::table.filter(posts::id.eq(30))).execute(conn))?;
            let users = users::table.order(users::id).select(User::as_select());
            Ok(go!(users.preload(has_many::<Post>()).load(conn))?)
        })))?;
        assert_eq!(rows[2].1, []);
    }

    /// A pooled connection is a connection.
    fn loads_on_a_pooled_connection(db) {
        go!(db.conn().batch_execute(FEW))?;
        let pool = go!(db.pool(1))?;
        let conn = &mut go!(pool.get())?;
        let rows = go!(users::table.select(User::as_select()).preload(has_many::<Post>()).load(conn))?;
        assert_eq!(rows.len(), 4);
    }
}
