//! Through a pool, and held.

use blog::models::User;
use diesel::connection::SimpleConnection;
use diesel::r2d2::{ConnectionManager, Pool};
use turbodiesel::prelude::*;
use turbodiesel::repository::Repository;

use super::{Draft, NewDraft, tables};
use crate::support::data::FEW;
use crate::support::place::Placed;

scenarios! {
    fn one_row(db) {
        db.conn();
        let place = <Conn as Placed>::place()?;
        let pool = Pool::builder().max_size(1).build(ConnectionManager::<Conn>::new(&place.url))?;
        let mut conn = pool.get()?;
        go!(conn.batch_execute(&tables(BACKEND)))?;
        let draft = go!(conn.repo::<Draft>().create(&NewDraft { slug: "one" }))?;
        let draft = go!(conn.repo::<Draft>().update(&Draft { words: 3, ..draft }))?;
        let draft = go!(conn.repo::<Draft>().update_versioned(&draft))?;
        assert_eq!(go!(conn.repo::<Draft>().get(draft.id))?, Some(draft.clone()));
        assert_eq!(go!(conn.repo::<Draft>().get_many(&[draft.id]))?, [Some(draft.clone())]);
        assert_eq!(go!(conn.repo::<Draft>().create_many(&[NewDraft { slug: "two" }]))?, 1);
        assert!(go!(conn.repo::<Draft>().delete(draft.id))?);
        drop(conn);
        drop(pool);
    }

    fn held(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let mut users = Repository::<User, _>::new(conn);
        assert!(go!(users.get(1))?.is_some() && go!(users.get(9))?.is_none());
    }
}
