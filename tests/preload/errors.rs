//! Data that breaks the promise of a relation: an error that names it, never a guess.

use blog::models::{EditedPost, Post, User};
use blog::schema::{posts, users};

use crate::support::data::FEW;
use crate::support::prelude::*;

scenarios! {
    fn a_second_has_one_row_is_an_error(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let error = go!(users::table.select(User::as_select()).preload(has_one::<Post>()).load(conn)).unwrap_err();
        assert!(error.is_second_row(), "{error}");
        assert_eq!(error.to_string(), "has_one: two rows have the same key in posts.author_id, where each parent has at most one");
        assert!(["1", "2"].contains(&error.key().unwrap()), "{error}");
    }

    fn a_required_belongs_to_without_its_row_is_an_error(db) {
        db.without_foreign_keys()?;
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        go!(conn.batch_execute("DELETE FROM users WHERE id = 3"))?;
        let error = go!(posts::table.select(Post::as_select()).preload(belongs_to::<User>()).load(conn)).unwrap_err();
        assert!(error.is_dangling_key(), "{error}");
        assert_eq!(error.to_string(), "belongs_to: posts.author_id points to a row that is not there");
        assert_eq!(error.key(), Some("3"));
    }

    fn a_nullable_belongs_to_without_its_row_is_an_error_too(db) {
        db.without_foreign_keys()?;
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        go!(conn.batch_execute("DELETE FROM users WHERE id = 2"))?;
        let load = || posts::table.select(EditedPost::as_select()).preload(belongs_to::<User>());
        let error = go!(load().load(conn)).unwrap_err();
        assert_eq!(error.to_string(), "belongs_to: posts.editor_id points to a row that is not there");
        // Whoever can live with it filters, and gets `None`.
        let filtered = belongs_to::<User>().filter(users::id.gt(0));
        assert!(go!(posts::table.select(EditedPost::as_select()).preload(filtered).load(conn)).is_ok());
    }

    fn an_error_of_the_database_is_handed_on(db) {
        let conn = db.conn();
        go!(conn.batch_execute("DROP TABLE profiles"))?;
        let load = users::table.select(User::as_select()).preload(has_one::<blog::models::Profile>());
        go!(conn.batch_execute(FEW.split("INSERT INTO profiles").next().unwrap()))?;
        let error = go!(load.load(conn)).unwrap_err();
        assert!(error.is_database() && error.as_diesel().is_some(), "{error}");
    }
}
