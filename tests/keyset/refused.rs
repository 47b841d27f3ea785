//! What is refused, and that nothing is sent then.

use blog::models::Post;
use blog::schema::posts;

use crate::support::data::FEW;
use crate::support::prelude::*;

scenarios! {
    fn clauses_that_a_page_writes_itself(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        macro_rules! refused {
            ($query:expr, $clause:literal) => {{
                let error = go!($query.select(Post::as_select()).keyset(posts::id.asc()).first(2).load(conn)).unwrap_err();
                assert!(error.is_unsupported_query(), "{error}");
                assert!(error.to_string().starts_with(concat!("a query with ", $clause, " cannot be paged")), "{error}");
            }};
        }
        refused!(posts::table.order(posts::title), "ORDER BY");
        refused!(posts::table.limit(5), "LIMIT");
        refused!(posts::table.into_boxed().order(posts::title).limit(5), "ORDER BY");
        refused!(posts::table.distinct(), "DISTINCT");
        // Two backends need a LIMIT before it, so either may be named.
        let offset = posts::table.into_boxed().offset(1).select(Post::as_select());
        let error = go!(offset.keyset(posts::id.asc()).first(2).load(conn)).unwrap_err();
        assert!(error.is_unsupported_query(), "{error}");
        assert_eq!(log.len(), 0);
    }

    fn a_page_of_nothing(db) {
        let conn = db.conn();
        let log = StatementLog::install(conn);
        for page in [posts::table.select(Post::as_select()).keyset(posts::id.asc()).first(0), posts::table.select(Post::as_select()).keyset(posts::id.asc()).last(0)] {
            let error = go!(page.load(conn)).unwrap_err();
            assert!(error.is_page_size(), "{error}");
        }
        assert_eq!(log.len(), 0);
    }

    fn a_page_that_is_too_large(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let log = StatementLog::install(conn);
        let all = || posts::table.select(Post::as_select()).keyset(posts::id.asc());
        for (page, message) in [
            (all().first(u32::MAX), "a page of 4294967295 rows is no page"),
            (all().last(u32::MAX), "a page of 4294967295 rows is no page"),
            (all().max_page_size(100).first(101), "a page of 101 rows: 100 is the most"),
            (all().last(u32::MAX).max_page_size(100), "a page of 4294967295 rows: 100 is the most"),
        ] {
            let error = go!(page.load(conn)).unwrap_err();
            assert!(error.is_page_size(), "{error}");
            assert_eq!(error.to_string(), message);
        }
        assert_eq!(log.len(), 0);
        let page = go!(all().first(u32::MAX - 1).load(conn))?;
        assert_eq!((page.len(), page.has_next()), (6, Some(false)));
        assert_eq!(go!(all().first(6).max_page_size(6).load(conn))?.len(), 6);
    }
}
