//! What writes.

use super::{Change, Draft, Label, MaybeNumbered, NewDraft, Numbered, drafts, tables};
use crate::support::prelude::*;

fn new(slug: &str) -> NewDraft<'_> {
    NewDraft { slug }
}

scenarios! {
    fn defaults_come_back(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&tables(BACKEND)))?;
        let log = StatementLog::install(conn);
        let draft = go!(conn.repo::<Draft>().create(&new("one")))?;
        assert_eq!((draft.words, draft.version, draft.slug.as_str()), (7, 1, "one"));
        assert_eq!(log.len(), if BACKEND == "mysql" { 3 } else { 1 });
        assert_eq!(go!(conn.repo::<Draft>().get(draft.id))?, Some(draft));
    }

    fn ids_of_the_caller(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&tables(BACKEND)))?;
        go!(conn.repo::<Draft>().create(&new("one")))?;
        let draft = go!(conn.repo::<Draft>().create_with_id(&Numbered { id: 70, slug: "seventy" }))?;
        assert_eq!((draft.id, draft.words), (70, 7));
        // The id of an earlier row is never taken for that of a row that brought its own.
        let brought = go!(conn.repo::<Draft>().create(&MaybeNumbered { id: Some(80), slug: "eighty" }));
        if BACKEND == "mysql" {
            assert!(brought.unwrap_err().is_id_not_made());
            assert!(!go!(conn.repo::<Draft>().exists(drafts::slug.eq("eighty")))?);
        } else {
            assert_eq!(brought?.id, 80);
        }
        let made = go!(conn.repo::<Draft>().create(&MaybeNumbered { id: None, slug: "made" }))?;
        assert_eq!(made.slug, "made");
    }

    fn many_at_once(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&tables(BACKEND)))?;
        let slugs: Vec<String> = (0..1_337).map(|i| format!("slug {i}")).collect();
        let rows: Vec<NewDraft<'_>> = slugs.iter().map(|slug| new(slug)).collect();
        assert_eq!(go!(conn.repo::<Draft>().create_many(&rows))?, 1_337);
        assert_eq!(go!(conn.repo::<Draft>().count(drafts::words.eq(7)))?, 1_337);
        let none: [NewDraft<'_>; 0] = [];
        assert_eq!(go!(conn.repo::<Draft>().create_many(&none))?, 0);
        // The last one fails: none is there.
        let mut rows: Vec<NewDraft<'_>> = slugs.iter().map(|slug| new(&slug[1..])).collect();
        rows.push(new("slug 0"));
        let error = go!(conn.repo::<Draft>().create_many(&rows)).unwrap_err();
        assert!(error.is_unique_violation_of("drafts_slug_key"), "{error}");
        assert_eq!(go!(conn.repo::<Draft>().count(drafts::id.is_not_null()))?, 1_337);
    }

    fn updates(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&tables(BACKEND)))?;
        let draft = go!(conn.repo::<Draft>().create(&new("one")))?;
        let other = go!(conn.repo::<Draft>().create(&new("two")))?;
        let changed = go!(conn.repo::<Draft>().update(&Change { id: draft.id, slug: None, words: Some(9) }))?;
        assert_eq!(changed, Draft { words: 9, ..draft.clone() });
        // Written with the values that it has, a row is not absent.
        assert_eq!(go!(conn.repo::<Draft>().update(&changed))?, changed);
        // Nothing to change, nothing written.
        assert_eq!(go!(conn.repo::<Draft>().update(&Change { id: draft.id, slug: None, words: None }))?, changed);
        for nobody in [Change { id: 99, slug: Some("x"), words: None }, Change { id: 99, slug: None, words: None }] {
            let error = go!(conn.repo::<Draft>().update(&nobody)).unwrap_err();
            assert!(error.is_not_found() && error.as_diesel() == Some(&diesel::NotFound));
            assert_eq!(error.to_string(), "update: no Draft has this id");
        }
        assert_eq!(go!(conn.repo::<Draft>().get(other.id))?, Some(other));
    }

    fn a_lost_update_is_an_error(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&tables(BACKEND)))?;
        let read = go!(conn.repo::<Draft>().create(&new("one")))?;
        let mine = go!(conn.repo::<Draft>().update_versioned(&Draft { words: 10, ..read.clone() }))?;
        assert_eq!((mine.version, mine.words), (2, 10));
        let theirs = go!(conn.repo::<Draft>().update_versioned(&Draft { words: 20, ..read })).unwrap_err();
        assert!(theirs.is_conflict(), "{theirs}");
        assert_eq!(theirs.to_string(), "update: the Draft has been changed since it was read");
        assert_eq!(go!(conn.repo::<Draft>().get(mine.id))?, Some(mine.clone()));
        go!(conn.repo::<Draft>().delete(mine.id))?;
        assert!(go!(conn.repo::<Draft>().update_versioned(&mine)).unwrap_err().is_not_found());
    }

    fn nothing_is_committed_behind_the_callers_back(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&tables(BACKEND)))?;
        let kept = go!(conn.repo::<Draft>().create(&new("kept")))?;
        let rolled_back = go!(conn.transaction(work!(|conn| {
            let mut drafts = conn.repo::<Draft>();
            let one = go!(drafts.create(&new("one")))?;
            go!(drafts.create_with_id(&Numbered { id: 500, slug: "two" }))?;
            go!(drafts.create_many(&[new("three"), new("four")]))?;
            let changed = go!(drafts.update(&Draft { words: 1, ..kept.clone() }))?;
            assert_eq!(changed.words, 1);
            let changed = go!(drafts.update_versioned(&Draft { words: 2, ..kept.clone() }))?;
            // What is refused without an error of the database leaves the transaction as it was.
            assert!(go!(drafts.update_versioned(&kept)).unwrap_err().is_conflict());
            assert!(go!(drafts.update(&Draft { id: 99, ..kept.clone() })).unwrap_err().is_not_found());
            assert!(go!(drafts.find_by(drafts::slug.ne("x"))).unwrap_err().is_several_rows());
            // What was written is read.
            assert_eq!(go!(drafts.get(kept.id))?, Some(changed.clone()));
            assert_eq!(go!(drafts.get_many(&[one.id, -1, kept.id]))?, [Some(one), None, Some(changed.clone())]);
            assert_eq!(go!(drafts.find_by(drafts::slug.eq("kept")))?, Some(changed));
            assert_eq!((go!(drafts.list(drafts::words.eq(7)))?.len(), go!(drafts.get_all())?.len()), (4, 5));
            assert!(go!(drafts.delete(500))? && !go!(drafts.exists(drafts::id.eq(500)))?);
            assert_eq!(go!(drafts.count(drafts::id.is_not_null()))?, 4);

            let label = Label { code: "x".into(), text: "some".into() };
            go!(conn.repo::<Label>().create_with_id(&label))?;
            assert_eq!(go!(conn.repo::<Label>().update(&label))?, label);
            assert!(go!(conn.repo::<Label>().delete("x"))?);
            Err::<(), _>(turbodiesel::Error::from(diesel::result::Error::RollbackTransaction))
        })));
        let error = rolled_back.unwrap_err();
        assert_eq!(error.as_diesel(), Some(&diesel::result::Error::RollbackTransaction), "{error}");
        assert_eq!(go!(conn.repo::<Draft>().get_all())?, [kept]);
    }

    fn a_violation_undoes_the_inner_transaction_alone(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&tables(BACKEND)))?;
        go!(conn.transaction(work!(|conn| {
            go!(conn.repo::<Draft>().create(&new("one")))?;
            let inner = go!(conn.transaction(work!(|conn| go!(conn.repo::<Draft>().create(&new("one")))))).unwrap_err();
            assert!(inner.is_unique_violation_of("drafts_slug_key"), "{inner}");
            let many = go!(conn.repo::<Draft>().create_many(&[new("two"), new("two")])).unwrap_err();
            assert!(many.is_unique_violation_of("drafts_slug_key"), "{many}");
            go!(conn.repo::<Draft>().create(&new("three")))
        })))?;
        let mut slugs: Vec<_> = go!(conn.repo::<Draft>().get_all())?.into_iter().map(|draft| draft.slug).collect();
        slugs.sort();
        assert_eq!(slugs, ["one", "three"]);
    }
}
