//! Operations of several statements that are dropped half-way, on pools; futures that go to another thread.

use super::{Change, Draft, NewDraft, Numbered, drafts, tables};
use crate::support::polled;
use crate::support::prelude::*;

fn is_send<T: Send>(value: T) -> T {
    value
}

/// Drops an operation on a pool's connection after each number of polls until one is ready. After each, the pool is of use,
/// and holds no transaction: what is written is there for others. An answer may be there before it is waited for, so it begins
/// anew until there were so many drops on the way.
macro_rules! at_each_await {
    ($pool:ident, $other:ident, $least:expr, |$drafts:ident, $polls:ident| $operation:expr) => {{
        let (least, mut dropped, mut finishes): (usize, usize, usize) = ($least, 0, 0);
        for $polls in 1_usize.. {
            let finished = {
                let mut conn = $pool.get().await?;
                let mut $drafts = conn.repo::<Draft>();
                polled($operation, dropped + 1).await
            };
            let slug = format!("after {} {}", line!(), $polls);
            let made = $pool.get().await?.repo::<Draft>().create(&NewDraft { slug: &slug }).await?;
            assert!($other.repo::<Draft>().get(made.id).await?.is_some(), "{slug}");
            match finished {
                Some(output) => {
                    output?;
                    finishes += 1;
                    if dropped >= least || finishes == 200 {
                        break;
                    }
                    dropped = 0;
                }
                None => dropped += 1,
            }
        }
        dropped
    }};
}

scenarios! {
    fn no_transaction_stays_open(db) {
        let mut other = go!(db.another())?;
        go!(other.batch_execute(&tables(BACKEND)))?;
        let pool = go!(db.pool(1))?;
        let read = go!(other.repo::<Draft>().create(&NewDraft { slug: "read" }))?;
        let dropped = at_each_await!(pool, other, 3, |drafts, polls| async {
            let slugs: Vec<String> = (0..300).map(|number| format!("many {polls} {number}")).collect();
            let many: Vec<_> = slugs.iter().map(|slug| NewDraft { slug }).collect();
            drafts.create_many(&many).await
        });
        assert!(dropped >= 3, "BEGIN, INSERT, COMMIT: {dropped}");
        let written = go!(other.repo::<Draft>().count(drafts::slug.like("many %")))?;
        // What was dropped while its COMMIT was on its way may be there.
        assert!(written >= 300 && written % 300 == 0, "all or none: {written}");
        at_each_await!(pool, other, 0, |drafts, polls| async {
            drafts.update(&Change { id: read.id, slug: None, words: Some(polls as i32) }).await
        });
        at_each_await!(pool, other, 0, |drafts, polls| async {
            drafts.create_with_id(&Numbered { id: 1_000_000 - 1_000 * polls as i32, slug: &format!("numbered {polls}") }).await
        });
        at_each_await!(pool, other, 0, |drafts, polls| async {
            drafts.create(&NewDraft { slug: &format!("new {polls}") }).await
        });
    }

    fn they_go_to_another_thread(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&tables(BACKEND)))?;
        let mut drafts = conn.repo::<Draft>();
        let draft = go!(is_send(drafts.create(&NewDraft { slug: "one" })))?;
        go!(is_send(drafts.create_with_id(&Numbered { id: 70, slug: "seventy" })))?;
        go!(is_send(drafts.create_many(&[NewDraft { slug: "two" }])))?;
        let draft = go!(is_send(drafts.update(&Draft { words: 3, ..draft })))?;
        let draft = go!(is_send(drafts.update_versioned(&draft)))?;
        assert_eq!(go!(is_send(drafts.get(draft.id)))?, Some(draft.clone()));
        assert_eq!(go!(is_send(drafts.get_many(&[draft.id])))?, [Some(draft.clone())]);
        assert_eq!(go!(is_send(drafts.find_by(drafts::slug.eq("one"))))?, Some(draft.clone()));
        assert_eq!(go!(is_send(drafts.list(drafts::words.eq(7))))?.len(), 2);
        assert!(go!(is_send(drafts.exists(drafts::words.eq(7))))?);
        assert_eq!((go!(is_send(drafts.count(drafts::words.eq(7))))?, go!(is_send(drafts.get_all()))?.len()), (2, 3));
        assert!(go!(is_send(drafts.delete(draft.id)))?);
    }
}
