//! Aggregates of decimals: exact on the servers, through floats on SQLite.

use std::str::FromStr;

use bigdecimal::BigDecimal;
use blog::models::{Post, User};
use blog::schema::posts;
use turbodiesel::backend::AggregateForm;

use crate::support::data::FEW;
use crate::support::prelude::*;

diesel::table! {
    payments (id) {
        id -> Integer,
        post_id -> Integer,
        amount -> Numeric,
        fee -> Nullable<Numeric>,
    }
}

/// A child with decimals, NULLs among them.
#[derive(Debug, Clone, Queryable, Selectable, Identifiable, Associations)]
#[diesel(table_name = payments, belongs_to(Post), check_for_backend(diesel::sqlite::Sqlite))]
struct Payment {
    id: i32,
    post_id: i32,
}

/// What binary fractions can and what they cannot hold.
const PAYMENTS: &str = "
CREATE TABLE payments (id INTEGER PRIMARY KEY, post_id INTEGER NOT NULL, amount DECIMAL(30, 4) NOT NULL, fee DECIMAL(10, 2));
INSERT INTO payments (id, post_id, amount, fee) VALUES (1, 10, 0.25, NULL), (2, 10, -1.5, 2.5), (3, 10, 4.25, 0.5),
  (4, 11, 0.1, NULL), (5, 11, 0.2, NULL), (6, 12, 9007199254740993.0001, 0.01), (7, 12, 0.0001, 0.02);
";

fn decimal(text: &str) -> Option<BigDecimal> {
    BigDecimal::from_str(text).ok()
}

scenarios! {
    fn sums_and_extremes(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        go!(conn.batch_execute(PAYMENTS))?;
        let payments = has_many::<Payment>;
        for form in [AggregateForm::EachKey, AggregateForm::Grouped] {
            let load = posts::table
                .filter(posts::id.le(20))
                .order(posts::id)
                .select(Post::as_select())
                .preload(payments().sum::<BigDecimal>(payments::amount).strategy(form))
                .preload(payments().avg::<BigDecimal>(payments::amount).strategy(form))
                .preload(payments().max::<BigDecimal>(payments::amount).strategy(form))
                .preload(payments().min::<BigDecimal>(payments::amount).strategy(form))
                .preload(payments().sum::<BigDecimal>(payments::fee).strategy(form))
                .preload(payments().avg::<BigDecimal>(payments::fee).strategy(form))
                .preload(payments().filter(payments::amount.gt(BigDecimal::from(0))).max::<BigDecimal>(payments::fee).strategy(form));
            let found: Vec<_> = go!(load.load(conn))?.into_iter().map(|(post, a, b, c, d, e, f, g)| (post.id, [a, b, c, d, e, f, g])).collect();
            let values = |texts: [&str; 7]| texts.map(decimal);
            // Equal as numbers, whatever their scale.
            assert_eq!(found[0], (10, values(["3", "1", "4.25", "-1.5", "3", "1.5", "0.5"])), "{form:?}");
            assert_eq!(found[3], (20, [const { None }; 7]), "{form:?}");
            let [sum, average, max, min, fees, ..] = &found[1].1;
            assert_eq!(fees, &None);
            let [large, _, largest, ..] = &found[2].1;
            if BACKEND == "sqlite" {
                let near = |found: &Option<BigDecimal>, text: &str| (found.clone().unwrap() - decimal(text).unwrap()).abs() < decimal("0.000000001").unwrap();
                assert!(near(sum, "0.3") && near(average, "0.15") && near(min, "0.1") && near(max, "0.2"), "{:?}", found[1]);
                // As doubles hold it: not the value that was written.
                assert_eq!((large, largest), (&decimal("9007199254740992"), &decimal("9007199254740992")));
            } else {
                assert_eq!((sum, average, min, max), (&decimal("0.3"), &decimal("0.15"), &decimal("0.1"), &decimal("0.2")));
                assert_eq!((large, largest), (&decimal("9007199254740993.0002"), &decimal("9007199254740993.0001")));
            }
        }
        // Nested, beside other relations.
        let users: Vec<(User, Vec<(Post, Option<BigDecimal>)>)> = go!(blog::schema::users::table
            .order(blog::schema::users::id)
            .select(User::as_select())
            .preload(has_many::<Post>().order(posts::id).preload(payments().sum::<BigDecimal>(payments::amount)))
            .load(conn))?;
        assert_eq!(users[0].1[0].1, decimal("3"));
        assert_eq!(users[1].1[0].1, None);
    }
}
