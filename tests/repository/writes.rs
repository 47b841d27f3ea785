//! What writes.

use blog::StatementLog;
use blog::models::Translation;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use turbodiesel::prelude::*;

use super::{Change, Draft, Label, MaybeNumbered, NewDraft, NewLabel, Numbered, Token, drafts, tables};
use crate::support::data::FEW;

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

    fn text_binary_and_composite_ids(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&tables(BACKEND)))?;
        let label = go!(conn.repo::<Label>().create_with_id(&NewLabel { code: "x'y".into() }))?;
        assert_eq!(label, Label { code: "x'y".into(), text: "none".into() });
        let changed = Label { text: "some".into(), ..label };
        assert_eq!(go!(conn.repo::<Label>().update(&changed))?, changed);
        assert_eq!(go!(conn.repo::<Label>().get("x'y"))?, Some(changed.clone()));
        let many = go!(conn.repo::<Label>().get_many(&["no".to_owned(), changed.code.clone()]))?;
        assert_eq!(many, [None, Some(changed)]);
        assert!(go!(conn.repo::<Label>().delete("x'y"))? && !go!(conn.repo::<Label>().delete("x'y"))?);

        let key = vec![0x55, 0x0e, 0x84, 0x00, 0xe2, 0x9b, 0x41, 0xd4, 0xa7, 0x16, 0x44, 0x66, 0x55, 0x44, 0x00, 0xff];
        let token = Token { key: key.clone(), label: "a".into() };
        assert_eq!(go!(conn.repo::<Token>().create_with_id(&token))?, token);
        assert_eq!(go!(conn.repo::<Token>().get(&key))?, Some(token.clone()));
        assert_eq!(go!(conn.repo::<Token>().update(&Token { label: "b".into(), ..token }))?.label, "b");
        assert!(go!(conn.repo::<Token>().delete(&key))?);

        go!(conn.batch_execute(FEW))?;
        let german = Translation { post_id: 10, language: "de".into(), title: "Samen".into() };
        assert_eq!(go!(conn.repo::<Translation>().create_with_id(&german))?, german);
        let german = Translation { title: "Saat".into(), ..german };
        assert_eq!(go!(conn.repo::<Translation>().update(&german))?, german);
        assert!(go!(conn.repo::<Translation>().delete((10, "de")))? && !go!(conn.repo::<Translation>().delete((10, "de")))?);
    }

    fn many_at_once(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&tables(BACKEND)))?;
        let slugs: Vec<String> = (0..1_337).map(|i| format!("slug {i}")).collect();
        let rows: Vec<NewDraft<'_>> = slugs.iter().map(|slug| new(slug)).collect();
        assert_eq!(go!(conn.repo::<Draft>().create_many(&rows))?, 1_337);
        assert_eq!(go!(conn.repo::<Draft>().count(drafts::words.eq(7)))?, 1_337);
        assert_eq!(go!(conn.repo::<Draft>().create_many::<NewDraft<'_>>(&[]))?, 0);
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
        let rolled_back = go!(conn.transaction(|conn| {
            let mut drafts = conn.repo::<Draft>();
            drafts.create(&new("one"))?;
            drafts.create_with_id(&Numbered { id: 500, slug: "two" })?;
            drafts.create_many(&[new("three"), new("four")])?;
            drafts.update(&Draft { words: 1, ..kept.clone() })?;
            drafts.update_versioned(&Draft { words: 2, ..kept.clone() })?;
            assert!(drafts.delete(500)?);
            // On SQLite and MariaDB a statement that failed leaves the transaction as it was.
            assert_eq!(drafts.count(drafts::id.is_not_null())?, 4);
            Err::<(), _>(turbodiesel::Error::from(diesel::result::Error::RollbackTransaction))
        }));
        assert!(rolled_back.is_err());
        assert_eq!(go!(conn.repo::<Draft>().get_all())?, [kept]);
    }

    fn through_a_pool(db) {
        use crate::support::place::Placed;
        use diesel::r2d2::{ConnectionManager, Pool};
        db.conn();
        let place = <Conn as Placed>::place()?;
        let pool = Pool::builder().max_size(1).build(ConnectionManager::<Conn>::new(&place.url))?;
        let mut conn = pool.get()?;
        go!(conn.batch_execute(&tables(BACKEND)))?;
        let draft = go!(conn.repo::<Draft>().create(&new("one")))?;
        let draft = go!(conn.repo::<Draft>().update(&Draft { words: 3, ..draft }))?;
        let draft = go!(conn.repo::<Draft>().update_versioned(&draft))?;
        assert_eq!(go!(conn.repo::<Draft>().get(draft.id))?, Some(draft.clone()));
        assert_eq!(go!(conn.repo::<Draft>().get_many(&[draft.id]))?, [Some(draft.clone())]);
        assert_eq!(go!(conn.repo::<Draft>().create_many(&[new("two")]))?, 1);
        assert!(go!(conn.repo::<Draft>().delete(draft.id))?);
        drop(conn);
        drop(pool);
    }
}
