//! Constraint errors, with what each database tells.

use blog::models::{NewUser, Profile, User};
use blog::schema::{profiles, users};
use turbodiesel::ConstraintKind;

use super::{Change, Draft, NewDraft, Numbered, drafts, tables};
use crate::support::data::FEW;
use crate::support::prelude::*;

scenarios! {
    fn unique(db) {
        let conn = db.conn();
        for email in ["ann@example.com", "bob@example.com"] {
            go!(conn.repo::<User>().create(&NewUser { email, name: "A" }))?;
        }
        let error = go!(conn.repo::<User>().create(&NewUser { email: "ann@example.com", name: "A" })).unwrap_err();
        assert!(error.is_unique_violation() && error.is_database());
        assert!(error.is_unique_violation_of("users_email_idx"), "{error}");
        for other in ["users_email", "email", "users_name_idx", "users_email_idx2", "profiles_email_idx"] {
            assert!(!error.is_unique_violation_of(other) || (BACKEND == "sqlite" && other == "users_email"), "{other}");
        }
        assert!(!error.is_foreign_key_violation() && !error.is_check_violation() && !error.is_not_null_violation());
        // The message has no data of the row; Diesel's error has what the database said.
        assert!(!error.to_string().contains("ann@"), "{error}");
        let expected = match BACKEND {
            "sqlite" => "unique constraint of users (email) is violated",
            "postgres" => "unique constraint users_email_idx of users (email) is violated",
            _ => "unique constraint users_email_idx is violated",
        };
        assert_eq!(error.to_string(), expected);
        // An error of plain Diesel answers too.
        let plain = go!(diesel::update(users::table.find(2)).set(users::email.eq("ann@example.com")).execute(conn)).unwrap_err();
        assert!(turbodiesel::Error::from(plain).is_unique_violation_of("users_email_idx"));
        // A primary key.
        go!(conn.batch_execute(&tables(BACKEND)))?;
        go!(conn.repo::<Draft>().create_with_id(&Numbered { id: 1, slug: "a" }))?;
        let error = go!(conn.repo::<Draft>().create_with_id(&Numbered { id: 1, slug: "b" })).unwrap_err();
        assert!(error.is_unique_violation(), "{error}");
        let name = if BACKEND == "mysql" { "PRIMARY" } else { "drafts_pkey" };
        assert!(error.is_unique_violation_of(name) || BACKEND == "sqlite", "{error}");
    }

    fn foreign_key(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let insert = go!(conn.repo::<Profile>().create_with_id(&Profile { id: 50, user_id: 99, bio: "?".into() })).unwrap_err();
        // Posts point to their author and do not go with them.
        let delete = go!(conn.repo::<User>().delete(1)).unwrap_err();
        for error in [&insert, &delete] {
            assert!(error.is_foreign_key_violation(), "{error}");
            let constraint = error.constraint().ok_or("no constraint")?;
            assert_eq!(constraint.kind(), ConstraintKind::ForeignKey);
            if BACKEND == "sqlite" {
                assert_eq!(error.to_string(), "foreign key is violated");
                assert!(constraint.name().is_none() && !error.is_foreign_key_violation_of("profiles_user_id_fkey"));
            }
        }
        let name = match BACKEND { "postgres" => "profiles_user_id_fkey", _ => "profiles_ibfk_1" };
        if BACKEND != "sqlite" {
            assert!(insert.is_foreign_key_violation_of(name) && !insert.is_foreign_key_violation_of("other"), "{insert}");
            let constraint = insert.constraint().ok_or("no constraint")?;
            assert_eq!((constraint.table(), constraint.columns().collect::<Vec<_>>()), (Some("profiles"), vec!["user_id"]));
        }
        assert_eq!(go!(profiles::table.count().get_result::<i64>(conn))?, 2);
    }

    fn check_and_not_null(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&tables(BACKEND)))?;
        let draft = go!(conn.repo::<Draft>().create(&NewDraft { slug: "a" }))?;
        let error = go!(conn.repo::<Draft>().update(&Change { id: draft.id, slug: None, words: Some(-1) })).unwrap_err();
        assert!(error.is_check_violation() && error.is_check_violation_of("drafts_words_check"), "{error}");
        assert!(!error.is_check_violation_of("drafts_other_check"));

        let error = turbodiesel::Error::from(go!(conn.batch_execute("INSERT INTO drafts (slug) VALUES (NULL)")).unwrap_err());
        // MariaDB's text protocol comes without its code.
        if BACKEND != "mysql" {
            assert!(error.is_not_null_violation_of("slug"), "{error}");
        }
        let null = diesel::sql_query("INSERT INTO drafts (slug) VALUES (NULL)");
        let error = turbodiesel::Error::from(go!(null.execute(conn)).unwrap_err());
        assert!(error.is_not_null_violation() && error.is_not_null_violation_of("slug"), "{error}");
        assert!(!error.is_not_null_violation_of("words"));
        assert_eq!(go!(conn.repo::<Draft>().count(drafts::slug.eq("a")))?, 1);
    }

    fn what_is_no_constraint(db) {
        let error = turbodiesel::Error::from(go!(db.conn().batch_execute("SELECT * FROM no_such_table")).unwrap_err());
        assert!(error.constraint().is_none() && !error.is_unique_violation());
        assert!(error.to_string().contains("no_such_table"), "{error}");
    }
}
