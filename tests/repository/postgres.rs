//! The type that PostgreSQL has for uuids, with a key that it makes.
#![cfg(feature = "postgres")]

use uuid::Uuid;

use crate::support::prelude::*;

only_on! { postgres;
    fn uuids_that_postgres_makes(db) {
        diesel::table! {
            sessions (id) {
                id -> Uuid,
                label -> Text,
            }
        }
        #[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable, AsChangeset)]
        struct Session {
            id: Uuid,
            label: String,
        }
        #[derive(Insertable)]
        #[diesel(table_name = sessions)]
        struct NewSession {
            label: &'static str,
        }

        let conn = db.conn();
        go!(conn.batch_execute("CREATE TABLE sessions (id UUID PRIMARY KEY DEFAULT gen_random_uuid(), label TEXT NOT NULL)"))?;
        let session = go!(conn.repo::<Session>().create(&NewSession { label: "a" }))?;
        assert!(!session.id.is_nil());
        let changed = Session { label: "b".into(), ..session };
        assert_eq!(go!(conn.repo::<Session>().update(&changed))?, changed);
        assert_eq!(go!(conn.repo::<Session>().get(changed.id))?, Some(changed.clone()));
        assert_eq!(go!(conn.repo::<Session>().get(Uuid::nil()))?, None);
        assert_eq!(go!(conn.repo::<Session>().get_many(&[Uuid::nil(), changed.id]))?, [None, Some(changed.clone())]);
        assert!(go!(conn.repo::<Session>().delete(changed.id))?);
    }
}
