//! SQLite on another thread, without anybody who follows: statements are counted, and a loop is found, without its line.

use blog::schema::{posts, users};

use crate::support::prelude::*;
use crate::support::watching::watch;

#[tokio::test]
async fn a_loop_has_no_line() -> crate::support::TestResult {
    scenario!(sqlite, db, {
        let (_, log) = go!(watch(db.conn(), async |conn| {
            for author in 1..=4 {
                posts::table.filter(posts::author_id.eq(author)).select(posts::title).load::<String>(conn).await?;
            }
            users::table.count().get_result::<i64>(conn).await
        }))?;
        log.assert_statements(5);
        let found = log.n_plus_ones().remove(0);
        assert_eq!((found.count(), found.keys()), (4, 4));
        assert!(found.place().is_none_or(|place| place.line().is_none()), "{found}");
    })
}
