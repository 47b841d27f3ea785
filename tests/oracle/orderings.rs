//! The orderings, each with what a test must know of it.

use turbodiesel::keyset::{Page, SeekForm};

use crate::walk::Ask;

/// One key, in words.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) column: &'static str,
    pub(crate) direction: &'static str,
    pub(crate) nulls: &'static str,
}

impl Key {
    pub(crate) fn new(table: &str, column: &'static str, direction: &'static str, nulls: &'static str) -> Self {
        let nullable = table == "gaps" && column != "id";
        let nulls = match nulls {
            "" if nullable => "native",
            "" => "not null",
            nulls => nulls,
        };
        Key { column, direction, nulls }
    }
}

/// Loads a page: what is left of an ordering when its types are gone.
type Load<C> = dyn Fn(&mut C, &Ask) -> turbodiesel::Result<Page<i32>>;

/// An ordering.
pub(crate) struct Case<C> {
    pub(crate) table: &'static str,
    pub(crate) keys: Vec<Key>,
    pub(crate) load: Box<Load<C>>,
}

impl<C> Case<C> {
    pub(crate) fn page(&self, conn: &mut C, ask: &Ask) -> turbodiesel::Result<Page<i32>> {
        (self.load)(conn, ask)
    }

    /// The forms that can seek it; `None` is the backend's own choice.
    pub(crate) fn forms(&self) -> Vec<Option<SeekForm>> {
        let mut forms = vec![None, Some(SeekForm::OrChain), Some(SeekForm::Segments)];
        let direction = self.keys[0].direction;
        if self.keys.iter().all(|key| key.nulls == "not null" && key.direction == direction) {
            forms.push(Some(SeekForm::RowValue));
        }
        forms
    }

    /// Whether a form is refused, for what it cannot compare.
    pub(crate) fn refuses(&self, conn: &mut C, form: SeekForm) -> bool {
        let ask = Ask { size: 1, form: Some(form), ..Ask::default() };
        self.page(conn, &ask).is_err_and(|error| error.is_strategy())
    }

    /// The unpaged list, in SQL that has nothing to do with how it is paged.
    pub(crate) fn list(&self) -> String {
        let keys: Vec<String> = self
            .keys
            .iter()
            .map(|Key { column, direction, nulls }| match *nulls {
                "first" => format!("({column} IS NULL) DESC, {column} {direction}"),
                "last" => format!("({column} IS NULL) ASC, {column} {direction}"),
                _ => format!("{column} {direction}"),
            })
            .collect();
        format!("SELECT id FROM {} ORDER BY {}", self.table, keys.join(", "))
    }
}

macro_rules! key {
    ($table:ident $column:ident $direction:ident) => {
        turbodiesel::keyset::$direction(crate::rows::$table::$column)
    };
    ($table:ident $column:ident $direction:ident first) => {
        turbodiesel::keyset::$direction(crate::rows::$table::$column).nulls_first()
    };
    ($table:ident $column:ident $direction:ident last) => {
        turbodiesel::keyset::$direction(crate::rows::$table::$column).nulls_last()
    };
    ($table:ident $column:ident $direction:ident unique) => {
        turbodiesel::keyset::unique(turbodiesel::keyset::$direction(crate::rows::$table::$column))
    };
}
pub(crate) use key;

macro_rules! keys {
    ($table:ident $($column:ident $direction:ident $($how:ident)?),+) => {
        vec![$(crate::orderings::Key::new(stringify!($table), stringify!($column), stringify!($direction),
            crate::orderings::keys!(@nulls $($how)?))),+]
    };
    (@nulls) => { "" };
    (@nulls unique) => { "" };
    (@nulls $nulls:ident) => { stringify!($nulls) };
}
pub(crate) use keys;

/// A page of an ordering as it was asked for.
macro_rules! load {
    ($conn:ident $ask:ident $table:ident $ordering:expr) => {{
        let page = crate::rows::$table::table.keyset($ordering).select(crate::rows::$table::id);
        let page = page.after($ask.after.as_ref()).before($ask.before.as_ref());
        let page = if $ask.exact { page.exact_bounds() } else { page };
        let page = match $ask.form {
            Some(form) => page.strategy(form),
            None => page,
        };
        let page = if $ask.backward { page.last($ask.size) } else { page.first($ask.size) };
        now!(page.load_page::<i32>($conn))
    }};
}
pub(crate) use load;

/// Orderings by themselves, each of a type of its own.
macro_rules! alone {
    ($C:ty, $cases:ident, $($table:ident [$($column:ident $direction:ident $($how:ident)?),+];)+) => {$(
        $cases.push(crate::orderings::Case::<$C> {
            table: stringify!($table),
            keys: crate::orderings::keys!($table $($column $direction $($how)?),+),
            load: Box::new(|conn, ask| {
                let ordering = ($(crate::orderings::key!($table $column $direction $($how)?),)+);
                crate::orderings::load!(conn ask $table ordering)
            }),
        });
    )+};
}
pub(crate) use alone;

/// Orderings of an `OrderingSet`, chosen by name.
macro_rules! of_set {
    ($C:ty, $cases:ident, $table:ident: $($name:literal [$($column:ident $direction:ident $($how:ident)?),+];)+) => {
        let set = turbodiesel::keyset::OrderingSet::<crate::rows::$table::table>::new()
            $(.with($name, ($(crate::orderings::key!($table $column $direction $($how)?),)+)))+;
        let load = move |name: &str, conn: &mut $C, ask: &crate::walk::Ask| {
            let ordering = set.get(name)?;
            crate::orderings::load!(conn ask $table ordering)
        };
        $($cases.push(crate::orderings::Case::<$C> {
            table: stringify!($table),
            keys: crate::orderings::keys!($table $($column $direction $($how)?),+),
            load: Box::new(move |conn, ask| load($name, conn, ask)),
        });)+
    };
}
pub(crate) use of_set;

/// All of them, on the connection `$C`.
macro_rules! all {
    ($C:ty) => {{
        let mut cases: Vec<crate::orderings::Case<$C>> = Vec::new();
        crate::orderings::alone! { $C, cases,
            plain [id asc];
            singles [small desc unique];
            singles [whole asc unique];
            singles [big desc unique];
            singles [single asc unique];
            singles [dbl desc unique];
            singles [price asc unique];
            singles [name desc unique];
            singles [raw asc unique];
            singles [day desc unique];
            singles [clock asc unique];
            singles [at desc unique];
            plain [small asc, id asc];
            plain [flag desc, id desc];
            gaps [small asc, id asc];
            gaps [whole desc, id asc];
            gaps [big asc first, id desc];
            gaps [single desc last, id asc];
            gaps [dbl asc last, id asc];
            gaps [price desc first, id desc];
            gaps [flag asc, id desc];
            gaps [raw asc first, id asc];
            gaps [day desc, id asc];
            gaps [clock desc last, id desc];
            plain [whole asc, name desc, id asc];
            plain [at desc, price desc, id desc];
            plain [raw asc, day asc, id asc];
            plain [single desc, big asc, id desc];
            plain [dbl asc, clock desc, id asc];
            plain [flag asc, small desc, id asc];
            gaps [small desc first, at asc, id asc];
            gaps [whole asc last, raw desc, id desc];
            gaps [big desc, day asc last, id asc];
            gaps [single asc first, name asc first, id asc];
            gaps [dbl desc first, price asc, id desc];
            gaps [flag desc last, clock asc first, id asc];
            plain [flag asc, name asc, at asc, id asc];
            plain [small desc, dbl desc, raw desc, id desc];
            plain [whole asc, day desc, clock asc, id desc];
            plain [price asc, big desc, single asc, id asc];
            gaps [small asc last, big asc, price asc last, id asc];
            gaps [whole desc first, dbl desc, at desc first, id desc];
            gaps [single desc first, clock desc, raw desc last, id asc];
            gaps [flag desc first, name desc first, day asc first, id desc];
            gaps [name asc last, whole asc first, small desc, id asc];
            gaps [at desc, day desc last, flag asc last, id desc];
            plain [flag asc, small desc, whole asc, name desc, id asc];
            plain [flag desc, small desc, name desc, day desc, at desc, price desc, raw desc, id desc];
            gaps [flag asc, small desc, whole asc first, name desc last, at asc last, price desc first, raw asc, id desc];
        }
        crate::orderings::of_set! { $C, cases, plain:
            "name" [name asc, id asc];
            "names" [name desc, id asc];
            "time" [at asc, id desc];
            "price" [price asc, id asc];
            "raw" [raw desc, id desc];
            "flag" [flag desc, at asc, id asc];
        }
        crate::orderings::of_set! { $C, cases, gaps:
            "name" [name asc, id asc];
            "names" [name asc first, id desc];
            "time" [at desc, id desc];
            "times" [at asc last, id asc];
            "price" [price asc last, dbl asc first, id asc];
            "whole" [whole desc last, id desc];
            "clock" [clock asc, id asc];
            "day" [day asc first, id desc];
            "big" [big desc last, single asc, id asc];
        }
        cases
    }};
}
pub(crate) use all;
