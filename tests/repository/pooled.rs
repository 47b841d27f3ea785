//! Through a pool, and held.

use super::{Draft, NewDraft, tables};
use crate::support::prelude::*;

scenarios! {
    fn one_row(db) {
        let pool = go!(db.pool(1))?;
        let mut conn = go!(pool.get())?;
        go!(conn.batch_execute(&tables(BACKEND)))?;
        let draft = go!(conn.repo::<Draft>().create(&NewDraft { slug: "one" }))?;
        let draft = go!(conn.repo::<Draft>().update(&Draft { words: 3, ..draft }))?;
        let draft = go!(conn.repo::<Draft>().update_versioned(&draft))?;
        assert_eq!(go!(conn.repo::<Draft>().get(draft.id))?, Some(draft.clone()));
        assert_eq!(go!(conn.repo::<Draft>().get_many(&[draft.id]))?, [Some(draft.clone())]);
        assert_eq!(go!(conn.repo::<Draft>().create_many(&[NewDraft { slug: "two" }]))?, 1);
        assert!(go!(conn.repo::<Draft>().delete(draft.id))?);
    }

    // `Repository::new` is of a connection that blocks.
    #[cfg(not(feature = "awaited"))]
    fn held(db) {
        let conn = db.conn();
        go!(conn.batch_execute(crate::support::data::FEW))?;
        let mut users = turbodiesel::repository::Repository::<blog::models::User, _>::new(conn);
        assert!(go!(users.get(1))?.is_some() && go!(users.get(9))?.is_none());
    }
}
