//! Ids that are no integers.

use blog::models::Translation;
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Binary;
use uuid::Uuid;

use super::{Label, labels, tables};
use crate::support::data::FEW;
use crate::support::prelude::*;

diesel::table! {
    tokens (key) {
        key -> Binary,
        label -> Text,
    }
}

/// A label with the text that the database gives.
#[derive(Identifiable, Insertable)]
#[diesel(table_name = labels, primary_key(code))]
struct NewLabel {
    code: String,
}

/// A uuid as 16 bytes, which every database has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Binary)]
struct TokenId(Uuid);

impl<DB: Backend> ToSql<Binary, DB> for TokenId
where
    [u8]: ToSql<Binary, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.as_bytes().as_slice().to_sql(out)
    }
}

impl<DB: Backend> FromSql<Binary, DB> for TokenId
where
    Vec<u8>: FromSql<Binary, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(TokenId(Uuid::from_slice(&Vec::from_sql(bytes)?)?))
    }
}

turbodiesel::key!(TokenId => |id| &id.0.as_bytes()[..]);

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable, Insertable, AsChangeset)]
#[diesel(primary_key(key))]
struct Token {
    key: TokenId,
    label: String,
}

scenarios! {
    fn text(db) {
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
    }

    fn uuids(db) {
        let conn = db.conn();
        go!(conn.batch_execute(&tables(BACKEND)))?;
        let (key, other) = (TokenId(Uuid::from_u128(0x550e8400_e29b_41d4_a716_4466554400ff)), TokenId(Uuid::max()));
        let token = Token { key, label: "a".into() };
        assert_eq!(go!(conn.repo::<Token>().create_with_id(&token))?, token);
        assert_eq!(go!(conn.repo::<Token>().create_many(&[Token { key: other, label: "c".into() }]))?, 1);
        assert_eq!(go!(conn.repo::<Token>().get(key))?, Some(token.clone()));
        assert_eq!(go!(conn.repo::<Token>().get(TokenId(Uuid::nil())))?, None);
        let many = go!(conn.repo::<Token>().get_many(&[TokenId(Uuid::nil()), key]))?;
        assert_eq!(many, [None, Some(token.clone())]);
        assert_eq!(go!(conn.repo::<Token>().update(&Token { label: "b".into(), ..token.clone() }))?.label, "b");
        assert!(go!(conn.repo::<Token>().create_with_id(&token)).unwrap_err().is_unique_violation());
        assert!(go!(conn.repo::<Token>().delete(key))? && !go!(conn.repo::<Token>().delete(key))?);
        assert_eq!(go!(conn.repo::<Token>().get_all())?.len(), 1);
    }

    fn composite(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let german = Translation { post_id: 10, language: "de".into(), title: "Samen".into() };
        assert_eq!(go!(conn.repo::<Translation>().create_with_id(&german))?, german);
        let french = Translation { language: "fr".into(), title: "Graines".into(), ..german.clone() };
        assert_eq!(go!(conn.repo::<Translation>().create_many(std::slice::from_ref(&french)))?, 1);
        let german = Translation { title: "Saat".into(), ..german };
        assert_eq!(go!(conn.repo::<Translation>().update(&german))?, german);
        assert_eq!(go!(conn.repo::<Translation>().get((10, "fr")))?, Some(french));
        assert!(go!(conn.repo::<Translation>().create_with_id(&german)).unwrap_err().is_unique_violation());
        assert!(go!(conn.repo::<Translation>().delete((10, "de")))? && !go!(conn.repo::<Translation>().delete((10, "de")))?);
        let french = go!(conn.repo::<Translation>().get((10, "fr")))?;
        go!(conn.repo::<Translation>().create_with_id(&german))?;
        let ids = [(10, "fr".to_owned()), (11, "fr".to_owned()), (10, "de".to_owned()), (10, "fr".to_owned())];
        let many = go!(conn.repo::<Translation>().get_many(&ids))?;
        assert_eq!(many, [french.clone(), None, Some(german.clone()), french]);
        let nobody = Translation { language: "tlh".into(), ..german };
        assert!(go!(conn.repo::<Translation>().update(&nobody)).unwrap_err().is_not_found());
    }
}
