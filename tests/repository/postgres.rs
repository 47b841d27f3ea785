//! The type that PostgreSQL has for uuids, with a key that it makes.
#![cfg(feature = "postgres")]

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use turbodiesel::prelude::*;
use uuid::Uuid;

use crate::support::place::Placed;

#[test]
fn uuids_that_postgres_makes() -> crate::support::TestResult {
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

    let place = PgConnection::place()?;
    let conn = &mut PgConnection::establish(&place.url)?;
    conn.batch_execute("CREATE TABLE sessions (id UUID PRIMARY KEY DEFAULT gen_random_uuid(), label TEXT NOT NULL)")?;
    let session = conn.repo::<Session>().create(&NewSession { label: "a" })?;
    assert!(!session.id.is_nil());
    let changed = Session { label: "b".into(), ..session };
    assert_eq!(conn.repo::<Session>().update(&changed)?, changed);
    assert_eq!(conn.repo::<Session>().get(changed.id)?, Some(changed.clone()));
    assert_eq!(conn.repo::<Session>().get(Uuid::nil())?, None);
    assert_eq!(conn.repo::<Session>().get_many(&[Uuid::nil(), changed.id])?, [None, Some(changed.clone())]);
    assert!(conn.repo::<Session>().delete(changed.id)?);
    Ok(())
}
