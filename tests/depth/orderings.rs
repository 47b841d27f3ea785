//! The orderings: of columns, in one direction and in several, with NULLs in every place, behind an equality filter.

use diesel::prelude::*;
use turbodiesel::keyset::{Cursor, Page};
use turbodiesel::plan::Plans;

diesel::table! {
    events (id) {
        id -> Integer,
        a -> Integer,
        b -> Integer,
        n -> Nullable<Integer>,
        name -> Text,
        at -> Timestamp,
    }
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = events)]
#[allow(dead_code)] // read, so that an index alone does not do
pub(crate) struct Event {
    pub(crate) id: i32,
    pub(crate) name: String,
}

/// What is asked of a page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ask {
    /// Only the row with this id, for its cursor.
    pub(crate) only: Option<i32>,
    pub(crate) backward: bool,
    pub(crate) after: Option<Cursor>,
    pub(crate) before: Option<Cursor>,
}

type Run<C, T> = Box<dyn Fn(&mut C, &Ask) -> turbodiesel::Result<T>>;

/// An ordering without its types.
pub(crate) struct Case<C> {
    pub(crate) order: &'static str,
    /// The ids in the same order, in SQL.
    pub(crate) list: String,
    pub(crate) keys: usize,
    pub(crate) rows: i32,
    pub(crate) index: turbodiesel::Result<String>,
    pub(crate) load: Run<C, Page<Event>>,
    pub(crate) plans: Run<C, Plans>,
}

impl<C> Case<C> {
    pub(crate) fn page(&self, conn: &mut C, ask: &Ask) -> turbodiesel::Result<Page<Event>> {
        (self.load)(conn, ask)
    }

    pub(crate) fn explain(&self, conn: &mut C, ask: &Ask) -> turbodiesel::Result<Plans> {
        (self.plans)(conn, ask)
    }
}

/// A page of an ordering as it was asked for.
macro_rules! asked {
    ($ask:ident, [$($filter:expr)?], $ordering:expr) => {{
        let query = crate::orderings::events::table.into_boxed();
        let query = match $ask.only {
            Some(only) => query.filter(crate::orderings::events::id.eq(only)),
            None => query$(.filter($filter))?,
        };
        let page = query.select(crate::orderings::Event::as_select()).keyset($ordering);
        let page = page.after($ask.after.as_ref()).before($ask.before.as_ref());
        if $ask.backward { page.last(crate::PAGE) } else { page.first(crate::PAGE) }
    }};
}
pub(crate) use asked;

macro_rules! cases {
    ($C:ty, $($where:literal, $equal:tt [$($filter:expr)?], $rows:expr, $order_by:literal, $ordering:expr;)+) => {
        vec![$(crate::orderings::Case::<$C> {
            order: concat!($where, $order_by),
            list: concat!("SELECT id FROM events ", $where, " ORDER BY ", $order_by).to_owned(),
            keys: $order_by.matches(", ").count() + 1,
            rows: $rows,
            index: $ordering.index_sql::<<$C as diesel::Connection>::Backend>($equal),
            load: Box::new(|conn, ask| crate::orderings::asked!(ask, [$($filter)?], $ordering).load(conn)),
            plans: Box::new(|conn, ask| crate::orderings::asked!(ask, [$($filter)?], $ordering).explain(conn)),
        }),+]
    };
}
pub(crate) use cases;

/// All of them, on the connection `$C`.
macro_rules! all {
    ($C:ty) => {{
        use crate::orderings::events::{a, at, b, id, n, name};
        use diesel::prelude::*;
        use turbodiesel::keyset::{asc, desc};
        use turbodiesel::prelude::*;
        // NULLs in the words of every database.
        crate::orderings::cases! { $C,
            "", () [], crate::ROWS, "id asc", id.asc();
            "", () [], crate::ROWS, "at desc, id desc", (at.desc(), id.desc());
            "", () [], crate::ROWS, "at desc, id asc", (at.desc(), id.asc());
            "", () [], crate::ROWS, "a asc, b desc, id asc", (a.asc(), b.desc(), id.asc());
            "", () [], crate::ROWS, "name asc, id asc", (name.asc(), id.asc());
            "", () [], crate::ROWS, "n asc, id asc", (n.asc(), id.asc());
            "", () [], crate::ROWS, "n desc, id asc", (n.desc(), id.asc());
            "", () [], crate::ROWS, "a asc, n desc, id desc", (a.asc(), n.desc(), id.desc());
            "", () [], crate::ROWS, "(n is null) asc, n asc, id asc", (asc(n).nulls_last(), asc(id));
            "", () [], crate::ROWS, "(n is null) desc, n asc, id desc", (asc(n).nulls_first(), desc(id));
            "", () [], crate::ROWS, "a desc, (n is null) asc, n asc, id asc", (desc(a), asc(n).nulls_last(), asc(id));
            "", () [], crate::ROWS, "a asc, n desc, b asc, id desc", (a.asc(), n.desc(), b.asc(), id.desc());
            "where a = 7 ", a [a.eq(7)], crate::ROWS / 1000, "b desc, id asc", (b.desc(), id.asc());
        }
    }};
}
pub(crate) use all;
